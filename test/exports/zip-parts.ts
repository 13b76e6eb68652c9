import { inflateRawSync } from 'node:zlib';

/** The parts of a workbook as text by name. */
export const partsOf = (zip: Buffer): ReadonlyMap<string, string> =>
  new Map([...contentsOf(zip)].map(([name, content]) => [name, content.toString('utf8')]));

/** The files of a zip by name, read by its central directory: independent of what wrote it. */
export function contentsOf(zip: Buffer): ReadonlyMap<string, Buffer> {
  const parts = new Map<string, Buffer>();
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const compressed = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength).replace(/^\//, '');
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(start, start + compressed);
    parts.set(name, zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(content) : content);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return parts;
}
