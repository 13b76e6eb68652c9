import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  readKnownGuests,
  readStatedGuests,
  readToldGuests,
  rememberGuests,
  writeStatedGuests,
  writeToldGuests,
} from '../../src/activities/guest-files.ts';
import { inRun, knownGuestsFile, runFiles } from '../../src/inventory/file-names.ts';
import { type GuestSighting, remember } from '../../src/inventory/guests.ts';
import { folderStore } from '../../src/stores/folder-store.ts';
import { runId, vmId } from '../inventory/records.ts';
import { memoryStore } from './memory-store.ts';

const seen: GuestSighting = {
  vmId: vmId(1),
  place: 'hv1',
  seenAt: '2026-11-23T00:00:00.000Z',
  os: { name: 'Ubuntu', version: '', majorVersion: '', build: '', architecture: '' },
  dnsName: null,
  ip: '10.0.0.1',
};
const stated = { vm: 'app1', host: null, os: 'Windows', dnsName: null, ip: null };

describe('the file of known guests', () => {
  it('gives back what was written', async () => {
    const store = memoryStore();
    await rememberGuests(store, [seen]);
    expect(await readKnownGuests(store)).toEqual({ known: remember(new Map(), [seen]) });
  });

  it('keeps what two runs saw that end at the same moment', async () => {
    const root = await mkdtemp(join(tmpdir(), 'guest-files-test-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const other = { ...seen, vmId: vmId(2), place: 'hv2' };
    await Promise.all([rememberGuests(folderStore(root), [seen]), rememberGuests(folderStore(root), [other])]);
    expect((await readKnownGuests(folderStore(root))).known).toEqual(remember(new Map(), [seen, other]));
  });

  it('knows nobody where there is none yet', async () => {
    expect(await readKnownGuests(memoryStore())).toEqual({ known: new Map() });
  });

  it('loses an entry that is none, and keeps the others', async () => {
    const store = memoryStore();
    await rememberGuests(store, [seen]);
    const content = JSON.parse(gunzipSync((await store.read(knownGuestsFile)) ?? '').toString());
    content.guests.push({ ...seen, seenAt: 'yesterday' }, null);
    await store.write(knownGuestsFile, gzipSync(JSON.stringify(content)));
    expect([...(await readKnownGuests(store)).known.values()]).toEqual([seen]);
  });

  it.each([
    ['no gzip', Buffer.from('spoilt')],
    ['no JSON', gzipSync('spoilt')],
    ['another version', gzipSync(JSON.stringify({ schemaVersion: 2, guests: [] }))],
  ])('is spoilt where it holds %s', async (_, content) => {
    const store = memoryStore();
    await store.write(knownGuestsFile, content);
    expect(await readKnownGuests(store)).toEqual({ known: new Map(), trouble: 'spoilt' });
  });

  it('is unreadable where its disk does not give it', async () => {
    const store = { ...memoryStore(), read: () => Promise.reject(new Error('EIO')) };
    expect(await readKnownGuests(store)).toEqual({ known: new Map(), trouble: 'unreadable' });
  });
});

describe('what was stated of guests', () => {
  it('stays with the run', async () => {
    const store = memoryStore();
    await writeStatedGuests(store, runId, [stated]);
    expect(await readStatedGuests(store, runId)).toEqual({ stated: [stated], size: expect.any(Number) });
  });

  it('is told of nobody where its file is spoilt', async () => {
    const store = memoryStore();
    await store.write(inRun(runId, runFiles.statedGuests), '[{"vm": 1}]');
    expect(await readStatedGuests(store, runId)).toMatchObject({ stated: [], trouble: 'spoilt' });
  });
});

it('what is told of guests comes back host by host, and leaves no file where it is nothing', async () => {
  const store = memoryStore();
  const told = ['hv1', 'hv2', 'hv1'].map((given, n) => ({
    given,
    vmId: vmId(n),
    vmName: `vm${n}`,
    stated,
    lastSeen: null,
  }));
  expect(await writeToldGuests(store, runId, told)).toBeGreaterThan(0);
  expect((await readToldGuests(store, runId)).get('hv1')).toEqual([told[0], told[2]]);
  expect(await writeToldGuests(store, runId, [])).toBeNull();
  expect(await store.exists(inRun(runId, runFiles.toldGuests))).toBe(false);
});
