import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type RunningFleet, type RunningHost, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import type { ScriptHost } from '../../../src/simulator/server/script-host.ts';
import {
  bootstrap,
  command,
  createShell,
  deleteShell,
  faultCode,
  listShells,
  RawConnection,
  receive,
  sendStdin,
  signal,
  streamOf,
  textOf,
} from './raw-client.ts';
import { credential, fleetOf, smallHost } from './small-fleet.ts';

/** Says what it was sent, in two pieces, once it is let. */
class EchoHost implements ScriptHost {
  release: () => void = () => undefined;
  aborted = false;
  readonly #gate = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  async run({ script, signal }: Parameters<ScriptHost['run']>[0], write: (stdout: Buffer) => void) {
    signal.addEventListener('abort', () => {
      this.aborted = true;
    });
    write(Buffer.from('begun;'));
    await this.#gate;
    write(Buffer.from(script));
    return { exitCode: 7, stderr: 'some reason' };
  }
}

let echo: EchoHost;
let fleet: RunningFleet;
let host: RunningHost;
let connection: RawConnection;
const commandId = randomUUID().toUpperCase();

const open = async (limits: object = {}) => {
  echo = new EchoHost();
  fleet = await startFleet(fleetOf(smallHost()), { credential, scriptHost: echo, limitsOf: () => limits });
  host = fleet.hosts[0] as RunningHost;
  connection = await RawConnection.open(host.url);
};
const newShell = async (...parts: Parameters<typeof createShell>): Promise<string> =>
  /<w:Selector Name="ShellId">([^<]+)</.exec((await connection.soap(createShell(...parts))).text)?.[1] ?? '';
const startEcho = async (stdin: string): Promise<string> => {
  const shell = await newShell();
  await connection.soap(command(shell, commandId, bootstrap));
  await connection.soap(sendStdin(shell, commandId, Buffer.from(stdin), true));
  return shell;
};

afterEach(async () => {
  connection.close();
  await fleet.close();
});

