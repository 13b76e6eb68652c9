import { stringify } from 'csv-stringify/sync';

export type CsvValue = string | number | boolean | null;

/** Without one Excel reads a CSV in the PC's own code page and garbles every name beyond ASCII. */
export const byteOrderMark = '\uFEFF';

/**
 * RFC 4180 with a header line and CRLF. It begins with a byte order mark (readers in Python: `utf-8-sig`). Texts that a
 * spreadsheet would take for a formula (`= + - @`, TAB, CR at their start) get a leading apostrophe.
 */
export function csv(columns: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  return `${byteOrderMark}${csvLines([columns, ...rows])}`;
}

/** The same without mark and header, for files that are written piece by piece. */
export function csvLines(rows: readonly (readonly CsvValue[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    {
      record_delimiter: 'windows',
      // Readers break lines at a lone CR or LF too.
      quote_record_delimiter: true,
      escape_formulas: true,
      cast: { boolean: (value) => (value ? 'True' : 'False') },
    },
  );
}
