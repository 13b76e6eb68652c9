/** What the store's user is told of each way to fail, and whether it may pass by itself. Codes are stable. */
export const storeErrorKinds = {
  /** A disk or a quota is full. */
  storeFull: { sentence: 'no space is left', advice: 'Make room, then run again.', passing: false },
  storeUnwritable: {
    sentence: '',
    advice: 'Check the storage account, or the disk, folder and rights, that runs are kept in.',
    passing: false,
  },
  storeUnreadable: {
    sentence: '',
    advice: 'Check the storage account, or the disk, folder and rights, that runs are kept in.',
    passing: false,
  },
  /** The storage account refuses: a role, a key, a network rule. */
  storeForbidden: {
    sentence: 'the storage account refuses it',
    advice: 'Give the identity the role Storage Blob Data Contributor on the storage account.',
    passing: false,
  },
  /** No token for the storage account was to be had. */
  storeNoIdentity: {
    sentence: 'there is no identity to ask the storage account with',
    advice: "In Azure: turn on the app's managed identity. Elsewhere: log on with az login.",
    passing: false,
  },
  storeAccountUnknown: {
    sentence: 'there is no storage account of that name',
    advice: 'Check RUNS_BLOB_URL or the connection string; with a private endpoint, check its DNS zone.',
    passing: false,
  },
  storeContainerMissing: {
    sentence: 'there is no such container',
    advice: 'Make the container, or give the identity the role Storage Blob Data Contributor on the storage account.',
    passing: false,
  },
  storeThrottled: {
    sentence: 'the storage account is busy',
    advice: 'Run again later, or use a storage account of its own.',
    passing: true,
  },
  storeUnreachable: {
    sentence: 'the storage account cannot be reached',
    advice: "Check its network rules and private endpoint, and the app's way to it.",
    passing: true,
  },
  storeTimedOut: {
    sentence: 'the storage account does not answer in time',
    advice: "Check the app's way to the storage account, then run again.",
    passing: true,
  },
  /** Somebody holds a lease on the blob. */
  storeLeased: {
    sentence: 'somebody holds a lease on it',
    advice: 'Break the lease (portal: the blob, "Break lease"), then run again.',
    passing: false,
  },
  /** Others write the same file at the same time, again and again. */
  storeConflict: { sentence: 'others write it at the same time', advice: 'Run again.', passing: true },
} as const satisfies Readonly<Record<string, { sentence: string; advice: string; passing: boolean }>>;

/** Why a file could not be kept or read. */
export type StoreErrorCode = keyof typeof storeErrorKinds;

export interface StoreFailure {
  readonly code: StoreErrorCode;
  /** The file's or folder's name within the store. */
  readonly file: string;
  /** What was to be done with it. */
  readonly doing: 'written' | 'read';
  /** The system's or service's own code, e.g. `ENOSPC` or `ServerBusy`. */
  readonly systemCode: string;
  /** Where the store lies, if that may be told, e.g. `container runs of contoso.blob.core.windows.net`. */
  readonly place?: string;
  /** In place of the code's own advice. */
  readonly advice?: string;
}

/**
 * A store that fails as a whole: a full disk, a folder without rights, a storage account that refuses. Nothing that one
 * host can cause. The message names the file within the store and what the system said, never a path, key or token.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly file: string;
  readonly systemCode: string;
  /** What to do about it. */
  readonly advice: string;
  /** True: the same may work in a moment. */
  readonly passing: boolean;

  constructor({ code, file, doing, systemCode, place, advice }: StoreFailure) {
    const kind = storeErrorKinds[code];
    const where = place === undefined ? '' : ` (${place})`;
    const why = kind.sentence === '' ? '' : `: ${kind.sentence}`;
    const hint = /^E(BUSY|PERM)$/.test(systemCode) ? '; is it open in another program?' : '';
    super(`${file === '' ? 'The list of files' : file} could not be ${doing}${where}${why} (${systemCode})${hint}`);
    this.code = code;
    this.file = file;
    this.systemCode = systemCode;
    this.advice = advice ?? kind.advice;
    this.passing = kind.passing;
  }
}

/** The system's code of an error of Node's file system; undefined for any other error. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a failed write is to the store's user; an error that the file system did not cause is handed on. */
export function writeError(file: string, error: unknown): unknown {
  const systemCode = systemCodeOf(error);
  if (systemCode === undefined) return error;
  const full = systemCode === 'ENOSPC' || systemCode === 'EDQUOT';
  return new StoreError({ code: full ? 'storeFull' : 'storeUnwritable', file, doing: 'written', systemCode });
}

/** The same for a failed read. */
export function readError(file: string, error: unknown): unknown {
  const systemCode = systemCodeOf(error);
  return systemCode === undefined
    ? error
    : new StoreError({ code: 'storeUnreadable', file, doing: 'read', systemCode });
}
