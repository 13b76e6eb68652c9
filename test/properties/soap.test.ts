import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEmbeddedText } from '../../src/winrm/cim/embedded-text.ts';
import { parseInstance, parsePage } from '../../src/winrm/cim/instance.ts';
import { faultError, parseFault } from '../../src/winrm/faults.ts';
import { createdShellId, parseReceived, startedCommandId } from '../../src/winrm/shell/shell-messages.ts';
import { envelope, parseEnvelope } from '../../src/winrm/soap/envelope.ts';
import { child, descend, descendants, escapeXml, parseXml, type XmlElement } from '../../src/winrm/soap/xml.ts';
import { winrmErrorKinds } from '../../src/winrm/winrm-error.ts';
import { anyBytes, anyText, checked, mutated, treacherousName } from './outside-bytes.ts';

/** Everything that reads answers reads this one; gives how many elements there were. */
function readInEveryWay(bytes: Buffer): number {
  const message = parseEnvelope(bytes);
  if (!message.ok) {
    expect(message.error).not.toBe('');
    return 0;
  }
  const { body, fault } = message.value;
  parsePage(body);
  body.children.forEach(parseInstance);
  createdShellId(body);
  startedCommandId(body);
  const received = parseReceived(body);
  const output = [...(received?.stdout ?? []), ...(received?.stderr ?? [])];
  expect(output.reduce((sum, piece) => sum + piece.length, 0)).toBeLessThanOrEqual(bytes.length);
  if (fault !== undefined) expect(winrmErrorKinds).toHaveProperty(faultError('hv01', parseFault(fault)).code);
  return descendants(body).length;
}

const inEnvelope = (body: string): Buffer =>
  Buffer.from(
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="a"><s:Header><a:RelatesTo>uuid:1</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  );

const page = inEnvelope(
  '<n:EnumerateResponse xmlns:n="n"><n:EnumerationContext>uuid:2</n:EnumerationContext><w:Items xmlns:w="w">' +
    '<p:Msvm_ComputerSystem xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/Msvm_ComputerSystem">' +
    '<p:ElementName>Größe 😀 &amp; Co</p:ElementName><p:EnabledState>2</p:EnabledState><p:InstallDate><cim:Datetime xmlns:cim="c">2020-01-01T00:00:00Z</cim:Datetime></p:InstallDate>' +
    '<p:Antecedent xsi:nil="true" xmlns:xsi="x"/></p:Msvm_ComputerSystem></w:Items></n:EnumerateResponse>',
);
const received = inEnvelope(
  '<rsp:ReceiveResponse xmlns:rsp="r"><rsp:Stream Name="stdout">SFZSMSA=</rsp:Stream><rsp:Stream Name="stderr">AAAA</rsp:Stream>' +
    '<rsp:CommandState State="x/Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>',
);
const fault = inEnvelope(
  '<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:QuotaLimit</s:Value></s:Subcode></s:Code><s:Reason><s:Text>no</s:Text></s:Reason>' +
    '<s:Detail><f:WSManFault xmlns:f="f" Code="2150859173" Machine="hv01"><f:Message>no</f:Message></f:WSManFault></s:Detail></s:Fault>',
);

test('any bytes are a SOAP envelope or refused with a reason', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyBytes,
        anyText.map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        readInEveryWay(bytes);
      },
    ),
    checked(),
  );
});

test('any text inside an envelope is read or refused with a reason', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      readInEveryWay(inEnvelope(text));
    }),
    checked(),
  );
});

test.each([
  ['a page of instances', page],
  ['the output of a command', received],
  ['a fault', fault],
])('%s that was damaged on its way is read or refused with a reason', (_, valid) => {
  expect(readInEveryWay(valid)).toBeGreaterThan(3);
  fc.assert(
    fc.property(mutated(valid), (bytes) => {
      readInEveryWay(bytes);
    }),
    checked(300),
  );
});

test('an answer that is cut off anywhere is never taken for a whole one', () => {
  for (const valid of [page, received, fault]) {
    for (let length = 0; length < valid.length; length++) {
      expect(parseEnvelope(valid.subarray(0, length)).ok, valid.subarray(0, length).toString()).toBe(false);
    }
  }
});

test('text and attributes survive being written and read', () => {
  const xmlText = fc
    .oneof(anyText, fc.string({ unit: 'grapheme', maxLength: 100 }))
    .map((text) => text.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g, ''));
  fc.assert(
    fc.property(xmlText, (text) => {
      const written = envelope(
        {
          action: 'a',
          resourceUri: 'r',
          selectors: { key: text },
          body: `<b>${escapeXml(text)}</b>`,
          operationTimeoutMs: 1,
        },
        { to: 't', messageId: 'm', sessionId: 's' },
      );
      const parsed = parseXml(written);
      const root = parsed.ok ? parsed.value : undefined;
      expect(descend(root, 'Body', 'b')?.text).toBe(text);
      expect(descend(root, 'Header', 'SelectorSet', 'Selector')?.text).toBe(text);
    }),
    checked(),
  );
});

/** What may stand for a character in XML: whatever it is, it comes out as text. */
test('an entity that nobody defined stays as it was written, whatever its name', () => {
  fc.assert(
    fc.property(fc.oneof(treacherousName, fc.stringMatching(/^[A-Za-z]{1,12}$/)), (name) => {
      const parsed = parseXml(`<a b="&${name};">&${name};</a>`);
      const known: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
      const expected = Object.hasOwn(known, name) ? known[name] : `&${name};`;
      expect(parsed.ok && parsed.value.text).toBe(expected);
      expect(parsed.ok && parsed.value.attributes.b).toBe(expected);
    }),
    checked(100),
  );
});

