import { X509Certificate } from 'node:crypto';
import { failure, type Result, success } from '../result.ts';

/**
 * The certificates in a text, one PEM after another; everything between them is left out. Line breaks may have become
 * `\n` or blanks on the way, as in an app setting of one line. The error ends a sentence about the text.
 */
export function readAuthorities(text: string): Result<string, string> {
  const certificates = [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)].map(
    ([, base64 = '']) => pemOf(base64.replaceAll(/\\r|\\n|\s/g, '')),
  );
  if (certificates.length === 0) return failure('holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  return broken < 0 ? success(certificates.join('\n')) : failure(`holds as certificate ${broken + 1} what is none`);
}

const pemOf = (base64: string): string =>
  ['-----BEGIN CERTIFICATE-----', ...(base64.match(/.{1,64}/g) ?? []), '-----END CERTIFICATE-----'].join('\n');

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
