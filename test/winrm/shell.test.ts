import { afterEach, describe, expect, test } from 'vitest';
import type { CommandRequest, WinrmSession, WinrmSessionOptions, WinrmShell } from '../../src/winrm/winrm-session.ts';
import { heldTime } from '../fixtures/held-time.ts';
import {
  answer,
  fault,
  output,
  type Question,
  type Reply,
  type ScriptedHost,
  scriptedHost,
  sessionWith,
  shellScript,
  timedOut,
} from './scripted-host.ts';

let host: ScriptedHost;
let session: WinrmSession;
let shell: WinrmShell;
let waits: number[];

async function open(own: (question: Question) => Reply | undefined, options: Partial<WinrmSessionOptions> = {}) {
  waits = [];
  host = await scriptedHost(shellScript(own));
  session = sessionWith(host.port, options, {
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
  });
  const opened = await session.openShell({ name: 'hyperv-rvtools/r1', idleTimeoutMs: 180_000 });
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  shell = opened.value;
}
afterEach(async () => {
  await session.close();
  await host.close();
});

const actions = () => host.questions.map(({ action }) => action);
const asked = (action: string) => host.questions.filter((question) => question.action === action);
const run = (request: Partial<CommandRequest> = {}) =>
  shell.run({ command: 'hostname', deadlineMs: 60_000, ...request });

describe('a command', () => {
  test('takes one shell, one command and as many receives as there is output', async () => {
    await open((question) =>
      question.action === 'Receive' && question.turn === 0 ? answer(question, output(['HV', '01'])) : undefined,
    );
    const outcome = await run({ command: 'a & b', arguments: ['-x', '"<1>"'] });
    expect(outcome).toEqual({
      ok: true,
      value: { exitCode: 0, stdout: Buffer.from('HV01done'), stderr: Buffer.alloc(0) },
    });
    await session.close();
    expect(actions()).toEqual(['Create', 'Command', 'Receive', 'Receive', 'Delete']);
    expect(session.counters).toEqual({ requests: 5, connections: 1 });

    const create = asked('Create')[0]?.soap;
    expect(create).toContain('<rsp:Name>hyperv-rvtools/r1</rsp:Name>');
    expect(create).toContain('<rsp:IdleTimeOut>PT180.000S</rsp:IdleTimeOut>');
    expect(create).toContain('<w:Option Name="WINRS_NOPROFILE">TRUE</w:Option>');
    expect(create).toContain('<w:Option Name="WINRS_CODEPAGE">65001</w:Option>');
    const command = asked('Command')[0]?.soap;
    expect(command).toContain('<rsp:Command>a &amp; b</rsp:Command><rsp:Arguments>-x</rsp:Arguments>');
    expect(command).toContain('<w:Option Name="WINRS_SKIP_CMD_SHELL">FALSE</w:Option>');
    expect(command).toContain('<w:Option Name="WINRS_CONSOLEMODE_STDIN">TRUE</w:Option>');
    // The selector decides, not what the shell says of itself.
    expect(shell.shellId).toBe('SHELL-1');
    expect(asked('Delete')[0]?.soap).toContain('<w:Selector Name="ShellId">SHELL-1</w:Selector>');
  });

  test('a character cut in two by the pieces comes out whole', async () => {
    const bytes = Buffer.from('é☃');
    await open((question) =>
      question.action === 'Receive'
        ? answer(question, output([bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3)], 0, 'é'))
        : undefined,
    );
    const outcome = await run();
    expect(outcome.ok && outcome.value.stdout.toString()).toBe('é☃');
    expect(outcome.ok && outcome.value.stderr.toString()).toBe('é');
  });

  test('exit codes are unsigned, as Windows counts them', async () => {
    await open((question) => (question.action === 'Receive' ? answer(question, output([], 3221225786)) : undefined));
    expect(await run()).toMatchObject({ ok: true, value: { exitCode: 3221225786 } });
  });

  test('without output for a while it is asked again, under a new message id', async () => {
    await open((question) => (question.action === 'Receive' && question.turn < 2 ? timedOut(question) : undefined));
    expect((await run()).ok).toBe(true);
    expect(new Set(asked('Receive').map(({ messageId }) => messageId)).size).toBe(3);
  });

  test('ends early where the listener has heard enough', async () => {
    await open((question) => (question.action === 'Receive' ? answer(question, output(['one', 'two'])) : undefined));
    const heard: string[] = [];
    const outcome = await run({
      onStdout: (bytes) => {
        heard.push(bytes.toString());
        return heard.includes('two') ? 'stop' : undefined;
      },
    });
    // What the listener took is not kept a second time.
    expect(outcome).toMatchObject({ ok: true, value: { exitCode: undefined, stdout: Buffer.alloc(0) } });
    expect(heard).toEqual(['one', 'two']);
    await shell.close();
    expect(actions()).toEqual(['Create', 'Command', 'Receive', 'Delete']);
  });

  test('that fails hands over what had arrived', async () => {
    await open((question) => {
      if (question.action !== 'Receive') return undefined;
      return question.turn === 0
        ? answer(question, output(['part'], undefined, 'warning'))
        : fault(question, 2150858843);
    });
    expect(await run()).toMatchObject({
      ok: false,
      error: { error: { code: 'shellGone' }, stdout: Buffer.from('part'), stderr: Buffer.from('warning') },
    });
  });
});

