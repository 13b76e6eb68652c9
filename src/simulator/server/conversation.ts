import type { MessageSealing } from '../../winrm/ntlm/sealing.ts';
import type { BindingRule } from './channel-binding.ts';
import type { Machine } from './machine.ts';
import {
  isNtlmMessage,
  type NtlmAccount,
  type NtlmHandshake,
  type NtlmTarget,
  startHandshake,
} from './ntlm-acceptor.ts';
import { isSealedContent } from './sealed-body.ts';

/** What authentication makes of a request. */
export type Admission =
  /** HTTP 401; with the challenges that are offered. */
  | { readonly kind: 'refused'; readonly challenges: readonly string[] }
  /** HTTP 403: the client certificate is not one that the host trusts. */
  | { readonly kind: 'forbidden' }
  /** HTTP 400: sealed for a conversation that this connection does not have. */
  | { readonly kind: 'badRequest' }
  /** Let in by Basic, or by NTLM inside TLS: messages are plain. */
  | { readonly kind: 'plain' }
  /** Let in by NTLM: messages are sealed, or refused where the client did not negotiate that. */
  | { readonly kind: 'sealed'; readonly sealing: MessageSealing | undefined };

export interface LogonCounters {
  logonsAccepted: number;
  logonsRefused: number;
}

/** What TLS knows of a connection. */
export interface TlsConnection {
  readonly binding: BindingRule;
  /** What the client showed, where it was asked. */
  readonly clientCertificate?: 'none' | 'trusted' | 'untrusted';
}

const mutualProfile = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual';

/** The authentication of one TCP connection: NTLM proves an account to a connection, Basic to each request. */
export class Conversation {
  readonly #account: NtlmAccount;
  readonly #machine: Machine;
  readonly #counters: LogonCounters;
  readonly #tls: TlsConnection | undefined;
  #handshake: NtlmHandshake | undefined;
  #ntlm: { readonly sealing: MessageSealing | undefined } | undefined;
  #basicAccepted = false;
  #certificateAccepted = false;

  constructor(account: NtlmAccount, machine: Machine, counters: LogonCounters, tls?: TlsConnection) {
    this.#account = account;
    this.#machine = machine;
    this.#counters = counters;
    this.#tls = tls;
  }

  admit(authorization: string | undefined, contentType: string | undefined): Admission {
    if (authorization === undefined) {
      // Inside TLS there is no need to seal a message once more.
      if (this.#ntlm !== undefined && this.#tls !== undefined && !isSealedContent(contentType))
        return { kind: 'plain' };
      if (this.#ntlm !== undefined) return { kind: 'sealed', ...this.#ntlm };
      return isSealedContent(contentType) ? { kind: 'badRequest' } : { kind: 'refused', challenges: this.#offered };
    }
    if (authorization === mutualProfile) return this.#admitCertificate();
    const [, scheme, token] = /^(\S+)\s+(\S+)\s*$/.exec(authorization) ?? [];
    if (!this.#schemes.some((known) => known.toLowerCase() === scheme?.toLowerCase())) return this.#turnedAway;
    switch (scheme?.toLowerCase()) {
      case 'basic':
        return this.#admitBasic(Buffer.from(token ?? '', 'base64').toString('utf8'));
      case 'negotiate':
        return this.#admitNtlm(Buffer.from(token ?? '', 'base64'));
      default:
        return { kind: 'refused', challenges: this.#offered };
    }
  }

  #admitBasic(userAndPassword: string): Admission {
    const colon = userAndPassword.indexOf(':');
    const sameUser = userAndPassword.slice(0, colon).toLowerCase() === this.#account.user.toLowerCase();
    if (colon < 0 || !sameUser || userAndPassword.slice(colon + 1) !== this.#account.password || !this.#knowsAccount) {
      return this.#refuse();
    }
    if (!this.#basicAccepted) this.#counters.logonsAccepted += 1;
    this.#basicAccepted = true;
    return { kind: 'plain' };
  }

  #admitCertificate(): Admission {
    const { clientCertificates } = this.#machine.behaviour;
    if (this.#tls?.clientCertificate === 'untrusted') return { kind: 'forbidden' };
    if (this.#tls?.clientCertificate !== 'trusted' || clientCertificates !== 'mapped') return this.#turnedAway;
    if (!this.#knowsAccount) return this.#refuse();
    if (!this.#certificateAccepted) this.#counters.logonsAccepted += 1;
    this.#certificateAccepted = true;
    return { kind: 'plain' };
  }

  #admitNtlm(token: Buffer): Admission {
    if (this.#machine.behaviour.ntlm === 'blocked') return this.#turnedAway;
    if (isNtlmMessage(token, 1)) {
      this.#ntlm = undefined;
      this.#handshake = startHandshake(token, targetOf(this.#machine), this.#account, this.#tls?.binding);
      return { kind: 'refused', challenges: [`Negotiate ${this.#handshake.challenge.toString('base64')}`] };
    }
    const handshake = this.#handshake;
    this.#handshake = undefined;
    // A response to no challenge of this connection proves nothing.
    if (handshake === undefined || !isNtlmMessage(token, 3)) return { kind: 'refused', challenges: this.#offered };
    const verdict = handshake.judge(token);
    if (!verdict.accepted || !this.#knowsAccount) return this.#refuse();
    this.#counters.logonsAccepted += 1;
    this.#ntlm = { sealing: verdict.sealing };
    return { kind: 'sealed', sealing: verdict.sealing };
  }

  /** Refused without any proof having been looked at. */
  get #turnedAway(): Admission {
    return { kind: 'refused', challenges: this.#offered };
  }

  get #schemes(): readonly string[] {
    return this.#machine.behaviour.schemes ?? ['Negotiate', 'Basic'];
  }

  get #offered(): readonly string[] {
    return this.#schemes.map((scheme) => (scheme === 'Basic' ? 'Basic realm="WSMAN"' : scheme));
  }

  get #knowsAccount(): boolean {
    return this.#machine.behaviour.account !== 'unknown';
  }

  #refuse(): Admission {
    this.#counters.logonsRefused += 1;
    return { kind: 'refused', challenges: this.#offered };
  }
}

/** How the host names itself; a workgroup host is its own domain. */
function targetOf({ host }: Machine): NtlmTarget {
  const dot = host.fqdn.indexOf('.');
  const dnsDomainName = dot < 0 ? host.fqdn : host.fqdn.slice(dot + 1);
  return {
    computerName: host.name,
    domainName: dot < 0 ? host.name : (dnsDomainName.split('.')[0] ?? '').toUpperCase(),
    dnsComputerName: host.fqdn,
    dnsDomainName,
  };
}
