import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { AppAnswer, AppRequest } from './functions-process.ts';

export interface AppProcess {
  readonly url: string;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts the Functions app in a process of its own, which ends with the test at the latest. */
export async function startAppProcess(request: AppRequest): Promise<AppProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./functions-process.ts', import.meta.url)));
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  child.send(request);
  const died = ended.then(() => {
    throw new Error('The app ended before it took calls');
  });
  const [answer] = (await Promise.race([once(child, 'message'), died])) as [AppAnswer];
  return { url: answer.url, kill };
}
