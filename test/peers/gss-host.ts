import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Debian's own Python, which sees Debian's packages. */
export const python = '/usr/bin/python3';

export interface GssHost {
  readonly port: number;
  /** What it has said of logons and messages so far. */
  readonly lines: readonly string[];
  stop(): void;
}

/** Starts a host of gss_host.py, by its script. */
export async function startGssHost(
  script: URL,
  given: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<GssHost> {
  const child: ChildProcess = spawn(python, [fileURLToPath(script), ...given], {
    env: {
      ...process.env,
      PYTHONPATH: fileURLToPath(new URL('.', import.meta.url)),
      PYTHONDONTWRITEBYTECODE: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const port = new Promise<number>((resolve) => {
    if (child.stdout === null) return;
    const output = createInterface({ input: child.stdout });
    output.once('line', (line) => {
      resolve(Number(line));
      output.on('line', (said) => lines.push(said));
    });
  });
  const died = once(child, 'exit').then(() => {
    throw new Error(`${script} ended before it listened`);
  });
  died.catch(() => undefined);
  return { port: await Promise.race([port, died]), lines, stop: () => void child.kill() };
}
