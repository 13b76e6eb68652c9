/** Is the certificate that a host showed the one of the host we mean? Everything that says no is a code of its own. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsErrorCode } from '../winrm-error.ts';
import { signatureHash } from './signature-hash.ts';

/** Why a certificate is not accepted. */
export interface TlsObjection {
  readonly code: TlsErrorCode;
  /** What is known of it; goes into the error's detail. */
  readonly text: string;
}

export interface ExpectedHost {
  /** DNS name or address that has to stand in the certificate. */
  readonly name: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly pin?: string;
}

type ShownBy = Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerCertificate'>;

/** Chains are longer by accident only. */
const longestChain = 20;
const longestText = 300;

/** Undefined: it is the host. `socket` has finished its handshake, with the chain judged by OpenSSL but not enforced. */
export function objectionTo(socket: ShownBy, expected: ExpectedHost, now: Date): TlsObjection | undefined {
  const shown = socket.getPeerCertificate(true);
  // A host without a certificate (an anonymous cipher) is nobody.
  if (shown?.raw === undefined) return { code: 'tlsFailed', text: 'the host showed no certificate' };
  const chain = chainOf(shown);
  if (expected.pin !== undefined) return pinObjection(new X509Certificate(shown.raw), expected.pin, now);
  if (!socket.authorized) return chainObjection(String(socket.authorizationError), chain, now);
  return nameObjection(expected.name, shown);
}

/** The host's certificate and those above it, as far as they are known. */
function chainOf(shown: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: DetailedPeerCertificate | undefined = shown;
  while (next?.raw !== undefined && chain.length < longestChain) {
    chain.push(new X509Certificate(next.raw));
    // The issuer of a root is the root itself.
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}

const fingerprint = (certificate: X509Certificate): string =>
  certificate.fingerprint256.replaceAll(':', '').toLowerCase();

/** What a host wrote into its certificate, fit to be shown: on one line, and of bearable length. */
const shownText = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ', ').slice(0, longestText);

const named = (name: string): string => `"${shownText(name)}"`;

const sha256Text = (certificate: X509Certificate): string => `its SHA-256 is ${fingerprint(certificate)}`;

function pinObjection(certificate: X509Certificate, pin: string, now: Date): TlsObjection | undefined {
  if (fingerprint(certificate) !== pin) {
    return {
      code: 'certificatePinMismatch',
      text: `the certificate ${named(certificate.subject)}: ${sha256Text(certificate)}`,
    };
  }
  // A pin says whose certificate it is. The signature on it is then nobody's promise, the key still is.
  return dateObjection([certificate], now) ?? keyObjection([certificate], weakestAcceptedBits);
}

function chainObjection(reason: string, chain: readonly X509Certificate[], now: Date): TlsObjection {
  if (reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID') {
    return dateObjection(chain, now) ?? { code: 'certificateExpired', text: reason };
  }
  // OpenSSL's complaints of weakness have no names of their own in Node.
  const weak = reason === 'UNSPECIFIED' ? weaknessOf(chain) : undefined;
  return weak ?? { code: 'certificateUntrusted', text: untrustedText(reason, chain) };
}

function untrustedText(reason: string, chain: readonly X509Certificate[]): string {
  const [own] = chain;
  const last = chain.at(-1);
  if (own === undefined || last === undefined) return reason;
  const because: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: `the certificate ${named(own.subject)} is self-signed`,
    SELF_SIGNED_CERT_IN_CHAIN: `the root ${named(last.subject)} above it is not trusted here`,
    UNABLE_TO_GET_ISSUER_CERT: issuerMissing(last),
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: issuerMissing(last),
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: issuerMissing(last),
    INVALID_PURPOSE: `the certificate ${named(own.subject)} is not meant for servers`,
  };
  return `${because[reason] ?? `the certificate ${named(own.subject)}: ${reason}`}; ${sha256Text(own)}`;
}

const issuerMissing = (certificate: X509Certificate): string =>
  `the issuer ${named(certificate.issuer)} is not trusted here, or the host leaves out a certificate in between`;

function dateObjection(chain: readonly X509Certificate[], now: Date): TlsObjection | undefined {
  const bad = chain.find(({ validFrom, validTo }) => now < new Date(validFrom) || now > new Date(validTo));
  if (bad === undefined) return undefined;
  const early = now < new Date(bad.validFrom);
  const when = early ? `is valid only from ${day(bad.validFrom)} on` : `expired on ${day(bad.validTo)}`;
  return {
    code: 'certificateExpired',
    text: `the certificate ${named(bad.subject)} ${when}; today is ${day(now)} here`,
  };
}

const day = (date: Date | string): string => new Date(date).toISOString().slice(0, 10);

/** What OpenSSL takes by default (security level 1), in bits of RSA and DSA keys. */
const weakestAcceptedBits = 1024;
/** Under this a key is the likely reason where OpenSSL, at a stricter level, refuses a chain as too weak. */
const goodBits = 2048;

/** A signature on a root is not relied on: whoever trusts a root trusts it by itself. */
function weaknessOf(chain: readonly X509Certificate[]): TlsObjection | undefined {
  const signed = chain.filter((certificate) => certificate.subject !== certificate.issuer);
  for (const certificate of signed) {
    const hash = signatureHash(certificate.raw);
    if (hash === 'md5' || hash === 'sha1') {
      const text = `the certificate ${named(certificate.subject)} is signed with ${hash.toUpperCase().replace('SHA1', 'SHA-1')}`;
      return { code: 'certificateTooWeak', text };
    }
  }
  return keyObjection(chain, goodBits);
}

function keyObjection(chain: readonly X509Certificate[], leastBits: number): TlsObjection | undefined {
  for (const certificate of chain) {
    const bits = factoringBits(certificate.publicKey);
    if (bits !== undefined && bits < leastBits) {
      const text = `the key of the certificate ${named(certificate.subject)} has only ${bits} bits`;
      return { code: 'certificateTooWeak', text };
    }
  }
  return undefined;
}

/** Bits of an RSA or DSA key; of the others no host has a weak one. */
const factoringBits = ({ asymmetricKeyDetails }: KeyObject): number | undefined => asymmetricKeyDetails?.modulusLength;

function nameObjection(name: string, certificate: PeerCertificate): TlsObjection | undefined {
  if (checkServerIdentity(name, certificate) === undefined) return undefined;
  const names = certificate.subjectaltname ?? `CN=${certificate.subject?.CN ?? ''}`;
  return { code: 'certificateNameMismatch', text: `asked for ${name}; the certificate is for ${shownText(names)}` };
}
