import { describe, expect, it } from 'vitest';
import { markCancelled } from '../../src/activities/cancel-mark.ts';
import { preflightHost } from '../../src/activities/preflight-host.ts';
import { reachHost } from '../../src/activities/reach-host.ts';
import { entry, type FakeHost, fakeFleet, healthyClasses, instance, runId, runOptions } from './fake-host.ts';

const input = (given = 'hv1', credential?: string) => ({ runId, host: entry(given, credential), options: runOptions });

async function preflightOf(host: FakeHost) {
  const fleet = fakeFleet({ hv1: host });
  return { ...fleet, preflight: await preflightHost(input(), fleet.services) };
}

const emptyList = { ...healthyClasses(), Msvm_ComputerSystem: [], Msvm_VirtualSystemManagementService: [] };
const vmms = (state: string) => [instance('Win32_Service', { Name: 'vmms', State: state })];

describe('the preflight of a host', () => {
  it('tells who the host is with three reads on one session', async () => {
    const { preflight, sessions, closed } = await preflightOf({ classes: healthyClasses() });
    expect(preflight).toMatchObject({
      reachable: true,
      hyperV: 'usable',
      identity: {
        fqdn: 'hv1.corp.example',
        computerName: 'hv1',
        domain: 'corp.example',
        smbiosUuid: '11111111-2222-4333-8444-555555555555',
      },
      notes: [],
      attempts: [{ stage: 'preflight', outcome: 'ok', connections: 1 }],
    });
    expect(preflight.error).toBeUndefined();
    expect(sessions).toEqual([['Win32_ComputerSystem', 'Win32_ComputerSystemProduct', 'Msvm_ComputerSystem']]);
    expect(closed()).toBe(1);
  });

  it('finds a host that refuses the account unreachable, with that as the reason', async () => {
    const { preflight } = await preflightOf({ classes: {}, before: () => 'logonRefused' });
    expect(preflight).toMatchObject({ reachable: false, error: { code: 'logonRefused', retryable: false } });
  });

  it('finds a host that takes the connection and never answers unreachable, worth a retry', async () => {
    const { preflight } = await preflightOf({ classes: {}, before: () => 'operationTimedOut' });
    expect(preflight).toMatchObject({ reachable: false, error: { code: 'operationTimedOut', retryable: true } });
  });

  it('asks for the name in a shell where CIM reads are refused, and notes the refusal', async () => {
    const { preflight } = await preflightOf({
      classes: { ...healthyClasses(), Win32_ComputerSystem: 'accessDenied' },
      hostname: 'HV1-BY-SHELL',
    });
    expect(preflight).toMatchObject({ reachable: true, hyperV: 'usable' });
    expect(preflight.identity.computerName).not.toBeNull();
    expect(preflight.notes.map(({ code }) => code)).toEqual(['accessDenied']);
  });

  it('stays reachable where both CIM and shell are refused', async () => {
    const { preflight } = await preflightOf({ classes: {}, before: () => 'accessDenied' });
    expect(preflight).toMatchObject({ reachable: true, hyperV: 'unknown' });
    expect(preflight.error).toBeUndefined();
    expect(preflight.notes.length).toBeGreaterThan(1);
  });

  it('tells a host without Hyper-V', async () => {
    const { Win32_ComputerSystem = [], Win32_ComputerSystemProduct = [] } = healthyClasses();
    const { preflight } = await preflightOf({ classes: { Win32_ComputerSystem, Win32_ComputerSystemProduct } });
    expect(preflight).toMatchObject({ reachable: true, hyperV: 'notHyperV', error: { code: 'notHyperV' } });
  });

  it('tells a stopped vmms from missing rights, both of which show an empty list', async () => {
    const stopped = await preflightOf({ classes: { ...emptyList, Win32_Service: vmms('Stopped') } });
    expect(stopped.preflight).toMatchObject({ hyperV: 'vmmsStopped', error: { code: 'vmmsStopped', retryable: true } });
    const running = await preflightOf({ classes: { ...emptyList, Win32_Service: vmms('Running') } });
    expect(running.preflight).toMatchObject({ hyperV: 'noHyperVRights', error: { code: 'noHyperVRights' } });
  });

  it('believes an empty list where the management service shows itself', async () => {
    const { preflight } = await preflightOf({ classes: { ...healthyClasses([]), Msvm_ComputerSystem: [] } });
    expect(preflight).toMatchObject({ hyperV: 'usable' });
  });

  it('names a credential that the settings do not hold, and asks nothing', async () => {
    const { services, sessions } = fakeFleet({ hv1: { classes: healthyClasses() } });
    expect(await preflightHost(input('hv1', 'nobody'), services)).toMatchObject({
      reachable: false,
      error: { code: 'credentialMissing' },
    });
    expect(sessions).toEqual([]);
  });

  it('asks nothing once the run is cancelled', async () => {
    const { services, sessions, store } = fakeFleet({ hv1: { classes: healthyClasses() } });
    await markCancelled(store, runId);
    expect(await preflightHost(input(), services)).toMatchObject({ reachable: false, error: { code: 'cancelled' } });
    expect(sessions).toEqual([]);
  });

  it('turns a bug into a result, so that one host cannot end a run', async () => {
    const { services } = fakeFleet(
      {},
      {
        connect: () => {
          throw new Error('a bug');
        },
      },
    );
    expect(await preflightHost(input(), services)).toMatchObject({
      error: { code: 'activityFailed', detail: 'a bug' },
    });
  });
});

it('the preflight keeps of a bug no more than one sentence of at most 500 characters', async () => {
  const connect = () => {
    throw new Error(`${'long '.repeat(200)}\n    at somewhere`);
  };
  const { error } = await preflightHost(input(), fakeFleet({}, { connect }).services);
  expect(error?.detail).toHaveLength(500);
  expect(error?.detail).not.toContain('somewhere');
});

describe('asking whether a host is there', () => {
  it('leaves a bug to the preflight of that host, so that no run ends by it', async () => {
    const connect = () => {
      throw new Error('a bug');
    };
    expect(await reachHost(input(), fakeFleet({}, { connect }).services)).toBeNull();
  });

  it('does not use the account, and says nothing of a host that answers', async () => {
    const { services, sessions } = fakeFleet({ hv1: { classes: {}, before: () => 'logonRefused' } });
    expect(await reachHost(input(), services)).toBeNull();
    expect(sessions).toEqual([[]]);
  });

  it('is the preflight of a host that does not answer', async () => {
    const { services } = fakeFleet({});
    expect(await reachHost(input('gone'), services)).toMatchObject({
      reachable: false,
      error: { code: 'connectTimedOut' },
      attempts: [{ stage: 'preflight', outcome: 'failed' }],
    });
  });
});
