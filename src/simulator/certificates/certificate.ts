/** Certificates made in process (RFC 5280), for pretend hosts and for tests. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  bitString,
  boolean,
  context,
  integer,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der-writer.ts';

export interface IssuedCertificate {
  readonly commonName: string;
  readonly der: Buffer;
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

export interface CertificatePlan {
  readonly commonName: string;
  /** DNS names and IPv4 addresses that it is for. */
  readonly names?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Hash of the signature. Default sha256. */
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Default: EC on P-256, which is made in no time. */
  readonly keyPair?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly purpose?: 'authority' | 'server' | 'client';
}

const dayMs = 86_400_000;
const ids = {
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAlternativeName: '2.5.29.17',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
} as const;
const ecdsa = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};
const rsa = {
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};

/** Issues a certificate; without an issuer it signs itself. Valid from yesterday for a year, where not said otherwise. */
export function issueCertificate(plan: CertificatePlan, issuer?: IssuedCertificate): IssuedCertificate {
  const { publicKey, privateKey } = plan.keyPair ?? generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = issuer === undefined ? privateKey : createPrivateKey(issuer.key);
  const hash = plan.hash ?? 'sha256';
  const algorithm = signatureAlgorithm(signer, hash);
  const now = Date.now();
  const content = sequence(
    context(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    nameOf(issuer?.commonName ?? plan.commonName),
    sequence(time(plan.notBefore ?? new Date(now - dayMs)), time(plan.notAfter ?? new Date(now + 365 * dayMs))),
    nameOf(plan.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensionsOf(plan))),
  );
  const der = sequence(content, algorithm, bitString(sign(hash, content, signer)));
  return { commonName: plan.commonName, der, certificate: pem(der), key };
}

function signatureAlgorithm(signer: KeyObject, hash: keyof typeof ecdsa): Buffer {
  return signer.asymmetricKeyType === 'rsa'
    ? sequence(objectIdentifier(rsa[hash]), nothing())
    : sequence(objectIdentifier(ecdsa[hash]));
}

const nameOf = (commonName: string): Buffer =>
  sequence(set(sequence(objectIdentifier(ids.commonName), utf8String(commonName))));

function extensionsOf({ names = [], purpose = 'server' }: CertificatePlan): Buffer[] {
  const alternatives = names.map((name) =>
    isIPv4(name)
      ? context(7, Buffer.from(name.split('.').map(Number)), 'primitive')
      : context(2, Buffer.from(name, 'latin1'), 'primitive'),
  );
  if (purpose === 'authority') {
    return [
      extension(ids.basicConstraints, sequence(boolean(true)), true),
      // keyCertSign and cRLSign.
      extension(ids.keyUsage, bitString(Buffer.from([0x06]), 1), true),
    ];
  }
  return [
    // digitalSignature and keyEncipherment.
    extension(ids.keyUsage, bitString(Buffer.from([0xa0]), 5), true),
    extension(
      ids.extendedKeyUsage,
      sequence(objectIdentifier(purpose === 'client' ? ids.clientAuthentication : ids.serverAuthentication)),
    ),
    ...(alternatives.length === 0 ? [] : [extension(ids.subjectAlternativeName, sequence(...alternatives))]),
  ];
}

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;
