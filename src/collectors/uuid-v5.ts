import { createHash } from 'node:crypto';

/** The namespace of DNS names (RFC 9562, section 6.6). */
export const dnsNamespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

/** The UUID of a name within a namespace (RFC 9562, section 5.5), lower-case. `namespace` is itself a UUID. */
export function uuidV5(name: string, namespace: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  const bytes = hash.subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
