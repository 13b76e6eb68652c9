import { signatureAlgorithm } from './der.ts';

/** By the object identifier of a signature: the hash in it, as node:crypto names it. */
const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.15': 'sha512-224',
  '1.2.840.113549.1.1.16': 'sha512-256',
  '1.2.840.10040.4.3': 'sha1', // DSA
  '1.2.840.10045.4.1': 'sha1', // ECDSA
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.14.3.2.29': 'sha1', // RSA, as old Windows CAs spell it
  '2.16.840.1.101.3.4.3.1': 'sha224', // DSA
  '2.16.840.1.101.3.4.3.2': 'sha256',
  '2.16.840.1.101.3.4.3.3': 'sha384',
  '2.16.840.1.101.3.4.3.4': 'sha512',
};

/**
 * The hash that a certificate's signature is made with. Undefined where the algorithm does not name it by itself
 * (RSASSA-PSS, EdDSA), is not known, or where the bytes are no certificate.
 */
export const signatureHash = (certificate: Buffer): string | undefined => hashes[signatureAlgorithm(certificate) ?? ''];
