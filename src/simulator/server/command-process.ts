import { setTimeout as sleep } from 'node:timers/promises';
import { FrameSwap } from './frame-swap.ts';
import type { Machine } from './machine.ts';
import { MidFrameCut } from './mid-frame-cut.ts';
import { refusedScript } from './refused-script.ts';

/** Where a process's output goes. */
export interface ProcessOutput {
  stdout(bytes: Buffer): void;
  stderr(bytes: Buffer): void;
  exit(code: number): void;
}

/** A process in a shell: takes stdin, ends with an exit code. */
export interface CommandProcess {
  /** True where the process gathers what the collectors need. */
  readonly collects: boolean;
  /** False where nobody reads stdin any more. */
  writeStdin(bytes: Buffer, end: boolean): boolean;
}

/** A command line that reads all of stdin and runs it as one script block. */
const bootstrapPattern = /\[Console\]::In\.ReadToEnd\(\)|\$input\b/i;

/** Starts what a command line names. */
export function startProcess(
  commandLine: string,
  machine: Machine,
  output: ProcessOutput,
  signal: AbortSignal,
): CommandProcess {
  const program = programOf(commandLine);
  if (program === 'hostname') return endAtOnce(output, `${machine.host.name}\r\n`, '', 0);
  if (program === 'powershell' && bootstrapPattern.test(commandLine)) {
    const { powershell } = machine.behaviour;
    if (powershell === undefined) return scriptProcess(machine, output, signal);
    const { stderr, exitCode } = refusedScript(powershell, machine.language);
    return endAtOnce(output, '', stderr, exitCode);
  }
  return endAtOnce(
    output,
    '',
    `'${program}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n`,
    1,
  );
}

/** The program's name in lower case, without folder and extension. */
const programOf = (commandLine: string): string => {
  const [, quoted, plain] = /^\s*(?:"([^"]*)"|(\S*))/.exec(commandLine) ?? [];
  return (quoted ?? plain ?? '')
    .replace(/^.*[\\/]/, '')
    .replace(/\.exe$/i, '')
    .toLowerCase();
};

function endAtOnce(output: ProcessOutput, stdout: string, stderr: string, exitCode: number): CommandProcess {
  if (stdout !== '') output.stdout(Buffer.from(stdout));
  if (stderr !== '') output.stderr(Buffer.from(stderr));
  output.exit(exitCode);
  return { collects: false, writeStdin: () => false };
}

function scriptProcess(machine: Machine, output: ProcessOutput, signal: AbortSignal): CommandProcess {
  const stdin: Buffer[] = [];
  let reading = true;
  return {
    collects: true,
    writeStdin: (bytes, end) => {
      if (!reading) return false;
      stdin.push(bytes);
      if (end) {
        reading = false;
        runScript(Buffer.concat(stdin).toString('utf8'), machine, output, signal);
      }
      return true;
    },
  };
}

async function runScript(script: string, machine: Machine, output: ProcessOutput, signal: AbortSignal): Promise<void> {
  const { host, repository, settings } = machine;
  const ended = new AbortController();
  const cut = machine.behaviour.output === 'cutMidFrame' ? new MidFrameCut() : undefined;
  const swap = machine.behaviour.output === 'reordered' ? new FrameSwap() : undefined;
  const exit = (code: number): void => {
    if (ended.signal.aborted) return;
    const held = swap?.rest();
    if (held !== undefined && held.length > 0) output.stdout(held);
    ended.abort();
    machine.noteFactsAsked();
    output.exit(code);
  };
  const write = (bytes: Buffer): void => {
    if (ended.signal.aborted) return;
    const passed = cut?.pass(bytes) ?? swap?.pass(bytes) ?? bytes;
    if (passed.length > 0) output.stdout(passed);
    if (cut?.done) exit(1);
  };
  const anyEnd = AbortSignal.any([signal, ended.signal]);
  try {
    if (settings.powershellStartMs > 0) await sleep(settings.powershellStartMs, undefined, { signal: anyEnd });
    const { exitCode, stderr } = await settings.scriptHost.run({ script, repository, host, signal: anyEnd }, write);
    if (stderr !== '' && !ended.signal.aborted) output.stderr(Buffer.from(stderr));
    exit(cut === undefined ? exitCode : 1);
  } catch (error) {
    if (!anyEnd.aborted) output.stderr(Buffer.from(error instanceof Error ? error.message : String(error)));
    exit(1);
  }
}
