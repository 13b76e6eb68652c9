import type { InputErrorCode } from './fact.ts';

/**
 * Why a call of a method told nothing, in marks that are no language's: `return <ReturnValue>`, `job <ErrorCode>`,
 * `timedOut`, or `error` with what marks the error (ids, type names, numbers).
 */
export type InputErrorMark = string;

/** True: it lies on another machine, e.g. `\\server\share\disk.vhdx`. */
export const isRemotePath = (path: string): boolean => /^\\\\(\?\\UNC\\|(?![.?]\\))/i.test(path);

/**
 * Numbers that Hyper-V writes into the text of a failed job, whatever its language: `(0x80070002)`. Win32 errors as
 * HRESULTs, and those of the virtual disk driver (0xC03A….).
 */
const codesByNumber: readonly (readonly [RegExp, InputErrorCode])[] = [
  [/0x8007000[23]\b/i, 'fileMissing'],
  [/0x8007002[01]\b/i, 'fileLocked'],
  [/0x80070005\b|0x80041003\b/i, 'fileDenied'],
  [/0x800700(35|40|43|37)\b|0x800704(cf|d0|b3)\b/i, 'fileUnreachable'],
  [/0x800705b4\b|0x80041069\b|0x80338029\b/i, 'fileTimedOut'],
  [/0xc03a[0-9a-f]{4}\b/i, 'fileDamaged'],
];

/** Return values of Hyper-V's methods, and error codes of its jobs (the documented value map). */
const codesByReturn: Readonly<Record<string, InputErrorCode>> = {
  32769: 'fileDenied',
  32772: 'fileTimedOut',
  32774: 'fileLocked',
  32779: 'fileMissing',
};

function codeOf(mark: InputErrorMark, text: string): InputErrorCode {
  if (mark === 'timedOut') return 'fileTimedOut';
  const byNumber = codesByNumber.find(([pattern]) => pattern.test(text) || pattern.test(mark))?.[1];
  if (byNumber !== undefined) return byNumber;
  const returned = /^(?:return|job) (\d+)$/.exec(mark)?.[1];
  if (returned !== undefined) return codesByReturn[returned] ?? 'fileFailed';
  if (/\b(AccessDenied|PermissionDenied|UnauthorizedAccessException)\b/.test(mark)) return 'fileDenied';
  if (/\b(ItemNotFoundException|DirectoryNotFoundException|FileNotFoundException)\b/.test(mark)) return 'fileMissing';
  if (/\b(OperationTimeout|TimeoutException)\b/.test(mark)) return 'fileTimedOut';
  return /\bXmlException\b/.test(mark) ? 'fileDamaged' : 'fileFailed';
}

/** The stable code of a mark. A file on another machine that is denied is so by WinRM, which makes no second hop. */
export function inputErrorCode(mark: InputErrorMark, text: string | null, input: string): InputErrorCode {
  const code = codeOf(mark, text ?? '');
  return code === 'fileDenied' && isRemotePath(input) ? 'doubleHop' : code;
}
