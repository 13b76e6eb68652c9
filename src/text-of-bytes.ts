/**
 * The text of a file that a person wrote: UTF-8, or what its byte order mark says. Windows PowerShell's `>` and
 * `Out-File` write UTF-16. The mark is no part of the text.
 */
export function textOfBytes(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}
