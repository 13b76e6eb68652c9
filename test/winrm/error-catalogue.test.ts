import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advised, type HostError, hostErrorKinds } from '../../src/inventory/host-error.ts';
import { codesByFaultNumber, codesByStatus } from '../../src/winrm/fault-codes.ts';
import { connectingCode, resolvingCode, socketErrors } from '../../src/winrm/socket-errors.ts';
import type { WinrmErrorCode } from '../../src/winrm/winrm-error.ts';
import type { AuthenticationScheme } from '../../src/winrm/winrm-session.ts';
import { envelopeText, fault, type Question, type Reply, scriptedHost, sessionWith } from './scripted-host.ts';

/** Each number that Windows puts into a fault, and what the user is told. */
const faults: readonly (readonly [number, WinrmErrorCode])[] = [
  [5, 'accessDenied'],
  [170, 'hostBusy'],
  [995, 'shellGone'],
  [1223, 'shellGone'],
  [1326, 'logonRefused'],
  [1359, 'hostBusy'],
  [0x80041002, 'resourceNotFound'],
  [0x80041003, 'accessDenied'],
  [0x8004100c, 'resourceNotFound'],
  [0x8004100e, 'resourceNotFound'],
  [0x80041010, 'resourceNotFound'],
  [0x80041017, 'invalidQuery'],
  [0x80070005, 'accessDenied'],
  [0x800703fa, 'shellGone'],
  [0x80338000, 'resourceNotFound'],
  [0x80338001, 'invalidRequest'],
  [0x8033800e, 'invalidRequest'],
  [0x80338012, 'resourceNotFound'],
  [0x8033801a, 'invalidQuery'],
  [0x8033801b, 'enumerationLost'],
  [0x8033801c, 'enumerationLost'],
  [0x80338026, 'requestTooLarge'],
  [0x80338029, 'operationTimedOut'],
  [0x8033803b, 'resourceNotFound'],
  [0x8033803d, 'invalidRequest'],
  [0x8033803f, 'quotaReached'],
  [0x80338041, 'invalidRequest'],
  [0x80338047, 'answerTooLarge'],
  [0x80338048, 'answerTooLarge'],
  [0x80338049, 'answerTooLarge'],
  [0x8033805b, 'shellGone'],
  [0x80338083, 'pluginFailed'],
  [0x80338087, 'invalidRequest'],
  [0x803381a5, 'shellQuota'],
  [0x803381a6, 'operationQuota'],
  [0x803381a7, 'requestRateQuota'],
  [0x803381a8, 'requestRateQuota'],
  [0x803381ab, 'shellUserQuota'],
  [0x803381ac, 'shellsNotAllowed'],
  [0x803381c4, 'shellGone'],
  [0x803381de, 'shellGone'],
  [0x803381e4, 'shellQuota'],
  [0x803381e5, 'shellUserQuota'],
  [0x803381e6, 'pluginQuota'],
  [0x803381e7, 'pluginQuota'],
  [0x803381e8, 'operationQuota'],
  [0x803381e9, 'commandQuota'],
  [0x803381ea, 'quotaReached'],
];

type Stage = 'start' | 'proof' | 'logged on';

/** What an HTTP status without a fault means, by how far the conversation had come. */
const statuses: readonly (readonly [AuthenticationScheme, Stage, number, WinrmErrorCode])[] = [
  ['ntlm', 'start', 200, 'protocolViolation'],
  ['ntlm', 'start', 302, 'notWinrm'],
  ['ntlm', 'start', 400, 'requestRejected'],
  ['ntlm', 'start', 401, 'ntlmBlocked'],
  ['ntlm', 'start', 403, 'httpForbidden'],
  ['ntlm', 'start', 404, 'notWinrm'],
  ['ntlm', 'start', 405, 'notWinrm'],
  ['ntlm', 'start', 411, 'requestRejected'],
  ['ntlm', 'start', 500, 'serviceFailed'],
  ['ntlm', 'start', 503, 'serviceUnavailable'],
  ['ntlm', 'proof', 401, 'logonRefused'],
  ['ntlm', 'proof', 503, 'serviceUnavailable'],
  ['ntlm', 'logged on', 401, 'accessDenied'],
  ['ntlm', 'logged on', 413, 'requestTooLarge'],
  // Nothing was sent in the clear: it is no refusal of that.
  ['ntlm', 'logged on', 500, 'serviceFailed'],
  ['basic', 'logged on', 200, 'protocolViolation'],
  ['basic', 'logged on', 401, 'logonRefused'],
  ['basic', 'logged on', 400, 'requestRejected'],
  ['basic', 'logged on', 403, 'httpForbidden'],
  ['basic', 'logged on', 404, 'notWinrm'],
  ['basic', 'logged on', 405, 'notWinrm'],
  ['basic', 'logged on', 411, 'requestRejected'],
  ['basic', 'logged on', 413, 'requestTooLarge'],
  ['basic', 'logged on', 415, 'requestRejected'],
  ['basic', 'logged on', 418, 'protocolViolation'],
  ['basic', 'logged on', 500, 'unencryptedRefused'],
  ['basic', 'logged on', 502, 'serviceFailed'],
  ['basic', 'logged on', 503, 'serviceUnavailable'],
];

