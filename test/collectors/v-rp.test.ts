import { expect, test } from 'vitest';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { vRp } from '../../src/collectors/v-rp.ts';
import { clusterOf, hostNamed } from './cluster-builder.ts';
import { guid, rowFrom, rowsFrom, vm, without } from './facts-builder.ts';

const off = { system: { EnabledState: 3 }, summary: { MemoryUsage: '0', ProcessorLoad: 0 } };
const rowsOf = (hosts: readonly ReturnType<typeof hostNamed>[]) => {
  const fleet = buildFleet(hosts.map(summarize));
  return hosts.flatMap((host) => rowsFrom(vRp, host, fleet));
};

test('a host outside a cluster has one pool, with everything of its VMs', () => {
  const host = hostNamed(
    'HV01',
    65_536,
    vm(guid(1), 'web01', { processor: { VirtualQuantity: '4' } }),
    vm(guid(2), 'db01', off),
  );
  const row = rowFrom(vRp, host);
  expect(row).toMatchObject({
    'Resource Pool name': 'Resources',
    'Resource Pool path': '/corp.example/hv01/Resources',
    Status: 'green',
    '# VMs total': 2,
    '# VMs': 1,
    '# vCPUs': 4,
    'CPU limit': 8000,
    'CPU overheadLimit': null,
    'CPU reservation': 8000,
    'CPU level': 'normal',
    'CPU shares': 4000,
    'CPU expandableReservation': 'True',
    'CPU maxUsage': 8000,
    // 10 % of eight logical processors at 2,000 MHz.
    'CPU overallUsage': 1600,
    'Mem Configured': 8192,
    'Mem limit': 65_536,
    'Mem reservation': 65_536,
    'Mem shares': 163_840,
    'Mem maxUsage': 65_536,
    'Mem overallUsage': 4096,
    'QS overallCpuDemand': null,
    'VI SDK Server': 'hv01.corp.example',
  });
  expect(row['Object ID']).toMatch(/^resgroup-[0-9a-f-]{36}$/);
  // Every VM names it.
  for (const { 'Resource pool': pool } of rowsFrom(vInfo, host)) expect(pool).toBe(row['Resource Pool path']);
});

test('a cluster has one pool over all its nodes', () => {
  const common = clusterOf({ HV01: {}, HV02: {} });
  const rows = rowsOf([
    hostNamed('HV01', 65_536, common, vm(guid(1), 'web01')),
    hostNamed('HV02', 131_072, common, vm(guid(2), 'web02'), vm(guid(3), 'web03', off)),
  ]);
  expect(rows).toMatchObject([
    {
      'Resource Pool path': '/corp.example/CLU01/Resources',
      '# VMs total': 3,
      '# VMs': 2,
      '# vCPUs': 4,
      'CPU limit': 16_000,
      'CPU overallUsage': 3200,
      'Mem Configured': 12_288,
      'Mem limit': 196_608,
      'Mem overallUsage': 8192,
    },
  ]);
});

test('a VM that moved within the cluster during the run is counted once', () => {
  const common = clusterOf({ HV01: {}, HV02: {} });
  const left = { ...hostNamed('HV01', 65_536, common, vm(guid(1), 'web01')), presentAfter: new Set<string>() };
  const now = {
    ...hostNamed('HV02', 65_536, common, vm(guid(1), 'web01')),
    presentAfter: new Set([guid(1).toLowerCase()]),
  };
  expect(rowsOf([left, now])).toMatchObject([{ '# VMs total': 1, '# VMs': 1, 'Mem Configured': 4096 }]);
});

test('a node that is down runs no VM, but may well have some that are off', () => {
  const host = hostNamed('HV01', 65_536, clusterOf({ HV01: {}, HV02: { State: 1 } }), vm(guid(1), 'web01'));
  expect(rowsOf([host])).toMatchObject([
    { '# VMs total': null, 'Mem Configured': null, '# VMs': 1, '# vCPUs': 2, 'Mem overallUsage': 4096 },
  ]);
});

test('a node that is up and was not read leaves what its VMs are part of blank', () => {
  const host = hostNamed('HV01', 65_536, clusterOf({ HV01: {}, HV02: {} }), vm(guid(1), 'web01'));
  expect(rowsOf([host])).toMatchObject([{ '# VMs total': null, '# VMs': null, '# vCPUs': null, 'CPU limit': null }]);
});

test('a host whose list of VMs is not known is not one without VMs', () => {
  const host = without(hostNamed('HV01', 65_536), 'computerSystems');
  expect(rowsOf([host])).toMatchObject([{ '# VMs total': null, '# VMs': null, 'Mem Configured': null }]);
  const node = without(hostNamed('HV01', 65_536, clusterOf({ HV01: {} })), 'computerSystems');
  expect(rowsOf([node])).toMatchObject([{ '# VMs total': null, '# VMs': null, 'CPU limit': 8000 }]);
});
