import type { Socket } from 'node:net';
import type { Result } from '../result.ts';
import type { WinrmError } from './winrm-error.ts';
import type { TlsOptions, WinrmTarget } from './winrm-target.ts';

/** All addresses of a name, in the order they are to be tried. */
export type ResolveAddresses = (host: string) => Promise<readonly string[]>;

/** What a connection is to be. */
export interface ConnectOptions {
  readonly target: WinrmTarget;
  /** For https targets. */
  readonly tls?: TlsOptions;
  /** For the host as a whole, in milliseconds; with several addresses each still gets at least two seconds. */
  readonly timeoutMs: number;
  readonly resolve: ResolveAddresses;
  /** Where it is given, every connection goes through it, and it resolves the target's name. */
  readonly proxy?: ProxyTunnels;
  readonly signal?: AbortSignal;
}

/** Makes tunnels to targets. One for all hosts of a run: it remembers that the proxy has refused its account. */
export interface ProxyTunnels {
  /** The proxy's host and port, without its account. */
  readonly name: string;
  /** A socket on which the target answers; the target's name is resolved by the proxy. */
  open(options: Omit<ConnectOptions, 'proxy'>): Promise<Result<Socket, WinrmError>>;
}
