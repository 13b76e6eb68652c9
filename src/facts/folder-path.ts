/** Drive, share or volume at the beginning of an absolute path. */
const absolute = /^(?:[A-Z]:(?:\\|$)|\\\\[^\\]+\\[^\\]+)/i;

/**
 * A folder's path in the form in which it is asked for: backslashes, none at the end, no prefix `\\?\`. Null for what is
 * no absolute path, such as those that Windows Server 2012 R2 keeps beside a root.
 */
export function folderOf(path: string): string | null {
  const plain = path
    .trim()
    .replaceAll('/', '\\')
    .replace(/^\\\\\?\\UNC\\/i, '\\\\')
    .replace(/^\\\\\?\\(?=[A-Z]:)/i, '')
    .replace(/\\+$/, '');
  if (!absolute.test(plain)) return null;
  // `D:` alone would be the current folder of that drive.
  return plain.length === 2 ? `${plain}\\` : plain;
}

/** The folder that a file lies in. */
export const folderOfFile = (path: string): string | null =>
  folderOf(path.replaceAll('/', '\\').replace(/[^\\]*$/, ''));