describe('a deadline', () => {
  test('ends the command, and keeps what had arrived', async () => {
    const pass = heldTime();
    await open((question) => {
      if (question.action !== 'Receive') return undefined;
      if (question.turn === 0) return answer(question, output(['part']));
      pass(30_000);
      return timedOut(question);
    });
    const outcome = await run({ deadlineMs: 60_000 });
    expect(outcome).toMatchObject({
      ok: false,
      error: { error: { code: 'scriptTimedOut' }, stdout: Buffer.from('part') },
    });
    expect(actions().at(-1)).toBe('Signal');
    expect(asked('Signal')[0]?.soap).toContain('signal/terminate</rsp:Code>');
  });

  test('counts too where the host no longer answers', async () => {
    const pass = heldTime();
    await open((question) => {
      if (question.action !== 'Receive') return undefined;
      pass(60_000);
      return 'silence';
    });
    expect(await run({ deadlineMs: 30_000 })).toMatchObject({
      ok: false,
      error: { error: { code: 'scriptTimedOut' } },
    });
    expect(actions()).toContain('Signal');
  });
});

describe('a lost connection', () => {
  test('is mended by the very same Receive on a new one', async () => {
    await open((question) => {
      if (question.action !== 'Receive') return undefined;
      if (question.turn === 0) return answer(question, output(['one ']));
      if (question.turn === 1) return 'cut';
      return question.turn === 2 ? answer(question, output(['two '])) : undefined;
    });
    const outcome = await run();
    expect(outcome.ok && outcome.value.stdout.toString()).toBe('one two done');
    const receives = asked('Receive');
    expect(receives[2]?.soap).toBe(receives[1]?.soap);
    expect(new Set(receives.map(({ messageId }) => messageId)).size).toBe(3);
    expect(session.counters.connections).toBe(2);
  });

  test('is waited for while the host still works on the message', async () => {
    await open((question) => {
      if (question.action !== 'Receive') return undefined;
      if (question.turn === 0) return 'cut';
      return question.turn < 4 ? fault(question, 1359) : undefined;
    });
    expect((await run()).ok).toBe(true);
    expect(new Set(asked('Receive').map(({ messageId }) => messageId)).size).toBe(1);
    expect(waits.length).toBe(4);
  });

  test('that does not mend ends the command', async () => {
    await open((question) => (question.action === 'Receive' ? 'cut' : undefined));
    expect(await run()).toMatchObject({ ok: false, error: { error: { code: 'connectionLost', retryable: true } } });
    expect(asked('Receive').length).toBeLessThan(8);
  });

  test('does not start a command twice that the host already has', async () => {
    await open((question) => (question.action === 'Command' ? 'cut' : undefined));
    expect(await run()).toMatchObject({ ok: true, value: { stdout: Buffer.from('done'), exitCode: 0 } });
    expect(asked('Command')).toHaveLength(1);
  });

  test('sends the command again where the host does not know it, under the same id', async () => {
    await open((question) => {
      if (question.action === 'Command' && question.turn === 0) return 'cut';
      return question.action === 'Receive' && question.turn === 0 ? fault(question, 2150858843) : undefined;
    });
    expect(await run()).toMatchObject({ ok: true, value: { stdout: Buffer.from('done') } });
    const ids = asked('Command').map(({ soap }) => /CommandId="(.*?)"/.exec(soap)?.[1]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('during input is not repaired by sending the input again', async () => {
    await open((question) => (question.action === 'Send' ? 'cut' : undefined));
    expect(await run({ stdin: 'x' })).toMatchObject({ ok: false, error: { error: { code: 'connectionLost' } } });
    expect(asked('Send')).toHaveLength(1);
  });
});

describe('input', () => {
  const sent = (taken: (question: Question) => boolean = () => true) =>
    Buffer.concat(
      asked('Send')
        .filter(taken)
        .map(({ soap }) => Buffer.from(/<rsp:Stream [^>]*>(.*?)<\/rsp:Stream>/.exec(soap)?.[1] ?? '', 'base64')),
    ).toString();
  const text = 'é0123456789\n'.repeat(25_000);

  test('goes in pieces, and only the last one closes it', async () => {
    await open(() => undefined);
    expect((await run({ stdin: text })).ok).toBe(true);
    expect(sent()).toBe(text);
    expect(asked('Send').map(({ soap }) => soap.includes('End="true"'))).toEqual([false, false, false, true]);
    expect(Math.max(...asked('Send').map(({ soap }) => soap.length))).toBeLessThan(150 * 1024);
    expect(asked('Command')[0]?.soap).toContain('<w:Option Name="WINRS_CONSOLEMODE_STDIN">FALSE</w:Option>');
  });

  test('that is empty still closes stdin', async () => {
    await open(() => undefined);
    await run({ stdin: '' });
    expect(asked('Send').map(({ soap }) => soap.includes('End="true"'))).toEqual([true]);
  });

  test.each<[string, (question: Question) => Reply]>([
    ['HTTP 413', () => ({ status: 413 })],
    ['a fault', (question) => fault(question, 2150858790)],
  ])('gets smaller pieces where the host finds them too large (%s)', async (_case, tooLarge) => {
    const fits = ({ soap }: Question) => soap.length < 40_000;
    await open((question) => (question.action === 'Send' && !fits(question) ? tooLarge(question) : undefined));
    expect((await run({ stdin: text })).ok).toBe(true);
    expect(sent(fits)).toBe(text);
  });

  test('gives up where not even the smallest piece fits', async () => {
    await open((question) => (question.action === 'Send' ? { status: 413 } : undefined));
    expect(await run({ stdin: text })).toMatchObject({ ok: false, error: { error: { code: 'requestTooLarge' } } });
  });

  test('that timed out on the host has been taken, and is not sent again', async () => {
    await open((question) => (question.action === 'Send' && question.turn === 0 ? timedOut(question) : undefined));
    expect((await run({ stdin: text })).ok).toBe(true);
    expect(sent()).toBe(text);
  });

  test('waits where the host is still busy with the piece before, three times', async () => {
    await open((question) => (question.action === 'Send' && question.turn < 3 ? fault(question, 170) : undefined));
    expect((await run({ stdin: 'x' })).ok).toBe(true);
    expect(waits).toEqual([5_000, 5_000, 5_000]);
  });

  test('is given up where the host stays busy', async () => {
    await open((question) => (question.action === 'Send' ? fault(question, 170) : undefined));
    expect(await run({ stdin: 'x' })).toMatchObject({ ok: false, error: { error: { code: 'hostBusy' } } });
    expect(asked('Send')).toHaveLength(4);
  });
});

describe('a shell', () => {
  test('is deleted after a cancel too, and the command hands over what it had', async () => {
    const controller = new AbortController();
    await open(
      (question) => {
        if (question.action !== 'Receive') return undefined;
        if (question.turn === 0) return answer(question, output(['part']));
        controller.abort();
        return 'silence';
      },
      { signal: controller.signal },
    );
    expect(await run()).toMatchObject({
      ok: false,
      error: { error: { code: 'cancelled' }, stdout: Buffer.from('part') },
    });
    await session.close();
    expect(actions().at(-1)).toBe('Delete');
    expect(await session.openShell({ name: 'x', idleTimeoutMs: 1 })).toMatchObject({
      ok: false,
      error: { code: 'cancelled' },
    });
  });

  test('that is closed ends its command, and is deleted once however often it is closed', async () => {
    await open((question) => (question.action === 'Receive' ? 'silence' : undefined));
    const running = run();
    while (asked('Receive').length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([shell.close(), shell.close()]);
    expect(await running).toMatchObject({ ok: false, error: { error: { code: 'cancelled' } } });
    await session.close();
    expect(asked('Delete')).toHaveLength(1);
  });

  test('whose Delete is cut off is deleted again', async () => {
    await open((question) => (question.action === 'Delete' && question.turn === 0 ? 'cut' : undefined));
    await shell.close();
    expect(asked('Delete')).toHaveLength(2);
  });

  test('cancelled while it is made is deleted all the same', async () => {
    const controller = new AbortController();
    host = await scriptedHost(
      shellScript((question) => {
        if (question.action === 'Create') controller.abort();
        return undefined;
      }),
    );
    session = sessionWith(host.port, { signal: controller.signal });
    expect(await session.openShell({ name: 'x', idleTimeoutMs: 1 })).toMatchObject({
      ok: false,
      error: { code: 'cancelled' },
    });
    expect(actions()).toEqual(['Create', 'Delete']);
  });
});

describe('a shell refused for quota', () => {
  const listed = (shellId: string, name: string, idle: string) =>
    `<rsp:Shell><rsp:ShellId>${shellId}</rsp:ShellId><rsp:Name>${name}</rsp:Name><rsp:ShellInactivity>${idle}</rsp:ShellInactivity></rsp:Shell>`;
  const refusing = (list: string) => async () => {
    host = await scriptedHost(
      shellScript((question) => {
        if (question.action === 'Create' && question.turn === 0) return fault(question, 2150859173);
        if (question.action !== 'Enumerate') return undefined;
        return answer(
          question,
          `<n:EnumerateResponse><w:Items>${list}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`,
        );
      }),
    );
    session = sessionWith(host.port);
    return session.openShell({ name: 'hyperv-rvtools/r2', idleTimeoutMs: 180_000 });
  };

  test('is tried again after what earlier runs left behind is deleted, and nothing else', async () => {
    const opened = await refusing(
      listed('OLD', 'hyperv-rvtools/r1', 'P0DT0H3M1S') +
        listed('BUSY', 'hyperv-rvtools/r1', 'P0DT0H0M9S') +
        listed('FOREIGN', 'WinRM7', 'P1DT0H0M0S'),
    )();
    expect(opened.ok).toBe(true);
    expect(asked('Delete').map(({ soap }) => /Name="ShellId">(.*?)</.exec(soap)?.[1])).toEqual(['OLD']);
  });

  test('stays refused where nothing of ours is left', async () => {
    expect(await refusing(listed('FOREIGN', 'WinRM7', 'P1DT0H0M0S'))()).toMatchObject({
      ok: false,
      error: { code: 'shellQuota' },
    });
    expect(asked('Create')).toHaveLength(1);
  });
});
