import { createHash } from 'node:crypto';
import { signatureHash } from './signature-hash.ts';

/**
 * The channel binding `tls-server-end-point` of a certificate (RFC 5929 section 4): its hash by the hash of its own
 * signature, and by SHA-256 where that is MD5 or SHA-1 or where the signature names none (RSASSA-PSS, EdDSA).
 */
export function serverEndPointBinding(certificate: Buffer): Buffer {
  const signed = signatureHash(certificate);
  const hash = signed === undefined || signed === 'md5' || signed === 'sha1' ? 'sha256' : signed;
  return Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), createHash(hash).update(certificate).digest()]);
}
