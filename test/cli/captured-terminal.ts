import type { Terminal } from '../../src/cli/terminal.ts';

export interface CapturedTerminal extends Terminal {
  readonly written: { stdout: string; stderr: string };
}

/** A terminal that keeps what is written to it; away from a real one, as in a pipe. */
export function capturedTerminal(workingFolder = '.'): CapturedTerminal {
  const written = { stdout: '', stderr: '' };
  return {
    written,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    environment: {},
    workingFolder,
    onInterrupt: () => () => undefined,
    exit: (code) => {
      throw new Error(`The program wanted to end at once with ${code}`);
    },
  };
}