const resolving: readonly (readonly [string, WinrmErrorCode])[] = [
  ['ENOTFOUND', 'nameNotResolved'],
  ['EAI_AGAIN', 'dnsUnavailable'],
  ['EAI_FAIL', 'dnsUnavailable'],
  ['EAI_MEMORY', 'localLimitReached'],
  ['EMFILE', 'localLimitReached'],
  ['ENFILE', 'localLimitReached'],
];

const connecting: readonly (readonly [string, WinrmErrorCode])[] = [
  ['ECONNREFUSED', 'connectionRefused'],
  ['ETIMEDOUT', 'connectTimedOut'],
  ['ECONNRESET', 'connectionReset'],
  ['ECONNABORTED', 'connectionReset'],
  ['EPIPE', 'connectionReset'],
  ['EHOSTUNREACH', 'hostUnreachable'],
  ['EHOSTDOWN', 'hostUnreachable'],
  ['ENETUNREACH', 'networkUnreachable'],
  ['ENETDOWN', 'networkUnreachable'],
  ['EAFNOSUPPORT', 'networkUnreachable'],
  ['EPERM', 'connectionBlocked'],
  ['EACCES', 'connectionBlocked'],
  ['EADDRNOTAVAIL', 'localLimitReached'],
  ['EADDRINUSE', 'localLimitReached'],
  ['EMFILE', 'localLimitReached'],
  ['ENFILE', 'localLimitReached'],
  ['ENOBUFS', 'localLimitReached'],
  ['ENOMEM', 'localLimitReached'],
];

