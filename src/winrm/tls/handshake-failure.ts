import type { TlsErrorCode } from '../winrm-error.ts';

/** OpenSSL names its errors in the code (`ERR_SSL_WRONG_VERSION_NUMBER`) or, behind `EPROTO`, in the message only. */
const known: readonly { readonly sign: RegExp; readonly code: TlsErrorCode; readonly text: string }[] = [
  {
    sign: /wrong version number|packet length too long|http request|record layer failure/,
    code: 'tlsFailed',
    text: 'what answers there does not speak TLS: it may be a port for plain http (5985)',
  },
  {
    sign: /unsupported protocol|protocol version|version too low|legacy sigalg/,
    code: 'tlsFailed',
    text: 'the host offers no TLS from version 1.2 on',
  },
  {
    sign: /handshake failure|no shared cipher|insufficient security|no ciphers available/,
    code: 'tlsFailed',
    text: 'the host has no cipher in common with us',
  },
  {
    sign: /certificate required/,
    code: 'tlsFailed',
    text: 'the host wants a client certificate',
  },
  {
    sign: /econnreset|epipe|disconnected before secure|closed while connecting|unexpected eof/,
    code: 'tlsInterrupted',
    text: 'the host broke off the TLS handshake',
  },
];

/** What an error of a TLS handshake means; the error's own text is kept. */
export function handshakeFailure(error: Error & { readonly code?: string }): {
  readonly code: TlsErrorCode;
  readonly text: string;
} {
  const said = `${error.code ?? ''} ${error.message}`.toLowerCase().replaceAll('_', ' ');
  const found = known.find(({ sign }) => sign.test(said));
  if (found === undefined) return { code: 'tlsFailed', text: error.message };
  return { code: found.code, text: `${found.text} (${error.code ?? error.message})` };
}
