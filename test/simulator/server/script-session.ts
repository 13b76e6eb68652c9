import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { scriptInput } from '../../../src/facts/collector-script.ts';
import type { RequestedFact, ScriptMessage, ScriptRequest } from '../../../src/facts/script-protocol.ts';
import {
  bootstrap,
  command,
  createShell,
  deleteShell,
  type RawConnection,
  receive,
  sendStdin,
  streamOf,
  textOf,
} from './raw-client.ts';

export interface ScriptResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export const request = (facts: readonly RequestedFact[], changes: Partial<ScriptRequest> = {}): ScriptRequest => ({
  version: 1,
  facts,
  flushEach: false,
  flushMs: 5_000,
  flushBytes: 300_000,
  operationTimeoutSec: 60,
  inputTimeoutSec: 20,
  ...changes,
});

/** Runs the collector in a shell of its own, to its end. */
export const collect = (connection: RawConnection, asked: ScriptRequest): Promise<ScriptResult> =>
  runScript(connection, scriptInput(asked));

export async function runScript(connection: RawConnection, stdin: string): Promise<ScriptResult> {
  const commandId = randomUUID().toUpperCase();
  const shell = textOf((await connection.soap(createShell())).text, 'ShellId') ?? '';
  await connection.soap(command(shell, commandId, bootstrap));
  await connection.soap(sendStdin(shell, commandId, Buffer.from(stdin), true));
  let [stdout, stderr] = ['', ''];
  for (;;) {
    const answer = await connection.soap(receive(shell, commandId));
    stdout += streamOf(answer, 'stdout').toString();
    stderr += streamOf(answer, 'stderr').toString();
    if (!answer.text.includes('CommandState/Done')) continue;
    await connection.soap(deleteShell(shell));
    return { stdout, stderr, exitCode: Number(textOf(answer.text, 'ExitCode')) };
  }
}

/** The messages of each whole frame; throws where a length, hash or number is wrong. */
export function framesOf(stdout: string): readonly (readonly ScriptMessage[])[] {
  const lines = stdout.split('\n').slice(0, -1);
  const frames: ScriptMessage[][] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const [, sequence, length, hash] = /^HVR1 (\d+) (\d+) ([0-9a-f]{64})$/.exec(lines[index] ?? '') ?? [];
    const base64 = lines[index + 1] ?? '';
    const digest = createHash('sha256').update(base64).digest('hex');
    if (Number(sequence) !== frames.length + 1 || Number(length) !== base64.length || hash !== digest) {
      throw new Error(`frame ${frames.length + 1} is damaged`);
    }
    frames.push(JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString('utf8')).messages);
  }
  return frames;
}

export const messagesOf = (stdout: string): readonly ScriptMessage[] => framesOf(stdout).flat();
