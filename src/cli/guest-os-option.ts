import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseGuestOsFile } from '../inventory/guest-os-file.ts';
import type { StatedGuest } from '../inventory/guests.ts';
import { failure, type Result, success } from '../result.ts';
import { textOfBytes } from '../text-of-bytes.ts';
import { plainText } from './plain-text.ts';
import type { Terminal } from './terminal.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** Most bad lines that are named one by one. */
const mostNamed = 100;

/** Reads the file of `--guest-os-file`; undefined where the option is not given. */
export async function readGuestOsFile(
  { guestOsFile }: { readonly guestOsFile?: string },
  { workingFolder }: Terminal,
): Promise<Result<readonly StatedGuest[] | undefined, UsageError>> {
  if (guestOsFile === undefined) return success(undefined);
  const text = await readFile(resolve(workingFolder, guestOsFile)).then(
    textOfBytes,
    (error: NodeJS.ErrnoException) => error,
  );
  if (text instanceof Error)
    return failure(usageError(`--guest-os-file: ${guestOsFile} cannot be read (${text.code ?? 'unknown'}).`));
  const parsed = parseGuestOsFile(text);
  if (parsed.ok) return parsed;
  const named = parsed.error.slice(0, mostNamed).map((problem) => `${guestOsFile}: ${plainText(problem)}.`);
  const more = parsed.error.length - named.length;
  return failure(usageError(...named, ...(more > 0 ? [`${guestOsFile}: … and ${more} more.`] : [])));
}
