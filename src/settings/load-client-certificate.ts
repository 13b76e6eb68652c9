import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { failure, type Result, success } from '../result.ts';
import type { ClientCertificate } from '../winrm/winrm-session.ts';
import type { ClientCertificateFiles, SettingError } from './settings.ts';

/**
 * Reads a client certificate and its key, and finds out before any host is asked whether they can be used at `now`.
 * Errors name setting and file; nothing of the key or its passphrase stands in them.
 */
export async function loadClientCertificate(
  files: ClientCertificateFiles,
  now: Date,
): Promise<Result<ClientCertificate, SettingError>> {
  const { certFile, keyFile, names } = files;
  const certificate = await textOf(certFile);
  if (!certificate.ok) return failure(wrong(names.certFile, `${certFile} ${certificate.error}`));
  const key = await textOf(keyFile);
  if (!key.ok) return failure(wrong(names.keyFile, `${keyFile} ${key.error}`));
  return readClientCertificate({ certificate: certificate.value, key: key.value }, files, now);
}

const wrong = (setting: string, reason: string): SettingError => ({ setting, message: `${setting}: ${reason}.` });

/** The same of texts in PEM; `files` tells where they come from. */
export function readClientCertificate(
  texts: { readonly certificate: string; readonly key: string },
  { certFile, keyFile, passphrase, names }: ClientCertificateFiles,
  now: Date,
): Result<ClientCertificate, SettingError> {
  const chain = certificatesIn(texts.certificate);
  if (!chain.ok) return failure(wrong(names.certFile, `${certFile} ${chain.error}`));
  const key = readKey(texts.key, passphrase);
  if (!key.ok) {
    const { about, reason } = key.error;
    return failure(
      about === 'key'
        ? wrong(names.keyFile, `${keyFile} ${reason}`)
        : wrong(names.passphrase, `${reason} (${names.keyFile}: ${keyFile})`),
    );
  }
  const { leaf, certificates } = chain.value;
  if (!leaf.checkPrivateKey(key.value)) {
    return failure(
      wrong(names.keyFile, `${keyFile} is not the key of the first certificate in ${names.certFile} (${certFile})`),
    );
  }
  const dates = objectionToDates(leaf, now);
  if (dates !== undefined) return failure(wrong(names.certFile, `the certificate in ${certFile} ${dates}`));
  const made = { certificate: certificates.join('\n'), key: pemOf(key.value) };
  const useless = objectionOfTls(made);
  return useless === undefined
    ? success(made)
    : failure(wrong(names.certFile, `${certFile} cannot be used in TLS (${useless})`));
}

async function textOf(path: string): Promise<Result<string, string>> {
  try {
    return success(await readFile(path, 'latin1'));
  } catch (error) {
    return failure(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function certificatesIn(text: string): Result<{ leaf: X509Certificate; certificates: readonly string[] }, string> {
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const [first] = certificates;
  if (first === undefined) return failure('holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  try {
    const [leaf = new X509Certificate(first)] = certificates.map((pem) => new X509Certificate(pem));
    return success({ leaf, certificates });
  } catch {
    return failure('holds as certificate what is none');
  }
}

interface KeyObjection {
  readonly about: 'key' | 'passphrase';
  readonly reason: string;
}

function readKey(text: string, passphrase: string | undefined): Result<KeyObject, KeyObjection> {
  const pem = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?-----END \1PRIVATE KEY-----/.exec(text)?.[0];
  if (pem === undefined) return failure({ about: 'key', reason: 'holds no private key in PEM form' });
  const encrypted = /ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined) {
    return failure({ about: 'passphrase', reason: 'must be set, because the key is encrypted' });
  }
  try {
    return success(createPrivateKey({ key: pem, passphrase: encrypted ? passphrase : undefined }));
  } catch {
    // What OpenSSL says of it is no help, and not worth the risk of a secret in it.
    return failure(
      encrypted
        ? { about: 'passphrase', reason: 'does not open the key, or the key is damaged' }
        : { about: 'key', reason: 'holds as private key what is none' },
    );
  }
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function objectionToDates({ validFrom, validTo }: X509Certificate, now: Date): string | undefined {
  if (now > new Date(validTo)) return `expired on ${new Date(validTo).toISOString()}`;
  return now < new Date(validFrom) ? `is not valid before ${new Date(validFrom).toISOString()}` : undefined;
}

/** A key too short or a signature too old is refused by OpenSSL when it is to be used. */
function objectionOfTls({ certificate, key }: ClientCertificate): string | undefined {
  try {
    createSecureContext({ cert: certificate, key });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
