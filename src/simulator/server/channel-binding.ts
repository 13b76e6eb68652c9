import { createHash } from 'node:crypto';

/** What a host makes of the channel binding in an NTLM logon over TLS. */
export interface BindingRule {
  /** The 16 bytes that a client on this TLS connection sends. */
  readonly expected: Buffer;
  /** CbtHardeningLevel Strict: a logon without a binding is refused too; a wrong one always is. */
  readonly strict: boolean;
}

/**
 * The rule of a host that shows this certificate (DER): MD5 over the GSS form of `tls-server-end-point`. All
 * certificates here are signed with SHA-256 or with SHA-1, and both are bound to by SHA-256 (RFC 5929).
 */
export function bindingRule(certificate: Buffer, strict: boolean): BindingRule {
  const digest = createHash('sha256').update(certificate).digest();
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), digest]);
  // Initiator and acceptor address types and lengths, all none; then the length of the data.
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return {
    expected: createHash('md5')
      .update(Buffer.concat([head, data]))
      .digest(),
    strict,
  };
}
