import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparable, guidOf, parseInstanceId } from '../../src/collectors/joins/instance-id.ts';
import { keyValuePairsOf } from '../../src/collectors/joins/key-value-pairs.ts';
import { parseObjectPath } from '../../src/collectors/joins/object-path.ts';
import { escapeXml } from '../../src/winrm/soap/xml.ts';
import { anyText, checked, mutated } from './outside-bytes.ts';

const kvpItem = (name: string, data: string): string =>
  '<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem">' +
  `<PROPERTY NAME="Caption" PROPAGATED="true" TYPE="string"></PROPERTY>` +
  `<PROPERTY NAME="Data" TYPE="string"><VALUE>${escapeXml(data)}</VALUE></PROPERTY>` +
  `<PROPERTY NAME="Name" TYPE="string"><VALUE>${escapeXml(name)}</VALUE></PROPERTY></INSTANCE>`;

test('what a guest tells of itself comes out as it was put in', () => {
  const value = fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => text.replaceAll('\0', '').trim());
  fc.assert(
    fc.property(value, value, (name, data) => {
      expect([...keyValuePairsOf([kvpItem(name, data)])]).toEqual([[name, data]]);
    }),
    checked(300),
  );
});

test('items of any text or damaged ones are passed over, and give no more than they hold', () => {
  const valid = Buffer.from(kvpItem('OSName', 'Windows Server 2022'));
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, mutated(valid).map(String)), { maxLength: 5 }), (items) => {
      const pairs = keyValuePairsOf(items);
      expect(pairs.size).toBeLessThanOrEqual(items.length);
      for (const [name, data] of pairs) expect(name.length + data.length).toBeLessThanOrEqual(items.join('').length);
    }),
    checked(300),
  );
});

test('a guest that writes ever more items, or huge ones, is read with bounds', () => {
  expect(keyValuePairsOf(Array.from({ length: 100_000 }, (_, index) => kvpItem(`item ${index}`, 'x'))).size).toBe(256);
  expect(keyValuePairsOf([kvpItem('OSName', 'x'.repeat(1_000_000))]).size).toBe(0);
  for (const piece of ['<PROPERTY ', '<PROPERTY NAME=', '<PROPERTY >', '<VALUE>', '&', '&#x', ' NAME = ']) {
    const item = piece.repeat(Math.floor(32_000 / piece.length));
    expect(keyValuePairsOf(Array.from({ length: 256 }, () => item)).size).toBe(0);
  }
});

test('any text is an InstanceID of a known form or unknown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.constant(null),
        anyText.map((text) => `Microsoft:${text}`),
      ),
      (text) => {
        const key = parseInstanceId(text);
        if (key.kind === 'settings' || key.kind === 'guestNetwork') expect(guidOf(key.configId)).toBe(key.configId);
      },
    ),
    checked(300),
  );
});

test('an InstanceID is taken apart into what it was made of, whatever the device is called', () => {
  const device = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => !/[\r\n\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(fc.uuid(), device, fc.boolean(), (id, name, upper) => {
      const text = `Microsoft:${upper ? id.toUpperCase() : id}\\${name}`;
      expect(parseInstanceId(text)).toEqual({ kind: 'settings', configId: id, device: comparable(name) });
    }),
    checked(200),
  );
});

test('any text is an object path or none', () => {
  const pathLike = fc
    .array(fc.oneof(fc.constantFrom('\\\\HOST\\root:', 'Msvm_Thing', '.', 'DeviceID="', '"', '\\', ',', '='), anyText))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(anyText, pathLike), (text) => {
      const path = parseObjectPath(text);
      if (path !== undefined) expect(path.className).toMatch(/^Msvm_\w+$/i);
    }),
    checked(500),
  );
});

test('an object path gives back its keys in every form in which it is met', () => {
  const key = fc.stringMatching(/^[A-Za-z0-9:{}()-]{1,20}(\\[A-Za-z0-9 :{}()-]{1,20}){0,3}$/);
  fc.assert(
    fc.property(
      key,
      fc.constantFrom('', '\\\\HV01\\root\\virtualization\\v2:'),
      fc.nat({ max: 2 }),
      (id, prefix, more) => {
        const backslashes = '\\'.repeat(2 ** more);
        const text = `${prefix}Msvm_ResourcePool.InstanceID="${id.replaceAll('\\', backslashes)}"`;
        for (const form of [text, text.replaceAll('"', '\\"')]) {
          expect(parseObjectPath(form)).toEqual({ className: 'Msvm_ResourcePool', keys: { instanceid: id } });
        }
      },
    ),
    checked(200),
  );
});

test('an object path as long as an answer can carry costs no more than reading it', () => {
  const length = 500_000;
  for (const piece of [':', 'a', '\\', '"', 'Msvm_', ':Msvm_a', 'a="', 'Msvm_a.', ' ', 'Msvm_a.a=\\']) {
    for (const head of ['', 'Msvm_Thing.', ':Msvm_Thing.x="']) {
      const path = parseObjectPath(head + piece.repeat(length / piece.length));
      expect(JSON.stringify(path?.keys ?? {}).length).toBeLessThanOrEqual(4 * length);
    }
  }
});
