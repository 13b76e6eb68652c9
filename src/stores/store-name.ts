/**
 * A name within a store: segments between forward slashes, none of them empty, `.` or `..`, no drive, no character
 * that Windows refuses. Throws where it is not one: whoever takes names from outside checks them first.
 */
export function assertStoreName(name: string): void {
  if (!isStoreName(name)) throw new TypeError(`not a name within a store: ${JSON.stringify(name)}`);
}

/** The same as a question, for names that come from outside. */
export function isStoreName(name: string): boolean {
  return name.split('/').every(isSegment);
}

function isSegment(segment: string): boolean {
  return /^[^\\/:*?"<>|\p{Cc}]{1,255}$/u.test(segment) && !/[. ]$/.test(segment) && !isTemporaryName(segment);
}

/** A name for a file on its way into the store, in the same folder as the file itself. */
export const temporaryName = (file: string, unique: string): string => `.${file.slice(0, 200)}.${unique}.partial`;

/** True for a file on its way, by its name within its folder: it is no file of the store. */
export const isTemporaryName = (file: string): boolean => file.startsWith('.') && file.endsWith('.partial');
