import { afterEach, expect, test } from 'vitest';
import {
  answer,
  fault,
  items,
  type Question,
  type Reply,
  scriptedHost,
  sessionWith,
  shellScript,
} from './scripted-host.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A session with a host that says this; pauses are noted instead of being made. */
async function talk(script: (question: Question) => Reply, operationTimeoutMs = 60_000) {
  const pauses: number[] = [];
  const host = await scriptedHost(script);
  const wait = async (ms: number) => void pauses.push(ms);
  const session = sessionWith(host.port, { operationTimeoutMs }, { wait });
  closers.push(
    () => host.close(),
    () => session.close(),
  );
  return { host, pauses, session };
}

const listing = { namespace: 'root/cimv2', className: 'Win32_Service' };
const page = `<n:EnumerateResponse><w:Items>${items(['a'])}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`;

test.each([170, 2150859175, 2150859176])(
  'a list that is refused with %i is asked for again, with a new message and a longer pause each time',
  async (number) => {
    const { host, pauses, session } = await talk((question) =>
      question.turn < 3 ? fault(question, number) : answer(question, page),
    );
    expect((await session.enumerate(listing)).ok).toBe(true);
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
    expect(new Set(host.questions.map(({ messageId }) => messageId)).size).toBe(4);
  },
);

test('a host that stays busy is given up after a while, and said to be busy', async () => {
  const { pauses, session } = await talk((question) => fault(question, 170));
  expect(await session.enumerate(listing)).toMatchObject({ ok: false, error: { code: 'hostBusy', retryable: true } });
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(60_000);
});

test('nothing is waited for beyond the time that is left', async () => {
  const { host, pauses, session } = await talk((question) => fault(question, 170), 60_000);
  await session.enumerate({ ...listing, timeoutMs: 900 });
  expect(pauses).toEqual([]);
  expect(host.questions).toHaveLength(1);
});

test('other refusals are not asked again', async () => {
  const { host, session } = await talk((question) => fault(question, 5, 'w:AccessDenied'));
  await session.enumerate(listing);
  expect(host.questions).toHaveLength(1);
});

test('a command whose process reads no stdin tells by its output why it ended', async () => {
  const { session } = await talk(
    shellScript((question) => (question.action === 'Send' ? fault(question, 2147942509) : undefined)),
  );
  const shell = await session.openShell({ name: 'x/y', idleTimeoutMs: 180_000 });
  const ran = shell.ok
    ? await shell.value.run({ command: 'powershell.exe', stdin: 'text', deadlineMs: 20_000 })
    : shell;
  expect(ran).toMatchObject({ ok: true, value: { exitCode: 0, stdout: Buffer.from('done') } });
});
