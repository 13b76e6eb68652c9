import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vDisk } from '../../src/collectors/v-disk.ts';
import { vHba } from '../../src/collectors/v-hba.ts';
import { vHealth } from '../../src/collectors/v-health.ts';
import { vHost } from '../../src/collectors/v-host.ts';
import { vInfo } from '../../src/collectors/v-info.ts';
import { vPartition } from '../../src/collectors/v-partition.ts';
import type { FactErrorCode } from '../../src/facts/fact.ts';
import {
  disk,
  type FactRows,
  guid,
  hostFacts,
  hv01,
  passThrough,
  rowsFrom,
  scsi,
  scsiController,
  vhd,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const path = 'D:\\VMs\\web01\\a.vhdx';
const controllers: FactRows = {
  storageControllers: [
    { Name: 'QLogic QLE2692', PNPDeviceID: 'PCI\\VEN_1077', DriverName: 'ql2300i', Status: 'OK' },
    { Name: 'PERC H740P', PNPDeviceID: 'PCI\\VEN_1000', DriverName: 'megasas2i', Status: 'OK' },
  ],
};
/** A host whose account may not read root/Microsoft/Windows/Storage, or on which it fails otherwise. */
const host = (code: FactErrorCode, ...parts: readonly FactRows[]) =>
  without(
    without(hostFacts(hv01, controllers, vm(id, 'web01'), scsiController(id, 0), ...parts), 'hostDisks', code),
    'initiatorPorts',
    code,
  );
const image = [disk(id, 0, path), vhd(path)];
const coverage = (tab: typeof vInfo, given: ReturnType<typeof host>) => tab.collect(given, emptyFleet).coverage;

describe('where the account may not read the storage of the host', () => {
  test.each([vInfo, vDisk, vPartition, vHealth])('$tab is whole where no VM has a pass-through disk', (tab) => {
    expect(coverage(tab, host('factDenied', ...image))).toMatchObject({ status: 'ok', failedFacts: [] });
  });

  test.each([vInfo, vDisk, vPartition, vHealth])(
    '$tab fails where a VM has one, since its size is not known',
    (tab) => {
      expect(coverage(tab, host('factDenied', passThrough(scsi(id, 0), 0, 3)))).toMatchObject({
        status: 'error',
        failedFacts: ['hostDisks: factDenied'],
      });
    },
  );

  test('vHBA shows the adapters, and what they are on the storage network is blank, not wrong', () => {
    expect(rowsFrom(vHba, host('factDenied'))).toMatchObject([
      { Model: 'QLogic QLE2692', Driver: 'ql2300i', Type: null, Status: null, WWN: null },
      { Model: 'PERC H740P', Type: null, Status: null, WWN: null },
    ]);
    expect(coverage(vHba, host('factDenied'))).toMatchObject({
      status: 'ok',
      failedFacts: [],
      missingFacts: ['initiatorPorts'],
    });
  });

  test('vHost does not count adapters that it may not see, and is whole otherwise', () => {
    expect(rowsFrom(vHost, host('factDenied'))).toMatchObject([{ '# HBAs': null, '# CPU': 1 }]);
    expect(coverage(vHost, host('factDenied'))).toMatchObject({ status: 'ok' });
  });

  test('vHealth says why they are blank', () => {
    expect(rowsFrom(vHealth, host('factDenied', ...image))).toMatchObject([
      {
        Name: 'hv01.corp.example',
        Message: expect.stringContaining('may not read root/Microsoft/Windows/Storage'),
        'Message type': 'Configuration',
      },
    ]);
  });
});

test('a storage that fails for another reason than a missing right is a failure of vHBA', () => {
  expect(coverage(vHba, host('factTimedOut'))).toMatchObject({
    status: 'error',
    failedFacts: ['initiatorPorts: factTimedOut'],
  });
  // But still none of the tabs that look at pass-through disks only.
  expect(coverage(vDisk, host('factTimedOut', ...image))).toMatchObject({ status: 'ok' });
});
