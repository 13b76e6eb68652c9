import { describe, expect, it } from 'vitest';
import type { TabRow } from '../../src/collectors/collector.ts';
import { ReadersCheck } from '../../src/exports/readers/readers-check.ts';

const vm = (n: number, over: TabRow = {}): TabRow => ({
  VM: `vm${n}`,
  Host: 'hv1',
  'VM UUID': `uuid-${n}`,
  'VM ID': `vm-${n}`,
  'VI SDK UUID': 'sdk',
  Cluster: 'c1',
  Template: 'False',
  'OS according to the configuration file': 'Ubuntu Linux (64-bit)',
  CPUs: 2,
  Memory: 4096,
  'Provisioned MiB': 10_240,
  'In Use MiB': 0,
  'Size MiB': 4096,
  Reservation: 0,
  'Capacity MiB': 10_240,
  'Consumed MiB': 0,
  ...over,
});

/** What readers find, as `reader: why (count)`; each VM has its sizes unless its row's tabs are given. */
async function found(infos: readonly TabRow[], sizes: Readonly<Record<string, readonly TabRow[]>> = {}) {
  const check = new ReadersCheck();
  for (const [tab, rows] of Object.entries({ vInfo: infos, vMemory: infos, vPartition: infos, ...sizes })) {
    const passed: TabRow[] = [];
    for await (const row of check.watch(tab, rows)) passed.push(row);
    expect(passed).toEqual(rows);
  }
  return check.end();
}
const told = async (...given: Parameters<typeof found>): Promise<readonly string[]> =>
  (await found(...given)).flatMap(({ reader, findings }) =>
    findings.map(({ why, count }) => `${reader}: ${why} (${count})`),
  );

describe('the readers of a workbook', () => {
  it('find nothing in a good one', async () => {
    expect(await told([vm(1), vm(2)])).toEqual([]);
  });

  it.each<[string, TabRow, readonly string[]]>([
    ['without a cluster', vm(2, { Cluster: null }), ['Cost estimators: no cluster (1)']],
    ['that is a template', vm(2, { Template: 'True' }), ['OpenShift migration planners: a template (1)']],
    ['with the UUID of another', vm(1), ['RVToolsMerge: a VM UUID that another VM has (1)']],
    [
      'without a UUID',
      vm(2, { 'VM UUID': '' }),
      ['Azure Migrate import: no VM UUID (1)', 'RVToolsMerge: no VM UUID (1)'],
    ],
    [
      'without an operating system',
      vm(2, { 'OS according to the configuration file': null }),
      ['Azure Migrate import: no operating system (1)', 'RVToolsMerge: no operating system (1)'],
    ],
    [
      'whose guest never told its operating system',
      vm(2, { 'OS according to the configuration file': 'Other (64-bit)' }),
      ['Azure Migrate import: an operating system it does not know (1)'],
    ],
  ])('find a VM %s', async (_, odd, expected) => {
    expect(await told([vm(1), odd])).toEqual(expected);
  });

  it.each([
    ['vInfo', 'CPUs'],
    ['vInfo', 'Memory'],
    ['vInfo', 'Provisioned MiB'],
    ['vInfo', 'In Use MiB'],
    ['vMemory', 'Size MiB'],
    ['vMemory', 'Reservation'],
    ['vPartition', 'Capacity MiB'],
    ['vPartition', 'Consumed MiB'],
  ])('find a VM that would be misread, for want of a size: %s, %s', async (tab, column) => {
    const findings = await found([vm(1), vm(2)], { [tab]: [vm(1), vm(2, { [column]: null })] });
    const misread = { why: `${column} of ${tab} is blank`, count: 1, vms: [{ host: 'hv1', vm: 'vm2' }] };
    expect(findings.flatMap(({ reader, findings: told }) => told.map((finding) => [reader, finding]))).toEqual([
      ['Azure Migrate import', misread],
    ]);
  });

  it('find a VM that has no sizes', async () => {
    const findings = await found([vm(1), vm(2)], { vMemory: [vm(1)], vPartition: [vm(2)] });
    expect(findings[0]?.findings).toEqual([
      { why: 'no row in vMemory', count: 1, vms: [{ host: 'hv1', vm: 'vm2' }] },
      { why: 'no row in vPartition', count: 1, vms: [{ host: 'hv1', vm: 'vm1' }] },
    ]);
  });

  it('find a needed column that is wholly empty', async () => {
    const without = { 'VI SDK UUID': null };
    expect(await told([vm(1, without), vm(2, without)])).toEqual([
      'OpenShift migration planners: the column VI SDK UUID is wholly empty (1)',
    ]);
  });

  it('find no column empty for want of VMs', async () => {
    expect(await told([])).toEqual([]);
  });

  it('find too many servers, and name only as many VMs as a file can bear', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => vm(n, { Cluster: '' }));
    expect(await told(many.slice(1))).toEqual([
      'OpenShift migration planners: the column Cluster is wholly empty (1)',
      'Cost estimators: no cluster (19999)',
    ]);
    const findings = await found(many);
    expect(findings[0]?.findings).toEqual([{ why: '20000 servers or more', count: 1, vms: [] }]);
    expect(findings[3]?.findings[0]?.vms).toHaveLength(100);
  });
});
