import { type ChildProcessWithoutNullStreams, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CimRepository } from '../../src/simulator/cim-repository.ts';
import type { MethodAnswer } from '../../src/simulator/server/method-answers.ts';
import { everyMethodAnswer } from './every-method-answer.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const program = join(folder, 'bin', 'Release', 'net10.0', 'pshost.dll');

/** How one class of a pretended host, or a whole namespace, misbehaves. Times in milliseconds. */
export interface ClassTrouble {
  readonly namespace?: string;
  readonly className?: string;
  readonly delayMs?: number;
  /** True: takes its time whatever OperationTimeoutSec says, as a hanging provider does. */
  readonly ignoresTimeout?: boolean;
  readonly nativeErrorCode?:
    | 'Failed'
    | 'AccessDenied'
    | 'InvalidNamespace'
    | 'InvalidClass'
    | 'NotFound'
    | 'NotSupported';
  readonly statusCode?: number;
  readonly message?: string;
  /** Instances that still come before it fails. */
  readonly afterInstances?: number;
}

/** What Get-CimInstance, Get-CimClass and Get-ItemProperty answer from. */
export interface CimHostData {
  readonly repository: CimRepository;
  readonly troubles?: readonly ClassTrouble[];
  /** Milliseconds that each query takes. */
  readonly queryMs?: number;
  /** By `class.method|input` in lower case, `*` for any other input; by default what the repository knows. */
  readonly methodAnswers?: Readonly<Record<string, MethodAnswer>>;
}

export interface EngineRequest {
  readonly script: string;
  /** What `[Console]::In` reads. */
  readonly stdinText?: string;
  /** What `$input` holds. */
  readonly stdin?: readonly string[];
  readonly cim?: CimHostData;
  /** Runs first in the same runspace; its output is dropped. */
  readonly setup?: string;
  readonly culture?: string;
  readonly languageMode?: 'FullLanguage' | 'ConstrainedLanguage';
  /** True: only the findings, nothing is run. */
  readonly checkOnly?: boolean;
  readonly timeoutMs?: number;
}

/** Something that Windows PowerShell 5.1 lacks or would do otherwise. */
export interface EngineFinding {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface EngineResponse {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Commands that the script calls, its own functions left out. */
  readonly commands: readonly string[];
  readonly findings: readonly EngineFinding[];
}

export interface PowershellEngine {
  /** Runs one script at a time, in the order of the calls; `onStdout` gets what is written as it is written. */
  run(request: EngineRequest, onStdout?: (text: string) => void): Promise<EngineResponse>;
  /** Ends the process, and with it a script under way. */
  close(): Promise<void>;
}

let available: boolean | undefined;

/**
 * True where the .NET SDK that the engine needs is there. Otherwise says so once, and throws where CI=true: there the
 * shipped script must not go untested.
 */
export function powershellEngineAvailable(): boolean {
  if (available === undefined) {
    const sdks = spawnSync('dotnet', ['--list-sdks'], { encoding: 'utf8' });
    available = sdks.status === 0 && /^(?:[1-9]\d)\./m.test(sdks.stdout);
    if (!available) {
      const reason = 'The .NET 10 SDK is not here: the shipped script is not run in a PowerShell engine.';
      if (process.env.CI === 'true') throw new Error(reason);
      process.stderr.write(`Skipped: ${reason}\n`);
    }
  }
  return available;
}

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isBuilt(): boolean {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cs|csproj)$/.test(name) && !/^(bin|obj)[\\/]/.test(name))
    .map((name) => changedAt(join(folder, name)));
  return changedAt(program) >= Math.max(...sources);
}

/** A lock older than this was left by a build that was ended. */
const staleLockMs = 180_000;

/** Builds the host program unless it is up to date; several test workers may ask at once. */
async function build(): Promise<void> {
  const lock = join(folder, 'obj', 'build.lock');
  mkdirSync(join(folder, 'obj'), { recursive: true });
  while (!isBuilt()) {
    try {
      mkdirSync(lock);
    } catch {
      if (Date.now() - changedAt(lock) > staleLockMs) rmdirSync(lock);
      await pause(200);
      continue;
    }
    try {
      await promisify(execFile)('dotnet', ['build', '-c', 'Release', '--no-incremental', '--nologo'], { cwd: folder });
      if (!isBuilt()) throw new Error('dotnet build left no newer program');
    } finally {
      rmdirSync(lock);
    }
  }
}

interface Job {
  readonly onStdout: ((text: string) => void) | undefined;
  readonly pieces: string[];
  readonly resolve: (response: EngineResponse) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a process that hosts System.Management.Automation with the habits of Windows PowerShell 5.1. */
export async function startPowershellEngine(): Promise<PowershellEngine> {
  await build();
  const child: ChildProcessWithoutNullStreams = spawn('dotnet', [program, '--serve'], { cwd: folder });
  const jobs: Job[] = [];
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  // Writes to an engine that was ended are reported by its exit.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [job] = jobs;
    if (job === undefined) return;
    const answer = JSON.parse(line) as (EngineResponse & { piece?: undefined }) | { piece: string };
    if (answer.piece !== undefined) {
      job.pieces.push(answer.piece);
      job.onStdout?.(answer.piece);
      return;
    }
    jobs.shift();
    job.resolve({ ...answer, stdout: job.pieces.join('') + answer.stdout });
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const job of jobs.splice(0)) job.reject(new Error(`the engine ended (${code ?? signal}): ${said}`));
      resolve();
    });
  });
  return {
    run: (request, onStdout) =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          reject(new Error(`the engine has ended: ${said}`));
          return;
        }
        jobs.push({ onStdout, pieces: [], resolve, reject });
        const cim = request.cim && { methodAnswers: everyMethodAnswer(request.cim.repository), ...request.cim };
        child.stdin.write(`${JSON.stringify({ ...request, ...(cim ? { cim } : {}), stream: true })}\n`);
      }),
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
