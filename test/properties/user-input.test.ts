import { gzipSync } from 'node:zlib';
import { parse } from 'dotenv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecord, recordName, writeRecord } from '../../src/activities/host-records.ts';
import { describeHostListProblems, parseHostList } from '../../src/inventory/host-list.ts';
import type { HostRecord } from '../../src/inventory/host-record.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { serviceUrl } from '../../src/winrm/http-connection.ts';
import { memoryStore } from '../activities/memory-store.ts';
import { record as hostRecord } from '../inventory/records.ts';
import { anyBytes, anyText, checked, mutated, treacherousName } from './outside-bytes.ts';

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const hostName = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const authority = fc.oneof(
  hostName,
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.constantFrom('xn--a', '0x7f', 'hv01.0x1', '[fe80::1%eth0]', 'ａ.b', '１.２.３.４', 'straße', '1e5', 'a.123'),
);
const entry = fc
  .tuple(
    fc.constantFrom('', 'http://', 'https://'),
    authority,
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: -1, max: 70_000 }).map((port) => `:${port}`),
    ),
    fc.constantFrom('', ' credential=EDGE', ' # a comment'),
  )
  .map((parts) => parts.join(''));

test('any text is a host list or a list of problems with line numbers', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.array(fc.oneof(entry, anyText)).map((lines) => lines.join('\n')),
      ),
      (text) => {
        const list = parseHostList(text, { source: 'hosts.txt' });
        if (list.ok) return;
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const { line, text: shown } of list.error.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
          expect(shown.length).toBeLessThan(310);
        }
        expect(describeHostListProblems(list.error)).not.toBe('');
      },
    ),
    checked(400),
  );
});

test('every host that a list lets in can be connected to by its own name and port', () => {
  fc.assert(
    fc.property(entry, (line) => {
      const list = parseHostList(line, { source: 'hosts.txt' });
      const [host] = list.ok ? list.value.hosts : [];
      if (host === undefined) return;
      const url = new URL(serviceUrl(host));
      const port = Number(url.port) || { 'http:': 80, 'https:': 443 }[url.protocol];
      expect(port, line).toBe(host.port);
      if (!host.host.includes(':')) expect(url.hostname.toLowerCase(), line).toBe(host.host.toLowerCase());
    }),
    checked(600),
  );
});

test('a host that was let in is let in again from the retry file, as the same host', () => {
  fc.assert(
    fc.property(entry, (line) => {
      const list = parseHostList(line, { source: 'hosts.txt' });
      const [host] = list.ok ? list.value.hosts : [];
      if (host === undefined) return;
      const again = parseHostList(host.given, { source: 'targets_retry_hosts.txt' });
      expect(again.ok && again.value.hosts).toEqual([host]);
    }),
    checked(300),
  );
});

test('a password that slipped into a host list is not repeated', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,20}$/);
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom('http://u:%@h', 'u:%@h', 'https://%@[::1', 'h password=%', 'h pw=% x'),
      (word, form) => {
        const list = parseHostList(form.replace('%', word), { source: 'hosts.txt' });
        expect(list.ok).toBe(false);
        if (!list.ok) expect(describeHostListProblems(list.error)).not.toContain(word);
      },
    ),
    checked(100),
  );
});

test('any values are settings or errors that name the setting and never its value', () => {
  const names = fc.constantFrom(
    'HYPERV_USER',
    'HYPERV_PASSWORD',
    'HYPERV_USER_EDGE',
    'HYPERV_PASSWORD_EDGE',
    'HYPERV_USER___PROTO__',
    'HYPERV_PASSWORD___PROTO__',
    'HYPERV_AUTH',
    'HYPERV_VIA',
    'COVERAGE_THRESHOLD',
    'ALLOW_PARTIAL_OK',
    'HYPERV_CA',
    'KEY_VAULT_URL',
    'RUNS_BLOB_URL',
    'RUNS_STORAGE',
    'INVENTORY_SCHEDULE',
    '__proto__',
  );
  const values = fc.dictionary(names, fc.oneof(anyText, fc.stringMatching(/^[A-Za-z0-9]{15,20}$/)), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(values, values, (environment, file) => {
      const settings = readSettings(environment, file, 'app');
      if (settings.ok) return;
      for (const { setting, message } of settings.error) {
        expect(message).toContain(setting);
        for (const value of [...Object.values(environment), ...Object.values(file)]) {
          if (value.length >= 15) expect(message).not.toContain(value);
        }
      }
    }),
    checked(300),
  );
});

test('any .env file is read, and a password in single quotes comes out as it was put in', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      readSettings({}, parse(text), 'app');
    }),
    checked(),
  );
  const password = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes("'"));
  fc.assert(
    fc.property(password, (text) => {
      const settings = readSettings({}, parse(`HYPERV_USER=u\nHYPERV_PASSWORD='${text}'\n`), 'app');
      expect(settings.ok && settings.value.credential?.password).toBe(text);
    }),
    checked(),
  );
});

const runId = '20261123T020000Z-aaaaaa';

async function readBack(content: Buffer): Promise<HostRecord | undefined> {
  const store = memoryStore();
  await store.write(recordName(runId, 'hv01'), content);
  return (await readRecord(store, runId, 'hv01'))?.record;
}

test('a record comes back as it was written', async () => {
  const store = memoryStore();
  const record = hostRecord('hv01');
  await writeRecord(store, { ...record, runId });
  expect((await readRecord(store, runId, 'hv01'))?.record).toEqual({ ...record, runId });
});

test('a record that is damaged on its disk, or is anything else, is as good as none', async () => {
  const valid = gzipSync(JSON.stringify({ ...hostRecord('hv01'), runId }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyBytes, mutated(valid)), async (bytes) => {
      const record = await readBack(bytes);
      if (record !== undefined) expect(record.host.given).toBe('hv01');
    }),
    checked(100),
  );
});

test('JSON that is no record of this host is as good as none', async () => {
  const whole: Record<string, unknown> = { ...hostRecord('hv01'), runId };
  expect(await readBack(gzipSync(JSON.stringify(whole)))).toBeDefined();
  const key = fc.constantFrom(...Object.keys(whole).filter((name) => name !== 'error'));
  await fc.assert(
    fc.asyncProperty(key, fc.oneof(fc.jsonValue({ maxDepth: 2 }), treacherousName), async (name, value) => {
      const record = await readBack(gzipSync(JSON.stringify({ ...whole, [name]: value })));
      if (record === undefined) return;
      // What is let in can be walked as a record is walked.
      for (const outcome of Object.values(record.facts))
        if (outcome.status === 'ok') expect(outcome.rows.length).toBeGreaterThanOrEqual(0);
      for (const { covered, tab } of record.collectors) expect(tab.length + covered.length).toBeGreaterThanOrEqual(0);
      expect([record.attempts.length, record.notes.length].every((count) => count >= 0)).toBe(true);
      expect(typeof record.identity).toBe('object');
      expect(record.host.given).toBe('hv01');
    }),
    checked(150),
  );
  for (const name of Object.keys(whole).filter((one) => one !== 'error')) {
    const { [name]: _, ...rest } = whole;
    expect(await readBack(gzipSync(JSON.stringify(rest))), name).toBeUndefined();
  }
});

test('a record that unfolds without end is as good as none', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
  expect(await readBack(bomb)).toBeUndefined();
});
