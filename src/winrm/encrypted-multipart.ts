/**
 * The MIME form of sealed messages over HTTP (MS-WSMV 2.2.9.1): built exactly as Windows wants it, and taken apart by
 * position, because ciphertext may hold any text, the boundary too.
 */
import { failure, type Result, success } from '../result.ts';
import { type SealedMessage, signatureLength } from './ntlm/sealing.ts';

export const encryptedContentType =
  'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"';

/** True for the content type of a sealed body. */
export const isEncryptedContentType = (contentType: string): boolean => /^\s*multipart\/encrypted/i.test(contentType);

const octetStream = Buffer.from('application/octet-stream\r\n', 'latin1');
/** Exchange writes the boundary with a space after the dashes. */
const closings = ['--Encrypted Boundary--', '-- Encrypted Boundary--'].map((text) => Buffer.from(text, 'latin1'));
/** The part headers are short; a marker further in belongs to ciphertext. */
const longestHead = 1024;

/** The body of a sealed message; `plainLength` is the number of bytes before sealing. */
export function encryptedMultipart({ signature, sealed }: SealedMessage, plainLength: number): Buffer {
  const head =
    '--Encrypted Boundary\r\n' +
    '\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n' +
    `\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=${plainLength}\r\n` +
    '--Encrypted Boundary\r\n' +
    '\tContent-Type: application/octet-stream\r\n';
  const length = Buffer.alloc(4);
  length.writeUInt32LE(signature.length);
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    length,
    signature,
    sealed,
    Buffer.from('--Encrypted Boundary--\r\n', 'latin1'),
  ]);
}

/** Takes a sealed body apart; the error says what is wrong with it. */
export function parseEncryptedMultipart(body: Buffer): Result<SealedMessage, string> {
  const head = body.subarray(0, longestHead);
  const marker = head.indexOf(octetStream);
  if (marker < 0) return failure('a sealed answer without its octet stream');
  const start = marker + octetStream.length;
  const end = Math.max(...closings.map((closing) => body.lastIndexOf(closing)));
  if (end < start + 4 + signatureLength) return failure('a sealed answer without its closing boundary');
  if (body.readUInt32LE(start) !== signatureLength)
    return failure('a sealed answer with a signature of unknown length');
  const sealedStart = start + 4 + signatureLength;
  const sealed = body.subarray(sealedStart, end);
  const announced = /Length=(\d+)/i.exec(head.subarray(0, marker).toString('latin1'))?.[1];
  if (announced === undefined || Number(announced) !== sealed.length) {
    return failure(`a sealed answer of ${sealed.length} bytes where ${announced ?? 'no length'} was announced`);
  }
  return success({ signature: body.subarray(start + 4, sealedStart), sealed });
}
