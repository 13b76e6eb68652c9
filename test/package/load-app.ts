import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadedApp } from './worker-stand-in.ts';

const standIn = fileURLToPath(new URL('worker-stand-in.ts', import.meta.url));

/** Loads the app of a folder in a process of its own, with no setting at all. */
export async function loadApp(folder: string): Promise<LoadedApp> {
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot };
  const { stdout } = await promisify(execFile)(process.execPath, [standIn, folder], { cwd: folder, env });
  return JSON.parse(stdout) as LoadedApp;
}
