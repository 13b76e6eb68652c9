/** Whom a connection goes to, and who we are there: all that connecting has to know. */

export interface PasswordCredential {
  /** `DOMAIN\user`, `user@domain` or a local `user`; for Kerberos empty: whoever holds the machine's ticket. */
  readonly user: string;
  readonly password: string;
}

/** What a client shows in TLS to prove who it is. */
export interface ClientCertificate {
  /** PEM: the certificate, then those of the CAs between it and a root that the host knows. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

/** For the scheme `certificate`, and for no other. */
export interface CertificateCredential {
  readonly certificate: ClientCertificate;
}

export type Credential = PasswordCredential | CertificateCredential;

export interface WinrmTarget {
  /** DNS name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

/** How the host of an https target is recognised. Without any of it: by the CAs of the system and of Node. */
export interface TlsOptions {
  /** PEM text of private CAs, one certificate or several, trusted beside those of the system and of Node. */
  readonly authorities?: string;
  /**
   * SHA-256 of the host's certificate (DER), 64 lower-case hex digits. It takes the place of verifying issuer and name;
   * dates, key and TLS version still have to be right.
   */
  readonly pin?: string;
  /** The DNS name to ask for (SNI) and to look for in the certificate, where it is not the target's: for tunnels. */
  readonly serverName?: string;
  /** Shown to a host that asks for one. TLS is limited to 1.2 with it: hosts ask after the handshake, which Node does not answer in 1.3. */
  readonly clientCertificate?: ClientCertificate;
}
