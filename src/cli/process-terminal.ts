import { environment } from '../settings/environment.ts';
import { exitCodes } from './exit-codes.ts';
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

/** Ctrl-C, how service managers and containers say it, and a terminal that is closed. */
const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const endInterrupted = (): never => process.exit(exitCodes.interrupted);

/**
 * A reader that has gone (`| head`) has had enough, and nobody can be told that stderr is gone. That the result could not
 * be written to a file (`> report.json`) is told, and is no success.
 */
function surviveOutput(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    process.stderr.write(`The result could not be written to stdout (${code ?? 'unknown'}).\n`);
    process.on('exit', () => {
      process.exitCode = 1;
    });
  });
}

/** The terminal this process was started from. */
const processTerminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  environment,
  workingFolder: process.cwd(),
  onInterrupt: (callback) => {
    const listener = withoutEchoes(callback);
    for (const signal of interruptions) process.on(signal, listener);
    return () => {
      // A key that comes while the program is ending already ends it with its own code, and not by the signal.
      for (const signal of interruptions) process.off(signal, listener).on(signal, endInterrupted);
    };
  },
  exit: (code) => process.exit(code),
};

/** Runs the program on this process's own arguments, streams and signals. */
export async function runInThisProcess(): Promise<void> {
  surviveOutput();
  process.exitCode = await runProgram(process.argv.slice(2), processTerminal);
}
