import type { MessageSealing } from '../../winrm/ntlm/sealing.ts';

const boundary = '--Encrypted Boundary';
const headPattern =
  /^--Encrypted Boundary\r\n\tContent-Type: application\/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: type=application\/soap\+xml;charset=UTF-8;Length=(\d+)\r\n--Encrypted Boundary\r\n\tContent-Type: application\/octet-stream\r\n$/;
const dataStart = Buffer.from('application/octet-stream\r\n');
const signatureLength = 16;

export const sealedContentType =
  'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"';

export const isSealedContent = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase().startsWith('multipart/encrypted') ?? false;

/** Opens a sealed body (MS-WSMV 2.2.9.1); undefined where its form, length or signature is wrong. */
export function openSealed(body: Buffer, sealing: MessageSealing): Buffer | undefined {
  const start = body.indexOf(dataStart) + dataStart.length;
  // The sealed bytes may themselves hold the boundary's text: only the last one closes.
  const end = body.lastIndexOf(`${boundary}--\r\n`);
  const head = headPattern.exec(body.subarray(0, start).toString('latin1'));
  if (head === null || end < start + 4 + signatureLength) return undefined;
  if (body.readUInt32LE(start) !== signatureLength) return undefined;
  const sealedAt = start + 4 + signatureLength;
  const opened = sealing.unseal({
    signature: body.subarray(start + 4, sealedAt),
    sealed: body.subarray(sealedAt, end),
  });
  return opened.ok && opened.value.length === Number(head[1]) ? opened.value : undefined;
}

/** Seals an answer, fault or not. */
export function sealBody(plain: Buffer, sealing: MessageSealing): Buffer {
  const { signature, sealed } = sealing.seal(plain);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(signature.length);
  return Buffer.concat([
    Buffer.from(
      `${boundary}\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n` +
        `\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${plain.length}\r\n` +
        `${boundary}\r\n\tContent-Type: application/octet-stream\r\n`,
    ),
    length,
    signature,
    sealed,
    Buffer.from(`${boundary}--\r\n`),
  ]);
}
