/** What one reader of RVTools workbooks would refuse or misread. */
export interface ReaderFindings {
  readonly reader: string;
  readonly findings: readonly {
    /** One clause: `no cluster`. */
    readonly why: string;
    /** All of them, however many are named. */
    readonly count: number;
    /** At most 100; none where it is about the workbook as a whole. */
    readonly vms: readonly { readonly host: string; readonly vm: string }[];
  }[];
}

/** `reader_findings.json`. */
export interface ReadersReport {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly readers: readonly ReaderFindings[];
}
