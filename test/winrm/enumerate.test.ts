import { afterEach, describe, expect, test } from 'vitest';
import type { WinrmSession } from '../../src/winrm/winrm-session.ts';
import { heldTime } from '../fixtures/held-time.ts';
import {
  answer,
  fault,
  items,
  type Question,
  type Reply,
  type ScriptedHost,
  scriptedHost,
  sessionWith,
} from './scripted-host.ts';

let host: ScriptedHost;
let session: WinrmSession;

const talk = async (script: (question: Question) => Reply) => {
  host = await scriptedHost(script);
  session = sessionWith(host.port);
};
afterEach(async () => {
  await session.close();
  await host.close();
});

const names = {
  namespace: 'root/virtualization/v2',
  className: 'Msvm_ComputerSystem',
  properties: ['Name', 'Caption'],
};
const actions = () => host.questions.map(({ action }) => action);
const maxElements = (question: Question | undefined) => Number(/MaxElements>(\d+)</.exec(question?.soap ?? '')?.[1]);
const namesIn = async (request: Parameters<WinrmSession['enumerate']>[0] = names) => {
  const read = await session.enumerate(request);
  if (!read.ok) throw new Error(read.error.code);
  return read.value
    .map(({ properties }) => properties.Name?.[0])
    .map((value) => (value?.kind === 'text' ? value.text : ''));
};

const only = (values: readonly string[]) =>
  `<n:EnumerateResponse><n:EnumerationContext/><w:Items>${items(values)}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`;
const first = (context: string, values: readonly string[]) =>
  `<n:EnumerateResponse><n:EnumerationContext>${context}</n:EnumerationContext><w:Items>${items(values)}</w:Items></n:EnumerateResponse>`;
const next = (context: string, values: readonly string[]) =>
  `<n:PullResponse><n:EnumerationContext>${context}</n:EnumerationContext><n:Items>${items(values)}</n:Items></n:PullResponse>`;
const end = (values: readonly string[]) =>
  `<n:PullResponse><n:Items>${items(values)}</n:Items><n:EndOfSequence/></n:PullResponse>`;

test('one request reads a short list', async () => {
  await talk((question) => answer(question, only(['a', 'b'])));
  expect(await namesIn({ ...names, where: "Name <> 'x'" })).toEqual(['a', 'b']);
  expect(session.counters).toEqual({ requests: 1, connections: 1 });
  const [{ soap, headers } = { soap: '', headers: {} }] = host.questions;
  expect(soap).toContain('/wmi/root/virtualization/v2/*</w:ResourceURI>');
  expect(soap).toContain("select Name,Caption from Msvm_ComputerSystem where Name &lt;&gt; 'x'</w:Filter>");
  expect(soap).toContain('<w:OperationTimeout>PT60.000S</w:OperationTimeout>');
  expect(headers['content-length']).toBe(String(Buffer.byteLength(soap)));
});

test('whole instances are asked for by class, without a query', async () => {
  await talk((question) => answer(question, only([])));
  expect(await namesIn({ namespace: names.namespace, className: names.className })).toEqual([]);
  expect(host.questions[0]?.soap).toContain('/wmi/root/virtualization/v2/Msvm_ComputerSystem</w:ResourceURI>');
  expect(host.questions[0]?.soap).not.toContain('Filter');
});

test('a long list is read page by page, each with the context that came last', async () => {
  await talk((question) => {
    if (question.action === 'Enumerate') return answer(question, first('c1', ['a']));
    return answer(question, question.turn === 0 ? next('c2', ['b']) : end(['c']));
  });
  expect(await namesIn()).toEqual(['a', 'b', 'c']);
  expect(host.questions[1]?.soap).toContain('<n:EnumerationContext>c1<');
  expect(host.questions[2]?.soap).toContain('<n:EnumerationContext>c2<');
});

