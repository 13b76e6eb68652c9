import { type IssuedCertificate, issueCertificate } from './certificate.ts';

/** What an https host of the fleet shows. */
export type ShownCertificate = 'trusted' | 'expired' | 'otherName' | 'selfSigned' | 'sha1';

/** A fleet's own CA and what it has issued; made anew with every fleet. */
export interface FleetCertificates {
  /** The CA, PEM. */
  readonly authority: string;
  /** A certificate as a host shows it; `names` are the ones it is reached by. */
  show(kind: ShownCertificate, commonName: string, names: readonly string[]): IssuedCertificate;
}

const dayMs = 86_400_000;

export function fleetCertificates(): FleetCertificates {
  const authority = issueCertificate({ commonName: 'Simulated Fleet CA', purpose: 'authority' });
  return {
    authority: authority.certificate,
    show: (kind, commonName, names) => {
      switch (kind) {
        case 'expired':
          return issueCertificate(
            {
              commonName,
              names,
              notBefore: new Date(Date.now() - 400 * dayMs),
              notAfter: new Date(Date.now() - 35 * dayMs),
            },
            authority,
          );
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
  };
}
