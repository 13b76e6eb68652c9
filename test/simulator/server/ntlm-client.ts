import { randomBytes } from 'node:crypto';
import { hmacMd5, ntowfV2, ntProof, sessionBaseKey, sessionKeys } from '../../../src/winrm/ntlm/keys.ts';
import { Rc4 } from '../../../src/winrm/ntlm/rc4.ts';
import { type MessageSealing, messageSealing } from '../../../src/winrm/ntlm/sealing.ts';
import { headersNamed, type RawAnswer, type RawConnection } from './raw-client.ts';

const flags = 0xe2088235;
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** NEGOTIATE_MESSAGE of 40 bytes (MS-NLMP 2.2.1.1). */
export const negotiate = (): Buffer => {
  const message = Buffer.alloc(40);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(flags, 12);
  message.writeUInt32LE(40, 20);
  message.writeUInt32LE(40, 28);
  return message;
};

export interface Logon {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

/** The CHALLENGE_MESSAGE that a host gives on this connection. */
export async function challenge(connection: RawConnection): Promise<Buffer> {
  const answer = await connection.exchange('', { Authorization: `Negotiate ${negotiate().toString('base64')}` });
  const [header = ''] = headersNamed(answer, 'www-authenticate');
  return Buffer.from(header.replace('Negotiate ', ''), 'base64');
}

/** AUTHENTICATE_MESSAGE with integrity code and exchanged key (MS-NLMP 2.2.1.3), and the sealing that follows from it. */
export function authenticate(
  offer: Buffer,
  logon: Logon,
): { readonly token: Buffer; readonly sealing: MessageSealing } {
  const [length, offset] = [offer.readUInt16LE(40), offer.readUInt32LE(44)];
  const attributes = offer.subarray(offset, offset + length - 4);
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    attributes.subarray(-8),
    randomBytes(8),
    Buffer.alloc(4),
    attributes,
    Buffer.from([6, 0, 4, 0, 2, 0, 0, 0]),
    Buffer.alloc(8),
  ]);
  const key = ntowfV2(logon.user, logon.domain, logon.password);
  const proof = ntProof(key, offer.subarray(24, 32), blob);
  const exported = randomBytes(16);
  const parts = [
    Buffer.alloc(24),
    Buffer.concat([proof, blob]),
    utf16(logon.domain),
    utf16(logon.user),
    Buffer.alloc(0),
    new Rc4(sessionBaseKey(key, proof)).transform(exported),
  ];
  const fixed = Buffer.alloc(88);
  fixed.write('NTLMSSP\0', 'latin1');
  fixed.writeUInt32LE(3, 8);
  let next = 88;
  parts.forEach((part, index) => {
    fixed.writeUInt16LE(part.length, 12 + index * 8);
    fixed.writeUInt16LE(part.length, 14 + index * 8);
    fixed.writeUInt32LE(next, 16 + index * 8);
    next += part.length;
  });
  fixed.writeUInt32LE(flags, 60);
  const token = Buffer.concat([fixed, ...parts]);
  hmacMd5(exported, negotiate(), offer, token).copy(token, 72);
  return { token, sealing: messageSealing(sessionKeys(exported), 'client') };
}

const sealedType =
  'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"';

export interface SealedRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export function sealRequest(sealing: MessageSealing, soap: string): SealedRequest {
  const plain = Buffer.from(soap);
  const { signature, sealed } = sealing.seal(plain);
  const body = Buffer.concat([
    Buffer.from(
      '--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n' +
        `\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${plain.length}\r\n` +
        '--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n',
    ),
    Buffer.from([16, 0, 0, 0]),
    signature,
    sealed,
    Buffer.from('--Encrypted Boundary--\r\n'),
  ]);
  return { body, headers: { 'Content-Type': sealedType } };
}

/** The SOAP inside a sealed answer; throws where its signature is wrong. */
export function openAnswer(sealing: MessageSealing, { body }: RawAnswer): string {
  const marker = 'application/octet-stream\r\n';
  const start = body.indexOf(marker) + marker.length + 4;
  const end = body.lastIndexOf('--Encrypted Boundary--\r\n');
  const opened = sealing.unseal({
    signature: body.subarray(start, start + 16),
    sealed: body.subarray(start + 16, end),
  });
  if (!opened.ok) throw new Error(opened.error);
  return opened.value.toString('utf8');
}
