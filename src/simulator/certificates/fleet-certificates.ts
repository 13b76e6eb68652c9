import { type IssuedCertificate, issueCertificate } from './certificate.ts';

/** What an https host of the fleet shows. */
export type ShownCertificate = 'trusted' | 'expired' | 'otherName' | 'selfSigned' | 'sha1';

/** What an account of the fleet may show. `otherIssuer`: from a CA that its hosts do not know. */
export type AccountCertificate = 'mapped' | 'expired' | 'otherIssuer';

/** A fleet's own CA and what it has issued; made anew with every fleet. */
export interface FleetCertificates {
  /** The CA, PEM. */
  readonly authority: string;
  /** A certificate as a host shows it; `names` are the ones it is reached by. */
  show(kind: ShownCertificate, commonName: string, names: readonly string[]): IssuedCertificate;
  /** A client certificate; hosts that take any map those that they trust to the fleet's account. */
  client(kind: AccountCertificate, commonName: string): IssuedCertificate;
}

const dayMs = 86_400_000;

const longPast = () => ({
  notBefore: new Date(Date.now() - 400 * dayMs),
  notAfter: new Date(Date.now() - 35 * dayMs),
});

export function fleetCertificates(): FleetCertificates {
  const authority = issueCertificate({ commonName: 'Simulated Fleet CA', purpose: 'authority' });
  return {
    authority: authority.certificate,
    show: (kind, commonName, names) => {
      switch (kind) {
        case 'expired':
          return issueCertificate({ commonName, names, ...longPast() }, authority);
        case 'otherName':
          return issueCertificate({ commonName: 'elsewhere', names: ['elsewhere.contoso.com'] }, authority);
        case 'selfSigned':
          return issueCertificate({ commonName, names });
        case 'sha1':
          return issueCertificate({ commonName, names, hash: 'sha1' }, authority);
        case 'trusted':
          return issueCertificate({ commonName, names }, authority);
      }
    },
    client: (kind, commonName) => {
      const plan = { commonName, purpose: 'client' as const, ...(kind === 'expired' ? longPast() : {}) };
      if (kind !== 'otherIssuer') return issueCertificate(plan, authority);
      return issueCertificate(plan, issueCertificate({ commonName: 'Another CA', purpose: 'authority' }));
    },
  };
}
