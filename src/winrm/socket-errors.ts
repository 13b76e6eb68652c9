import type { WinrmErrorCode } from './winrm-error.ts';

/** What an error of the operating system means while a name is resolved. */
const resolvingCodes: Readonly<Record<string, WinrmErrorCode>> = {
  EAI_AGAIN: 'dnsUnavailable',
  EAI_FAIL: 'dnsUnavailable',
  ENOTFOUND: 'nameNotResolved',
  ...{ EMFILE: 'localLimitReached', ENFILE: 'localLimitReached', EAI_MEMORY: 'localLimitReached' },
};

/** What an error of the operating system means while a connection is made. */
const connectingCodes: Readonly<Record<string, WinrmErrorCode>> = {
  ECONNREFUSED: 'connectionRefused',
  ETIMEDOUT: 'connectTimedOut',
  ...{ ECONNRESET: 'connectionReset', ECONNABORTED: 'connectionReset', EPIPE: 'connectionReset' },
  ...{ EHOSTUNREACH: 'hostUnreachable', EHOSTDOWN: 'hostUnreachable' },
  ...{ ENETUNREACH: 'networkUnreachable', ENETDOWN: 'networkUnreachable', EAFNOSUPPORT: 'networkUnreachable' },
  ...{ EPERM: 'connectionBlocked', EACCES: 'connectionBlocked' },
  // Every local port is in use.
  ...{ EADDRNOTAVAIL: 'localLimitReached', EADDRINUSE: 'localLimitReached' },
  ...{
    EMFILE: 'localLimitReached',
    ENFILE: 'localLimitReached',
    ENOBUFS: 'localLimitReached',
    ENOMEM: 'localLimitReached',
  },
};

const errno = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Why a name has no address; a resolver that says nothing in time is no word against the name. */
export const resolvingCode = (error: unknown): WinrmErrorCode => resolvingCodes[errno(error)] ?? 'dnsUnavailable';

/** Why no connection could be made. */
export const connectingCode = (error: unknown): WinrmErrorCode => connectingCodes[errno(error)] ?? 'connectionReset';

/** Every error of the operating system that is told apart, for the test that walks them. */
export const socketErrors = { resolving: resolvingCodes, connecting: connectingCodes } as const;