/** A CHALLENGE_MESSAGE of the domain CONTOSO and the computer HV01, with every flag that sealing needs. */
function ntlmChallenge(): string {
  const attribute = (id: number, text: string): Buffer => {
    const value = Buffer.from(text, 'utf16le');
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const information = Buffer.concat([attribute(2, 'CONTOSO'), attribute(1, 'HV01'), attribute(0, '')]);
  const message = Buffer.alloc(56);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(2, 8);
  message.writeUInt32LE(56, 16);
  message.writeUInt32LE(0xe2898235, 20);
  message.writeUInt16LE(information.length, 40);
  message.writeUInt16LE(information.length, 42);
  message.writeUInt32LE(56, 44);
  return Buffer.concat([message, information]).toString('base64');
}

const offers = ['Negotiate', 'Basic realm="WSMAN"'];

/** Lets a conversation come to a stage, and answers with the status then. */
const upTo =
  (stage: Stage, status: number): ((question: Question) => Reply) =>
  ({ headers: { authorization } }) => {
    const now = { status, headers: { 'www-authenticate': offers } };
    const messageType = authorization?.startsWith('Negotiate ')
      ? Buffer.from(authorization.slice(10), 'base64').readUInt32LE(8)
      : undefined;
    if (messageType === 1 && stage !== 'start') {
      return { status: 401, headers: { 'www-authenticate': [`Negotiate ${ntlmChallenge()}`] } };
    }
    return messageType === 3 && stage === 'logged on' ? {} : now;
  };

let reply: (question: Question) => Reply = () => 'silence';
let host: Awaited<ReturnType<typeof scriptedHost>>;
beforeAll(async () => {
  host = await scriptedHost((question) => reply(question));
});
afterAll(() => host.close());

async function errorOf(
  script: (question: Question) => Reply,
  options: Parameters<typeof sessionWith>[1] = {},
): Promise<HostError> {
  reply = script;
  const session = sessionWith(host.port, options);
  const read = await session.enumerate({ namespace: 'root/cimv2', className: 'Win32_ComputerSystem' });
  await session.close();
  if (read.ok) throw new Error('there was no error');
  return advised(read.error);
}

const text = 'Zugriff verweigert (拒否).';

describe('every fault', () => {
  test.each(faults)('%i is %s, with its number, its text and an advice', async (number, code) => {
    const error = await errorOf((question) => fault(question, number, 'w:Other', text));
    expect(error.code).toBe(code);
    expect(error.detail).toContain(`${number} (0x${number.toString(16).toUpperCase()})`);
    expect(error.detail).toContain(text);
    expect(error.advice).not.toBe('');
    expect(error.retryable).toBe(hostErrorKinds[code].retryable);
  });

  test('is in this list', () => {
    expect(Object.fromEntries(faults)).toEqual(codesByFaultNumber);
  });

  test.each([
    ['w:AccessDenied', 'accessDenied'],
    ['w:QuotaLimit', 'quotaReached'],
    ['w:TimedOut', 'operationTimedOut'],
    ['w:EncodingLimit', 'answerTooLarge'],
    ['w:Concurrency', 'hostBusy'],
    ['n:InvalidEnumerationContext', 'enumerationLost'],
    ['w:SchemaValidationError', 'invalidRequest'],
    ['w:SomethingNew', 'wsmanFault'],
  ])('that has a number nobody knows is told by its subcode %s as %s', async (subcode, code) => {
    expect((await errorOf((question) => fault(question, 4711, subcode, text))).code).toBe(code);
  });

  test('5 tells a local account of UAC first, and a domain account of the groups only', async () => {
    const denied = (question: Question) => fault(question, 5, 'w:AccessDenied');
    for (const user of ['reader', '.\\reader']) {
      const { advice } = await errorOf(denied, { credential: { user, password: 'x' } });
      expect(advice).toMatch(/^Over the network UAC .*LocalAccountTokenFilterPolicy.*Remote Management Users/);
    }
    for (const user of ['CONTOSO\\reader', 'reader@contoso.com']) {
      const { advice } = await errorOf(denied, { credential: { user, password: 'x' } });
      expect(advice).toMatch(/^Make it a member of "Remote Management Users"/);
      expect(advice).not.toContain('UAC');
    }
  });
});

describe('every HTTP status', () => {
  test.each(statuses)(
    '%s, %s: %i is %s, with the status and an advice',
    async (authentication, stage, status, code) => {
      const error = await errorOf(upTo(stage, status), { authentication });
      expect(error.code).toBe(code);
      expect(error.detail).toContain(`HTTP ${status}`);
      expect(error.advice).not.toBe('');
    },
  );

  test('is in this list', () => {
    for (const [status, code] of Object.entries(codesByStatus)) {
      expect(statuses).toContainEqual([expect.any(String), expect.any(String), Number(status), code]);
    }
  });

  test('that comes with a fault counts by the fault', async () => {
    const reading = (question: Question): Reply => ({
      status: 503,
      body: envelopeText(question.messageId, '<s:Fault><s:Reason><s:Text>later</s:Text></s:Reason></s:Fault>'),
    });
    expect(await errorOf(reading)).toMatchObject({ code: 'wsmanFault', detail: 'later' });
  });

  test('NTLM blocked by policy has cost no log-on, and a refused proof says what else it can be', async () => {
    expect((await errorOf(upTo('start', 401), { authentication: 'ntlm' })).advice).toContain('Restrict NTLM');
    const refused = await errorOf(upTo('proof', 401), { authentication: 'ntlm' });
    expect(refused).toMatchObject({ code: 'logonRefused', retryable: false });
    expect(refused.advice).toMatch(/user and password.*Restrict NTLM/);
  });
});

describe('every error of the operating system', () => {
  const failed = (code: string) => Object.assign(new Error(`${code} at 192.0.2.1`), { code });

  test.each(resolving)('%s while resolving is %s, and keeps its text', async (errno, code) => {
    const session = sessionWith(
      5985,
      { target: { host: 'hv.example', scheme: 'http', port: 5985 } },
      { resolve: () => Promise.reject(failed(errno)) },
    );
    const read = await session.identify();
    expect(read).toMatchObject({ ok: false, error: { code, detail: `${errno} at 192.0.2.1` } });
    expect(resolvingCode(failed(errno))).toBe(code);
  });

  test.each(connecting)('%s while connecting is %s', (errno, code) => {
    expect(connectingCode(failed(errno))).toBe(code);
    expect(hostErrorKinds[code].advice).not.toBe('');
  });

  test('is in these lists', () => {
    expect(Object.fromEntries(resolving)).toEqual(socketErrors.resolving);
    expect(Object.fromEntries(connecting)).toEqual(socketErrors.connecting);
  });
});

test.each(Object.entries(hostErrorKinds))('%s says when it happens and what to do', (_code, { when, advice }) => {
  expect(when).toMatch(/\w.*[.:)]$/);
  expect(advice).toMatch(/\w.*[.;)]$/);
});
