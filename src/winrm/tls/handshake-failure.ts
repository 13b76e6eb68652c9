import type { TlsErrorCode } from '../winrm-error.ts';

const clientCertificateAlert =
  /certificate required|alert (?:unknown ca|bad certificate|unsupported certificate|certificate (?:expired|revoked|unknown))/;

/** True where the host says in TLS that it wants another client certificate, or one at all; it may say so after the handshake. */
export const refusesClientCertificate = (error: Error & { readonly code?: string }): boolean =>
  clientCertificateAlert.test(sayingOf(error));

const sayingOf = (error: Error & { readonly code?: string }): string =>
  `${error.code ?? ''} ${error.message}`.toLowerCase().replaceAll('_', ' ');

interface Known {
  readonly sign: RegExp;
  readonly code: TlsErrorCode;
  readonly text: string;
  /** What it means instead where we had a client certificate to show. */
  readonly withClientCertificate?: string;
}

/** OpenSSL names its errors in the code (`ERR_SSL_WRONG_VERSION_NUMBER`) or, behind `EPROTO`, in the message only. */
const known: readonly Known[] = [
  {
    sign: /wrong version number|packet length too long|http request|record layer failure/,
    code: 'tlsFailed',
    text: 'what answers there does not speak TLS: it may be a port for plain http (5985)',
  },
  {
    sign: /unsupported protocol|protocol version|version too low|legacy sigalg/,
    code: 'tlsFailed',
    text: 'the host offers no TLS from version 1.2 on',
    withClientCertificate: 'the host offers no TLS 1.2, and a client certificate is shown in no other version',
  },
  {
    sign: /handshake failure|no shared cipher|insufficient security|no ciphers available/,
    code: 'tlsFailed',
    text: 'the host has no cipher in common with us, or wants a client certificate',
  },
  {
    // An alert about a certificate that comes from the host is about ours: its own is judged here.
    sign: clientCertificateAlert,
    code: 'clientCertificateRefused',
    text: 'the host refuses our client certificate, or wants one',
  },
  {
    sign: /econnreset|epipe|disconnected before secure|closed while connecting|unexpected eof/,
    code: 'tlsInterrupted',
    text: 'the host broke off the TLS handshake',
    // Some hosts give no other sign of it.
    withClientCertificate: 'the host broke off the TLS handshake, maybe over our client certificate',
  },
];

/** What an error of a TLS handshake means; the error's own text is kept. */
export function handshakeFailure(
  error: Error & { readonly code?: string },
  { clientCertificate: shown }: { readonly clientCertificate?: unknown },
): {
  readonly code: TlsErrorCode;
  readonly text: string;
} {
  const said = sayingOf(error);
  const found = known.find(({ sign }) => sign.test(said));
  if (found === undefined) return { code: 'tlsFailed', text: error.message };
  const text = shown === undefined ? found.text : (found.withClientCertificate ?? found.text);
  return { code: found.code, text: `${text} (${error.code ?? error.message})` };
}
