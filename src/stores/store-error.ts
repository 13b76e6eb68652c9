/** Why a file could not be kept or read. Codes are stable. */
export type StoreErrorCode = 'storeFull' | 'storeUnwritable' | 'storeUnreadable';

const sentences: Readonly<Record<StoreErrorCode, string>> = {
  storeFull: 'could not be written: no space is left',
  storeUnwritable: 'could not be written',
  storeUnreadable: 'could not be read',
};

/**
 * A store that fails as a whole: a full disk, a folder without rights. Nothing that one host can cause, and nothing to
 * go on after. The message names the file within the store and what the system said, never where the store lies.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** The file's name within the store. */
  readonly file: string;
  /** The system's own code, e.g. `ENOSPC`. */
  readonly systemCode: string;

  constructor(code: StoreErrorCode, file: string, systemCode: string) {
    const hint = /^E(BUSY|PERM)$/.test(systemCode) ? '; is it open in another program?' : '';
    super(`${file} ${sentences[code]} (${systemCode})${hint}`);
    this.code = code;
    this.file = file;
    this.systemCode = systemCode;
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
  return new StoreError(full ? 'storeFull' : 'storeUnwritable', file, systemCode);
}

/** The same for a failed read. */
export function readError(file: string, error: unknown): unknown {
  const systemCode = systemCodeOf(error);
  return systemCode === undefined ? error : new StoreError('storeUnreadable', file, systemCode);
}
