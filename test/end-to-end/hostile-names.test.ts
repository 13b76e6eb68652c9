import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import type { CimInstance } from '../../src/simulator/cim-repository.ts';
import { buildFleet } from '../../src/simulator/fleet.ts';
import { changedFleet } from './changed-fleet.ts';
import { exporter, hostList, reportIn, servedFleet, shortWaits, temporaryFolder } from './exporter.ts';
import { workbookRows } from './workbook-rows.ts';

const names = [
  "=cmd|'/c calc'!A1",
  '@SUM(1+1)',
  '-2+3',
  '"quoted", \'twice\' & <b>',
  'two\nlines',
  'Сервер 日本語 🚀 שלום \u202Eright to left',
  '000123',
  "'; DROP TABLE VMs --",
];
const longest = `=${'n'.repeat(32_766)}`;
/** What XML and a cell cannot hold, among text that they can. */
const notes = 'bell \u0007, null \u0000, line\r\nnext \u{1F600}';

it.each(['script', 'cim'] as const)(
  'names and notes that everything on the way has a reason to spoil come through by %s',
  async (via) => {
    const folder = await temporaryFolder();
    const out = join(folder, 'out');
    const plain = buildFleet({ hosts: 1, seed: 7, vmsExactly: names.length, personalities: [] });
    const ids = plain.hosts.flatMap(({ vms }) => vms.map(({ id }) => id));
    const change = ({ className, values }: CimInstance): CimInstance => {
      const id = className === 'Msvm_ComputerSystem' ? values.Name : values.VirtualSystemIdentifier;
      const index = ids.indexOf(String(id));
      if (index < 0 || !('ElementName' in values)) return { className, values };
      const note = index === 0 ? longest : via === 'script' ? notes : 'plain';
      return {
        className,
        values: {
          ...values,
          ElementName: names[index] ?? null,
          ...('Notes' in values ? { Notes: [note] } : {}),
        },
      };
    };
    const fleet = await servedFleet(changedFleet(plain, change));

    const { stdout } = await exporter(['--hosts', hostList(fleet), '--via', via, '--csv-tabs', ...shortWaits], {
      workingFolder: folder,
    });

    const [host] = (await reportIn(folder)).hosts;
    expect(host).toMatchObject({ gathered_by: via, baseline: { vm_count: names.length } });
    for (const tab of ['vInfo', 'vCPU', 'vMemory']) {
      const rows = await workbookRows(out, tab);
      const byId = new Map(rows.map((row) => [row['VM UUID'], row]));
      expect([tab, ids.map((id) => byId.get(id.toLowerCase())?.VM)]).toEqual([tab, names]);
      expect(byId.get(ids[0]?.toLowerCase() ?? '')?.Annotation).toBe(longest);
    }
    const csv: Record<string, string>[] = parse(await readFile(join(out, 'RVTools_tabvInfo.csv')), {
      bom: true,
      columns: true,
    });
    const inCsv = new Map(csv.map((row) => [row['VM UUID'], row.VM]));
    const guarded = names.map((name) => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name));
    expect(ids.map((id) => inCsv.get(id.toLowerCase()))).toEqual(guarded);
    if (via === 'script') {
      const rows = await workbookRows(out, 'vInfo');
      const second = rows.find((row) => row['VM UUID'] === ids[1]?.toLowerCase());
      expect(second?.Annotation?.replaceAll('\r', '')).toBe('bell , null , line\nnext \u{1F600}');
    }
    expect(stdout).not.toContain('\u202E');
  },
);
