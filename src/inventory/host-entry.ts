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
}
