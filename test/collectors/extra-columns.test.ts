import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/collectors/collector.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { tabsFor } from '../../src/exports/rvtools-tabs.ts';
import { defaultCollectorOptions } from '../../src/inventory/collector-options.ts';
import { checkpoint, type FactRows, guid, hostFacts, hv01, rowFrom, rowsFrom, vm } from './facts-builder.ts';

const id = guid(1);
const withExtra = (host: HostFacts): HostFacts => ({
  ...host,
  options: { ...defaultCollectorOptions, extraColumns: true },
});
const security = (ofConfiguration: string, traits: { readonly TpmEnabled: boolean }): FactRows => ({
  securitySettings: [{ InstanceID: `Microsoft:${ofConfiguration}\\E3B5C1A4`, ShieldingRequested: false, ...traits }],
});
/** The extra cells of the only VM, by their names without `Hyper-V`. */
function extraOf(...parts: readonly FactRows[]): Readonly<Record<string, unknown>> {
  const row = rowFrom(vInfo, withExtra(hostFacts(hv01, ...parts)));
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, cell]) => (name.startsWith('Hyper-V ') ? [[name.slice(8), cell]] : [])),
  );
}

test('without the option no row has a column of Hyper-V', () => {
  const [row] = rowsFrom(vInfo, hostFacts(hv01, vm(id, 'web01')));
  expect(Object.keys(row ?? {}).filter((name) => name.startsWith('Hyper-V'))).toEqual([]);
});

test('with it they stand between Annotation and Datacenter, and every other column stays where it was', () => {
  const plain = Object.keys(rowFrom(vInfo, hostFacts(hv01, vm(id, 'web01'))));
  const wide = Object.keys(rowFrom(vInfo, withExtra(hostFacts(hv01, vm(id, 'web01')))));
  const from = wide.indexOf('Annotation') + 1;
  const extra = wide.slice(from, wide.indexOf('Datacenter'));
  expect(extra.every((name) => name.startsWith('Hyper-V '))).toBe(true);
  expect(extra).toHaveLength(15);
  expect(wide.toSpliced(from, extra.length)).toEqual(plain);
  expect(
    tabsFor({ extraColumns: true })
      .get('vInfo')
      ?.map(({ name }) => name),
  ).toEqual(wide);
  expect(
    tabsFor({})
      .get('vInfo')
      ?.map(({ name }) => name),
  ).toEqual(plain);
});

describe('a VM', () => {
  test('of generation 2 has its settings in the words of the cmdlets', () => {
    const settings = {
      UserSnapshotType: 4,
      AutomaticSnapshotsEnabled: true,
      AutomaticStartupAction: 4,
      AutomaticStartupActionDelay: 90_000,
      AutomaticShutdownAction: 2,
    };
    expect(
      extraOf(
        vm(id, 'web01', {
          settings,
          memory: { DynamicMemoryEnabled: true },
          processor: { ExposeVirtualizationExtensions: true },
          system: { ReplicationMode: 1, ReplicationState: 3, ReplicationHealth: 2 },
        }),
        security(id, { TpmEnabled: true }),
        checkpoint(guid(11), id),
        security(guid(11), { TpmEnabled: false }),
      ),
    ).toEqual({
      Generation: 2,
      'Configuration version': '10.0',
      'Secure Boot': 'True',
      TPM: 'True',
      Shielded: 'False',
      'Dynamic memory': 'True',
      'Nested virtualization': 'True',
      'Checkpoint type': 'ProductionOnly',
      'Automatic checkpoints': 'True',
      'Automatic start action': 'Start',
      'Automatic start delay s': 90,
      'Automatic stop action': 'TurnOff',
      'Replication mode': 'Primary',
      'Replication state': 'Replicating',
      'Replication health': 'Warning',
    });
  });

  test('on Windows Server 2012 has blanks for what that host does not know', () => {
    const old = { VirtualSystemSubType: null, SecureBootEnabled: null, Version: '4.0' };
    expect(extraOf(vm(id, 'web01', { settings: old }))).toMatchObject({
      Generation: 1,
      'Configuration version': '4.0',
      'Secure Boot': null,
      TPM: null,
      'Checkpoint type': null,
      'Automatic start action': null,
      'Replication mode': 'None',
      'Replication health': null,
    });
  });

  test('keeps a number that has no word', () => {
    expect(extraOf(vm(id, 'web01', { settings: { UserSnapshotType: 9 } }))).toMatchObject({ 'Checkpoint type': '9' });
  });

  test('without settings has blanks, not generation 1', () => {
    const { virtualSystems: _, ...unset } = vm(id, 'web01');
    expect(extraOf(unset)).toMatchObject({ Generation: null, 'Secure Boot': null, 'Automatic stop action': null });
  });
});
