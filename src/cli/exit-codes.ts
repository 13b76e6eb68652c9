/** How the program ends, for scripts that call it. */
export const exitCodes = {
  /** Every host is `Inventory OK`, and no cluster knows of more; in a dry run every host was reached. */
  allOk: 0,
  /** The program itself failed. */
  failed: 1,
  /** Wrong usage or settings; nothing was started or written. */
  usage: 2,
  /** The run finished, but some host is not `Inventory OK`, or a cluster knows VMs or nodes that the run has not got. */
  needsAttention: 3,
  /** Interrupted by Ctrl-C, after the report. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
