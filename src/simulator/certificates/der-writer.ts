/** DER (X.690) as certificates need it. */

const tagged = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  const bytes = Buffer.alloc(1 + digits);
  bytes[0] = 0x80 | digits;
  bytes.writeUIntBE(length, 1, digits);
  return bytes;
}

export const sequence = (...elements: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(elements));
export const set = (...elements: readonly Buffer[]): Buffer => tagged(0x31, Buffer.concat(elements));
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = (): Buffer => tagged(0x05, Buffer.alloc(0));
export const utf8String = (text: string): Buffer => tagged(0x0c, Buffer.from(text, 'utf8'));
export const octetString = (content: Buffer): Buffer => tagged(0x04, content);
/** A bit string of whole bytes; of a smaller flag set, with the number of bits that do not count. */
export const bitString = (content: Buffer, unusedBits = 0): Buffer =>
  tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), content]));
/** `[n]`, around other elements (constructed) or instead of a tag of its own (primitive). */
export const context = (number: number, content: Buffer, kind: 'constructed' | 'primitive' = 'constructed'): Buffer =>
  tagged((kind === 'constructed' ? 0xa0 : 0x80) | number, content);

/** A positive whole number of any size. */
export function integer(bytes: Buffer): Buffer {
  const trimmed = bytes.subarray(Math.max(0, Math.min(bytes.length - 1, firstUsed(bytes))));
  const padded = ((trimmed[0] ?? 0) & 0x80) === 0 ? trimmed : Buffer.concat([Buffer.alloc(1), trimmed]);
  return tagged(0x02, padded);
}

const firstUsed = (bytes: Buffer): number => bytes.findIndex((byte) => byte !== 0);

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.concat([first * 40 + second, ...rest].map(base128)));
}

function base128(number: number): Buffer {
  const digits = [number & 0x7f];
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left & 0x7f) | 0x80);
  return Buffer.from(digits);
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '');
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : tagged(0x18, Buffer.from(digits, 'latin1'));
}
