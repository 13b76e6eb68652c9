/** Longest text of a cell, in UTF-16 units. */
export const longestCellText = 32_767;

/** Characters that XML cannot hold or readers choke on: controls but TAB and LF; lone surrogates; non-characters. */
const unprintable = /(?![\t\n])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu;
/** What nearly every cell of a workbook is made of: the costly looks are for the others. */
const plain = /^[\x20-\x7E]*$/;

/**
 * A text as a cell can hold it: unprintable characters dropped, lines broken by LF as Excel does (XML would make LF of
 * a CR anyway), and cut where it is too long for Excel.
 */
export function cellText(text: string): string {
  if (text.length <= longestCellText && plain.test(text)) return text;
  const printable = text.replace(/\r\n?/g, '\n').replace(unprintable, '');
  // Cutting may part the two halves of a character: the first one goes too.
  return printable.length > longestCellText ? printable.slice(0, longestCellText).replace(/\p{Cs}$/u, '') : printable;
}
