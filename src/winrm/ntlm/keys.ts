/** NTLMv2 key derivation (MS-NLMP 3.3.2 and 3.4.5). */
import { createHash, createHmac } from 'node:crypto';
import { md4 } from './md4.ts';

export const hmacMd5 = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** Windows maps one character to one: `ß` stays, where JavaScript would make it `SS`. */
const upperCase = (text: string): string =>
  Array.from(text, (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join('');

/** NTOWFv2: the user name is upper-cased, the domain is not (a user principal name would no longer match). */
export const ntowfV2 = (user: string, domain: string, password: string): Buffer =>
  hmacMd5(md4(utf16(password)), utf16(upperCase(user) + domain));

/** NTProofStr: the proof over the server's challenge and the client's blob (`temp`). */
export const ntProof = (responseKey: Uint8Array, serverChallenge: Uint8Array, blob: Uint8Array): Buffer =>
  hmacMd5(responseKey, serverChallenge, blob);

/** SessionBaseKey, which in NTLMv2 is the key exchange key too. */
export const sessionBaseKey = (responseKey: Uint8Array, proof: Uint8Array): Buffer => hmacMd5(responseKey, proof);

export interface SessionKeys {
  readonly clientSigning: Buffer;
  readonly clientSealing: Buffer;
  readonly serverSigning: Buffer;
  readonly serverSealing: Buffer;
}

/** SIGNKEY and SEALKEY of both directions, with extended session security and 128 bits. */
export function sessionKeys(exportedSessionKey: Uint8Array): SessionKeys {
  const derive = (direction: string, purpose: string): Buffer =>
    createHash('md5')
      .update(exportedSessionKey)
      .update(`session key to ${direction} ${purpose} key magic constant\0`, 'latin1')
      .digest();
  return {
    clientSigning: derive('client-to-server', 'signing'),
    clientSealing: derive('client-to-server', 'sealing'),
    serverSigning: derive('server-to-client', 'signing'),
    serverSealing: derive('server-to-client', 'sealing'),
  };
}
