import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vTools } from '../../src/collectors/v-tools.ts';
import {
  type FactRows,
  guest,
  guid,
  hostFacts,
  hv01,
  integrationServices,
  rowFrom,
  vm,
  without,
} from './facts-builder.ts';

const id = guid(1);
const talking = guest(id, { IntegrationServicesVersion: '10.0.17763.1', OSName: 'Windows Server 2019 Standard' });
const noContact: FactRows = { heartbeats: [{ SystemName: id, EnabledState: 2, OperationalStatus: [12] }] };
const silent = guest(id, {});

/** A running VM whose heartbeat is as given instead of good. */
const withHeartbeat = (heartbeat: FactRows, ...more: readonly FactRows[]) => {
  const { heartbeats: _, ...rest } = vm(id, 'web01');
  return hostFacts(hv01, rest, heartbeat, ...more);
};

/** The host's system made an older one. */
const on2012R2 = (...parts: readonly FactRows[]) => {
  const { operatingSystem: _, ...rest } = hv01;
  return hostFacts(
    rest,
    { operatingSystem: [{ Caption: 'Microsoft Windows Server 2012 R2', Version: '6.3.9600', BuildNumber: '9600' }] },
    ...parts,
  );
};

test('a guest with a good heartbeat has its services in order', () => {
  expect(rowFrom(vTools, hostFacts(hv01, vm(id, 'web01'), talking))).toMatchObject({
    VM: 'web01',
    Powerstate: 'poweredOn',
    Template: 'False',
    'VM Version': 10,
    Tools: 'toolsOk',
    'Tools Version': 17763,
    'Required Version': 20348,
    Upgradeable: 'No',
    'Upgrade Policy': 'manual',
    'Sync time': 'True',
    'App status': 'none',
    'Heartbeat status': 'appStatusGreen',
    'Kernel Crash state': null,
    'Operation Ready': 'True',
    'State change support': 'True',
    'Interactive Guest': 'False',
    VMRef: '2696004307',
  });
});

describe('the state of the tools', () => {
  const toolsOf = (host: Parameters<typeof rowFrom>[1]) => {
    const { Tools, Upgradeable } = rowFrom(vTools, host);
    return [Tools, Upgradeable];
  };

  test('a VM that is off has none running', () => {
    expect(toolsOf(hostFacts(hv01, vm(id, 'web01', { system: { EnabledState: 3 } }), talking))).toEqual([
      'toolsNotRunning',
      'No',
    ]);
  });

  test('a running guest without contact that has told of itself has them, but not running', () => {
    const lost: FactRows = { heartbeats: [{ SystemName: id, EnabledState: 2, OperationalStatus: [13] }] };
    expect(toolsOf(withHeartbeat(lost, talking))).toEqual(['toolsNotRunning', 'No']);
  });

  test('a guest that answers by Data Exchange has them, though its heartbeat is switched off', () => {
    const off: FactRows = { heartbeats: [{ SystemName: id, EnabledState: 3, OperationalStatus: [12] }] };
    expect(toolsOf(withHeartbeat(off, talking))).toEqual(['toolsOk', 'No']);
  });

  test('a running guest without contact that tells nothing has none', () => {
    expect(toolsOf(withHeartbeat(noContact, silent))).toEqual(['toolsNotInstalled', 'No']);
  });

  test('nobody can tell that of a guest that may not tell anything', () => {
    const { heartbeats: _, ...rest } = vm(id, 'web01', {
      services: integrationServices(id, ['dataExchangeServices']),
    });
    expect(toolsOf(hostFacts(hv01, rest, noContact, silent))).toEqual(['toolsNotRunning', 'No']);
  });

  const outdated = vm(id, 'web01', { summary: { IntegrationServicesVersionState: 2 } });

  test('an older version than the host brings can be upgraded on 2012 R2', () => {
    expect(toolsOf(on2012R2(outdated, talking))).toEqual(['toolsOld', 'Yes']);
  });

  test('a later host brings none, so that theirs are never old', () => {
    expect(toolsOf(hostFacts(hv01, outdated, talking))).toEqual(['toolsOk', 'No']);
  });

  test('is blank where heartbeat and summary are missing', () => {
    const host = without(without(hostFacts(hv01, vm(id, 'web01'), talking), 'heartbeats'), 'summaries');
    expect(rowFrom(vTools, host)).toMatchObject({
      Tools: null,
      Upgradeable: null,
      'Heartbeat status': null,
      'Operation Ready': null,
    });
  });
});

test('a heartbeat that failed is red, one without contact gray', () => {
  const failed: FactRows = { heartbeats: [{ SystemName: id, EnabledState: 2, OperationalStatus: [13] }] };
  expect(rowFrom(vTools, withHeartbeat(failed))).toMatchObject({
    'Heartbeat status': 'appStatusRed',
    'Operation Ready': 'False',
  });
  expect(rowFrom(vTools, withHeartbeat(noContact))['Heartbeat status']).toBe('appStatusGray');
});

test('services that are switched off show as False', () => {
  const off = vm(id, 'web01', { services: integrationServices(id, ['timeSyncServices', 'shutdownServices']) });
  expect(rowFrom(vTools, hostFacts(hv01, off))).toMatchObject({
    'Sync time': 'False',
    'State change support': 'False',
  });
});

test('a guest that tells no version has version 0, as RVTools has it; one that could not be asked has none', () => {
  const host = hostFacts(hv01, vm(id, 'web01'), silent);
  expect(rowFrom(vTools, host)['Tools Version']).toBe(0);
  expect(rowFrom(vTools, without(host, 'keyValuePairs'))['Tools Version']).toBeNull();
});

test('a VM whose service settings are not found is a gap', () => {
  const { shutdownServices: _, ...rest } = vm(id, 'web01');
  const { coverage } = vTools.collect(hostFacts(hv01, rest), emptyFleet);
  expect(coverage).toMatchObject({ status: 'ok', rowCount: 1, covered: [] });
});

test('service settings that nobody claims count as unjoined', () => {
  const stray = integrationServices('99999999-0000-4000-8000-000000000001');
  const { coverage } = vTools.collect(hostFacts(hv01, vm(id, 'web01'), stray), emptyFleet);
  expect(coverage.unjoined.map((row) => row.split(':')[0])).toEqual([
    'timeSyncServices',
    'shutdownServices',
    'dataExchangeServices',
  ]);
});
