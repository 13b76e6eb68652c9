import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { hostFileName, inRun, runFiles } from '../../src/inventory/file-names.ts';
import type { HostRecord } from '../../src/inventory/host-record.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import type { Manifest } from '../../src/inventory/run-options.ts';
import type { Store } from '../../src/stores/store.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Turns a finished run of few hosts into one of many: each host is copied `copies` times, under names and ids of VMs of
 * its own, so that no copy passes for another's VM, and MAC addresses of its own, so that vHealth has no more to say of it. Collecting 50,000 VMs for real would take minutes of every benchmark.
 */
export async function multiplyHosts(store: Store, runId: string, copies: number): Promise<void> {
  const manifest = (await readJson(store, inRun(runId, runFiles.manifest))) as Manifest;
  const report = (await readJson(store, inRun(runId, runFiles.report))) as RunReport;
  const hosts = [...manifest.hosts];
  const rows = [...report.hosts];
  for (const [index, host] of manifest.hosts.entries()) {
    const content = await store.read(inRun(runId, hostFileName(host.given)));
    if (!content) continue;
    const text = (await decompress(content)).toString('utf8');
    const { baselineBefore, identity } = JSON.parse(text) as HostRecord;
    const vmIds = (baselineBefore?.vms ?? []).map(({ id }) => id);
    const macs = new Set(text.match(/\b00155D[0-9A-F]{6}\b/gi));
    const words = [
      ...vmIds,
      ...macs,
      ...[identity.computerName, identity.smbiosUuid].flatMap((word) => word ?? []),
      host.given,
    ];
    const row = report.hosts[index];
    for (let copy = 1; copy < copies; copy += 1) {
      const renamed = renaming(words, copy);
      const given = renamed(host.given);
      hosts.push({ ...host, given });
      if (row) rows.push(JSON.parse(renamed(JSON.stringify(row))) as typeof row);
      await store.write(inRun(runId, hostFileName(given)), await compress(renamed(text), { level: 1 }));
    }
  }
  await store.write(inRun(runId, runFiles.manifest), JSON.stringify({ ...manifest, hosts }));
  await store.write(inRun(runId, runFiles.report), JSON.stringify({ ...report, hosts: rows }));
}

async function readJson(store: Store, name: string): Promise<unknown> {
  return JSON.parse(String(await store.read(name)));
}

/** Replaces each of the words, whatever its case, by one of the copy's own. */
function renaming(words: readonly string[], copy: number): (text: string) => string {
  const own = new Map(words.map((word) => [word.toLowerCase(), nameOf(word, copy)]));
  const pattern = new RegExp(
    [...own.keys()].map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
    'gi',
  );
  return (text) =>
    text.replace(pattern, (found) => {
      const name = own.get(found.toLowerCase()) ?? found;
      return found === found.toUpperCase() ? name.toUpperCase() : name;
    });
}

/** A GUID stays one, and so does a MAC address; any other name gets the copy's number. */
function nameOf(word: string, copy: number): string {
  const digits = createHash('sha256').update(`${copy} ${word.toLowerCase()}`).digest('hex').toUpperCase();
  if (/^[0-9a-f]{8}-/i.test(word)) return `${digits.slice(0, 8).toLowerCase()}${word.slice(8)}`;
  if (/^00155D[0-9A-F]{6}$/i.test(word)) return `02${digits.slice(0, 10)}`;
  return word.replace(/^[^.:]+/, (label) => `${label}C${copy}`);
}
