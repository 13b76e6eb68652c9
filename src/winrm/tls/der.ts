/** As much of DER (X.690) as it takes to read which algorithm signed a certificate. */

export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
}

const tags = { sequence: 0x30, objectIdentifier: 0x06 } as const;

/** The elements that lie one after another in these bytes; those before the first malformed one. */
export function derElements(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let offset = 0; offset + 2 <= bytes.length; ) {
    const length = lengthAt(bytes, offset + 1);
    if (length === undefined) break;
    const start = offset + 1 + length.size;
    const end = start + length.value;
    if (end > bytes.length) break;
    elements.push({ tag: bytes[offset] ?? 0, content: bytes.subarray(start, end) });
    offset = end;
  }
  return elements;
}

function lengthAt(bytes: Buffer, offset: number): { readonly value: number; readonly size: number } | undefined {
  const first = bytes[offset];
  if (first === undefined || first === 0x80) return undefined;
  if (first < 0x80) return { value: first, size: 1 };
  const digits = first & 0x7f;
  if (digits > 4 || offset + 1 + digits > bytes.length) return undefined;
  return { value: bytes.readUIntBE(offset + 1, digits), size: 1 + digits };
}

/** Dotted form of an object identifier's content. */
function dotted(content: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

/** Object identifier of the algorithm that signed a certificate (RFC 5280 4.1.1.2); undefined where it is none. */
export function signatureAlgorithm(certificate: Buffer): string | undefined {
  const [outer] = derElements(certificate);
  if (outer?.tag !== tags.sequence) return undefined;
  const algorithm = derElements(outer.content)[1];
  if (algorithm?.tag !== tags.sequence) return undefined;
  const [identifier] = derElements(algorithm.content);
  return identifier?.tag === tags.objectIdentifier ? dotted(identifier.content) : undefined;
}
