import { runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** The terminal this process was started from. */
const processTerminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingFolder: process.cwd(),
  onInterrupt: (callback) => {
    // SIGTERM is how service managers and containers say Ctrl-C.
    process.on('SIGINT', callback).on('SIGTERM', callback);
    return () => process.off('SIGINT', callback).off('SIGTERM', callback);
  },
  exit: (code) => process.exit(code),
};

/** Runs the program on this process's own arguments, streams and signals. */
export async function runInThisProcess(): Promise<void> {
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal);
}