test('where an answer would be too large it starts over with fewer per answer, and nothing comes twice', async () => {
  await talk((question) => {
    if (question.action === 'Release') return answer(question, '');
    if (maxElements(question) > 2) {
      return question.action === 'Enumerate'
        ? answer(question, first('c', ['a']))
        : fault(question, 2150858824, 'w:EncodingLimit');
    }
    return answer(question, only(['a', 'b']));
  });
  expect(await namesIn({ ...names, maxElements: 8 })).toEqual(['a', 'b']);
  expect(actions()).toEqual(['Enumerate', 'Pull', 'Release', 'Enumerate', 'Pull', 'Release', 'Enumerate']);
  expect(host.questions.filter(({ action }) => action === 'Enumerate').map(maxElements)).toEqual([8, 4, 2]);
});

test('one item that alone is too large is said so', async () => {
  await talk((question) => fault(question, 2150858823));
  expect(await session.enumerate({ ...names, maxElements: 4 })).toMatchObject({
    ok: false,
    error: { code: 'answerTooLarge' },
  });
  expect(host.questions.map(maxElements)).toEqual([4, 2, 1]);
});

test('an enumeration that the host forgot is read once more', async () => {
  await talk((question) => {
    if (question.action === 'Pull') return fault(question, 2150858779, 'n:InvalidEnumerationContext');
    return answer(
      question,
      question.action === 'Enumerate' && question.turn === 0 ? first('c', ['a']) : only(['a', 'b']),
    );
  });
  expect(await namesIn()).toEqual(['a', 'b']);
});

test('after a fault in the middle the enumeration is released', async () => {
  await talk((question) =>
    question.action === 'Enumerate' ? answer(question, first('c', ['a'])) : fault(question, 5),
  );
  expect(await session.enumerate(names)).toMatchObject({ ok: false, error: { code: 'accessDenied' } });
  expect(actions()).toEqual(['Enumerate', 'Pull', 'Release']);
});

test('an enumeration without end stops when its time is up', async () => {
  const pass = heldTime();
  await talk((question) => {
    if (question.action === 'Release') return answer(question, '');
    pass(100);
    return answer(question, question.action === 'Enumerate' ? first('c', ['a']) : next('c', ['a']));
  });
  expect(await session.enumerate({ ...names, timeoutMs: 300 })).toMatchObject({
    ok: false,
    error: { code: 'operationTimedOut' },
  });
  expect(actions().at(-1)).toBe('Release');
});

test('a host that keeps saying there is more, and sends nothing, is not listened to for ever', async () => {
  await talk((question) => {
    if (question.action === 'Release') return answer(question, '');
    return answer(question, question.action === 'Enumerate' ? first('c', ['a']) : next('c', []));
  });
  expect(await session.enumerate(names)).toMatchObject({
    ok: false,
    error: { code: 'protocolViolation', detail: 'an enumeration without an end: 1 instances so far' },
  });
  expect(actions().at(-1)).toBe('Release');
});

describe('a query that the host cannot process', () => {
  const script = (onProbe: (question: Question) => Reply) => (question: Question) =>
    question.soap.includes('Filter') ? fault(question, 2150858778, 'n:CannotProcessFilter') : onProbe(question);

  test('is a missing class if the bare class is not there either', async () => {
    await talk(script((question) => fault(question, 2150858752, 'a:DestinationUnreachable')));
    expect(await session.enumerate(names)).toMatchObject({ ok: false, error: { code: 'resourceNotFound' } });
  });

  test('is a bad query if the class is there, and the probe is released', async () => {
    await talk(script((question) => answer(question, question.action === 'Release' ? '' : first('c', ['a']))));
    expect(await session.enumerate(names)).toMatchObject({ ok: false, error: { code: 'invalidQuery' } });
    expect(actions()).toEqual(['Enumerate', 'Enumerate', 'Release']);
  });

  test('is recognised by its subcode where the fault has no number', async () => {
    await talk((question) => ({
      status: 500,
      body:
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>' +
        `<s:Subcode><s:Value>${question.soap.includes('Filter') ? 'n:CannotProcessFilter' : 'a:DestinationUnreachable'}</s:Value></s:Subcode></s:Code>` +
        '<s:Reason><s:Text>Filter kann nicht verarbeitet werden</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>',
    }));
    expect(await session.enumerate(names)).toMatchObject({ ok: false, error: { code: 'resourceNotFound' } });
  });
});
