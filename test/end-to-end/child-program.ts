import { type ChildProcess, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface ChildProgram {
  readonly pid: number;
  /** What it has written so far, stdout and stderr together. */
  readonly written: () => string;
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** Its exit code, or the signal it ended by. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts the program as a process of its own, as a user would; it ends with the test at the latest. */
export function startProgram(
  argv: readonly string[],
  { workingFolder, environment }: { workingFolder: string; environment: Readonly<Record<string, string>> },
): ChildProgram {
  const child = spawn(process.execPath, [main, ...argv], {
    cwd: workingFolder,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  }
  const ended = endOf(child);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  if (child.pid === undefined) throw new Error('The program did not start');
  return { pid: child.pid, written: () => written, interrupt: () => child.kill('SIGINT'), ended };
}

const endOf = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal));
  });

/** Waits until something is true. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
