/** One entry of the host list. */
export interface HostEntry {
  /** As it was given, options included: this is what the retry file repeats. Unique within a run. */
  readonly given: string;
  /** DNS name or address, without scheme, port and brackets. */
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** Name of the credential; undefined: the default one. */
  readonly credential?: string;
  /** SHA-256 of the one certificate that is taken for the host's, 64 lower-case hex digits; https only. */
  readonly pin?: string;
  /** DNS name that the certificate is for, where it is not the host's own: behind a tunnel; https only. */
  readonly serverName?: string;
}