test('a fault whose subcode or number is nothing we know is still a fault with a code', () => {
  fc.assert(
    fc.property(fc.oneof(treacherousName, anyText), anyText, (subcode, code) => {
      const message = parseEnvelope(
        inEnvelope(
          `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:${escapeXml(subcode)}</s:Value></s:Subcode></s:Code>` +
            `<s:Detail><f:WSManFault xmlns:f="f" Code="${escapeXml(code)}"/></s:Detail></s:Fault>`,
        ),
      );
      if (!message.ok || message.value.fault === undefined) return;
      const error = faultError('hv01', parseFault(message.value.fault));
      expect(Object.keys(winrmErrorKinds)).toContain(error.code);
      expect((error.detail ?? '').length).toBeLessThan(5_000);
    }),
    checked(),
  );
});

test('a property of any name is kept, also one that every JavaScript object has', () => {
  fc.assert(
    fc.property(treacherousName, (name) => {
      const parsed = parseXml(`<p:Thing xmlns:p="x"><p:${name}>kept</p:${name}></p:Thing>`);
      // A parser may refuse such a name, but not lose it.
      if (!parsed.ok) return;
      const { properties } = parseInstance(parsed.value);
      expect(Object.entries(properties)).toEqual([[name, [{ kind: 'text', text: 'kept' }]]]);
    }),
    checked(50),
  );
});

test('elements nested ever deeper are refused, not followed until the stack is full', () => {
  for (const depth of [200, 5_000, 100_000]) {
    expect(parseXml(`${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`).ok).toBe(false);
    expect(parseEnvelope(inEnvelope(`${'<a b="c">'.repeat(depth)}${'</a>'.repeat(depth)}`)).ok).toBe(false);
    expect(parseXml('<a>'.repeat(depth)).ok).toBe(false);
  }
});

test('a document type is refused, however it is written, and no entity ever expands', () => {
  const bomb = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">';
  for (const start of [
    '<!DOCTYPE a [',
    '<!doctype a [',
    '<!DocType a [',
    '\uFEFF<!DOCTYPE a [',
    '<?xml version="1.0"?><!DOCTYPE a [',
  ]) {
    const parsed = parseXml(`${start}${bomb}]><a>&c;</a>`);
    expect(parsed.ok ? parsed.value.text : '').not.toContain('aaaa');
  }
  expect(parseXml('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>').ok).toBe(false);
});

test('a hundred thousand streams in one answer are all read', () => {
  const many = 100_000;
  const answer = inEnvelope(
    `<r:ReceiveResponse xmlns:r="r">${'<r:Stream Name="stderr">AA==</r:Stream>'.repeat(many)}</r:ReceiveResponse>`,
  );
  const message = parseEnvelope(answer);
  expect(message.ok && parseReceived(message.value.body)?.stderr.length).toBe(many);
});

test('an exit code that is no Windows exit code is unknown, not zero', () => {
  const exitCodeOf = (text: string): number | undefined => {
    const message = parseEnvelope(
      inEnvelope(
        `<r:ReceiveResponse xmlns:r="r"><r:CommandState State="x/Done"><r:ExitCode>${text}</r:ExitCode></r:CommandState></r:ReceiveResponse>`,
      ),
    );
    return message.ok ? parseReceived(message.value.body)?.exitCode : undefined;
  };
  expect(exitCodeOf('0')).toBe(0);
  expect(exitCodeOf('-1')).toBe(0xffff_ffff);
  expect(exitCodeOf('4294967295')).toBe(0xffff_ffff);
  expect(exitCodeOf('4294967296')).toBeUndefined();
  expect(exitCodeOf('-2147483649')).toBeUndefined();
  expect(exitCodeOf('9'.repeat(400))).toBeUndefined();
});

test('text that was cut inside a character is read with a replacement, never refused for it', () => {
  const bytes = Buffer.from('<a>Größe 😀</a>');
  const damaged = Buffer.concat([bytes.subarray(0, bytes.length - 6), bytes.subarray(bytes.length - 4)]);
  const parsed = parseXml(damaged.toString('utf8'));
  expect(parsed.ok && child({ ...(parsed.value as XmlElement), children: [parsed.value] }, 'a')?.text).toContain(
    'Größe',
  );
});

const embedded =
  '<INSTANCE CLASSNAME="Msvm_VirtualHardDiskSettingData"><PROPERTY NAME="Path" TYPE="string"><VALUE>C:\\a &amp; b.vhdx</VALUE></PROPERTY>' +
  '<PROPERTY NAME="ParentPath" TYPE="string"></PROPERTY><PROPERTY.ARRAY NAME="Sizes" TYPE="uint64"><VALUE.ARRAY><VALUE>1</VALUE></VALUE.ARRAY></PROPERTY.ARRAY></INSTANCE>';

test('an instance inside a text that was damaged, or any other text, is read or refused with a reason', () => {
  expect(parseEmbeddedText(embedded)).toMatchObject({
    ok: true,
    value: { className: 'Msvm_VirtualHardDiskSettingData' },
  });
  fc.assert(
    fc.property(fc.oneof(anyText, mutated(Buffer.from(embedded)).map(String)), (text) => {
      const parsed = parseEmbeddedText(text);
      if (!parsed.ok) expect(parsed.error).not.toBe('');
      else for (const values of Object.values(parsed.value.properties)) expect(Array.isArray(values)).toBe(true);
    }),
    checked(400),
  );
});
