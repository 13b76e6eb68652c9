import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { failure, type Result, success } from '../result.ts';
import type { SettingError } from './settings.ts';

/** Reads a file with private CAs and holds every certificate in it against being one. `setting` is how it was named. */
export async function loadAuthorities(path: string, setting: string): Promise<Result<string, SettingError>> {
  const wrong = (reason: string) => failure({ setting, message: `${setting}: ${path} ${reason}.` });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return wrong(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) return wrong('holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (broken >= 0) return wrong(`holds as certificate ${broken + 1} what is none`);
  return success(certificates.join('\n'));
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