describe('a shell', () => {
  beforeEach(() => open());

  test('runs hostname, tells its end, and is gone once deleted', async () => {
    const shell = await newShell();
    const started = await connection.soap(command(shell, commandId, 'hostname'));
    expect(textOf(started.text, 'CommandId')).toBe(commandId);
    const answer = await connection.soap(receive(shell, commandId, { messageId: 'uuid:one' }));
    expect(streamOf(answer, 'stdout').toString()).toBe('HV01\r\n');
    expect(answer.text).toContain('CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode>');
    expect(textOf(answer.text, 'RelatesTo')).toBe('uuid:one');
    expect((await connection.soap(signal(shell, commandId, 'Terminate'))).status).toBe(200);
    expect(host.counters).toMatchObject({ shellsOpened: 1, shellsOpen: 1, commandsRun: 1 });
    expect((await connection.soap(deleteShell(shell))).status).toBe(200);
    expect(host.counters).toMatchObject({ shellsOpened: 1, shellsOpen: 0 });
    expect(faultCode(await connection.soap(command(shell, commandId, 'hostname')))).toBe(2150858843);
  });

  test('does not know a program that is not there', async () => {
    const shell = await newShell();
    await connection.soap(command(shell, commandId, 'frobnicate /all'));
    const answer = await connection.soap(receive(shell, commandId));
    expect(streamOf(answer, 'stderr').toString()).toContain("'frobnicate' is not recognized");
    expect(textOf(answer.text, 'ExitCode')).toBe('1');
  });

  test('takes a CommandId only once', async () => {
    const shell = await newShell();
    await connection.soap(command(shell, commandId, 'hostname'));
    expect(faultCode(await connection.soap(command(shell, commandId, 'hostname')))).toBe(183);
  });

  test('is listed with its name, and by no other name', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const shell = await newShell({ name: 'hyperv-rvtools/run-1', idleTimeOut: 'PT180S' });
    const { text } = await connection.soap(listShells());
    expect(textOf(text, 'ShellId')).toBe(shell);
    expect(textOf(text, 'Name')).toBe('hyperv-rvtools/run-1');
    expect(textOf(text, 'IdleTimeOut')).toBe('PT180.000S');
    expect(textOf(text, 'ShellInactivity')).toBe('P0DT0H0M0S');
  });

  test('goes by itself after its idle time', async () => {
    const shell = await newShell({ idleTimeOut: 'PT0.05S' });
    while (host.counters.shellsOpen > 0) await sleep(5);
    expect(faultCode(await connection.soap(command(shell, commandId, 'hostname')))).toBe(2150858843);
  });

  test('hands out output as it comes, and the rest with the exit code', async () => {
    const shell = await startEcho('the script');
    const first = await connection.soap(receive(shell, commandId));
    expect(streamOf(first, 'stdout').toString()).toBe('begun;');
    expect(first.text).toContain('CommandState/Running"/>');
    echo.release();
    let answer = await connection.soap(receive(shell, commandId));
    let stdout = streamOf(answer, 'stdout').toString();
    let stderr = streamOf(answer, 'stderr').toString();
    while (!answer.text.includes('CommandState/Done')) {
      answer = await connection.soap(receive(shell, commandId));
      stdout += streamOf(answer, 'stdout').toString();
      stderr += streamOf(answer, 'stderr').toString();
    }
    expect([stdout, stderr, textOf(answer.text, 'ExitCode')]).toEqual(['the script', 'some reason', '7']);
  });

  test('puts stdin together from its pieces, and reads no more after the last', async () => {
    const shell = await newShell();
    const text = 'Grüße, 日本';
    const bytes = Buffer.from(text);
    await connection.soap(command(shell, commandId, bootstrap));
    await connection.soap(sendStdin(shell, commandId, bytes.subarray(0, 3), false));
    await connection.soap(sendStdin(shell, commandId, bytes.subarray(3), true));
    expect(faultCode(await connection.soap(sendStdin(shell, commandId, bytes, true)))).toBe(2147942509);
    await connection.soap(receive(shell, commandId));
    echo.release();
    expect(streamOf(await connection.soap(receive(shell, commandId)), 'stdout').toString()).toBe(text);
  });

  test('gives large output in pieces that fit the announced envelope', async () => {
    const text = 'x'.repeat(40_000);
    const shell = await startEcho(text);
    echo.release();
    let stdout = '';
    for (;;) {
      const answer = await connection.soap(receive(shell, commandId, { maxEnvelopeSize: 16_000 }));
      expect(answer.body.length).toBeLessThanOrEqual(16_000);
      stdout += streamOf(answer, 'stdout').toString();
      if (answer.text.includes('CommandState/Done')) break;
    }
    expect(stdout).toBe(`begun;${text}`);
  });

  test('tells a Receive that nothing came in its time', async () => {
    const shell = await startEcho('x');
    await connection.soap(receive(shell, commandId));
    const answer = await connection.soap(receive(shell, commandId, { timeout: 'PT0.02S' }));
    expect(answer.status).toBe(500);
    expect(faultCode(answer)).toBe(2150858793);
    expect(answer.text).toContain('<s:Value>w:TimedOut</s:Value>');
  });

  test('replays an answer that was lost with its connection, and says 0x54F while there is none', async () => {
    const shell = await startEcho('late');
    await connection.soap(receive(shell, commandId));
    const lost = await RawConnection.open(host.url);
    const request = receive(shell, commandId, { messageId: 'uuid:lost' });
    const { requests } = host.counters;
    const unanswered = lost.soap(request).catch(() => undefined);
    while (host.counters.requests === requests) await sleep(1);
    expect(faultCode(await connection.soap(request))).toBe(1359);
    lost.close();
    await unanswered;
    echo.release();
    let replayed = await connection.soap(request);
    while (replayed.status !== 200) replayed = await connection.soap(request);
    expect(streamOf(replayed, 'stdout').toString()).toBe('late');
    expect(streamOf(await connection.soap(request), 'stdout').toString()).toBe('late');
  });

  test('ends what runs in it when it is signalled or deleted', async () => {
    const shell = await startEcho('x');
    await connection.soap(receive(shell, commandId));
    await connection.soap(signal(shell, commandId, 'terminate'));
    expect(echo.aborted).toBe(true);
    expect(faultCode(await connection.soap(receive(shell, commandId)))).toBe(2150858843);

    echo.aborted = false;
    const other = await startEcho('x');
    await connection.soap(deleteShell(other));
    expect(echo.aborted).toBe(true);
  });
});

describe('a host with quotas', () => {
  test('refuses one shell more than it allows', async () => {
    await open();
    for (let count = 0; count < 30; count++) await newShell();
    expect(faultCode(await connection.soap(createShell()))).toBe(2150859173);
    expect(host.counters.shellsOpen).toBe(30);
  });

  test('refuses one running command more than it allows', async () => {
    await open({ maxCommandsPerShell: 1 });
    const shell = await startEcho('x');
    expect(faultCode(await connection.soap(command(shell, randomUUID(), 'hostname')))).toBe(2150859241);
  });

  test('cuts an operation timeout down to its own', async () => {
    await open({ maxTimeoutMs: 10 });
    const shell = await startEcho('x');
    await connection.soap(receive(shell, commandId));
    expect(faultCode(await connection.soap(receive(shell, commandId, { timeout: 'PT600S' })))).toBe(2150858793);
  });
});
