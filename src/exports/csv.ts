import { stringify } from 'csv-stringify/sync';

export type CsvValue = string | number | boolean | null;

/**
 * RFC 4180 with a header line and CRLF. It begins with a byte order mark, for without one Excel reads the file in the
 * PC's own code page and garbles every name beyond ASCII (readers in Python: `utf-8-sig`). Texts that a spreadsheet
 * would take for a formula (`= + - @`, TAB, CR at their start) get a leading apostrophe.
 */
export function csv(columns: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  const text = stringify(
    [columns, ...rows].map((row) => [...row]),
    {
      record_delimiter: 'windows',
      // Readers break lines at a lone CR or LF too.
      quote_record_delimiter: true,
      escape_formulas: true,
      cast: { boolean: (value) => (value ? 'True' : 'False') },
    },
  );
  return `\uFEFF${text}`;
}
