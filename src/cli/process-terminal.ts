import { environment } from '../settings/environment.ts';
import { runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/**
 * One Ctrl-C can arrive twice: from the terminal, and once more from npm, which passes it on. What comes so soon after
 * the first, in milliseconds, is the same key.
 */
const sameKeyMs = 300;

function withoutEchoes(callback: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const isEcho = performance.now() - last < sameKeyMs;
    last = performance.now();
    if (!isEcho) callback();
  };
}

/** The terminal this process was started from. */
const processTerminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  environment,
  workingFolder: process.cwd(),
  onInterrupt: (callback) => {
    // SIGTERM is how service managers and containers say Ctrl-C.
    const listener = withoutEchoes(callback);
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
  },
  exit: (code) => process.exit(code),
};

/** Runs the program on this process's own arguments, streams and signals. */
export async function runInThisProcess(): Promise<void> {
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal);
}
