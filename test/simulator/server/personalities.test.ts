import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { requestedFact } from '../../../src/facts/collector-script.ts';
import type { Personality } from '../../../src/simulator/personalities.ts';
import { type RunningFleet, type RunningHost, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import type { SimulatedHost } from '../../../src/simulator/simulated-host.ts';
import {
  bootstrap,
  command,
  createShell,
  enumerate,
  faultCode,
  itemCount,
  RawConnection,
  receive,
  sendStdin,
  textOf,
} from './raw-client.ts';
import { collect, framesOf, messagesOf, request } from './script-session.ts';
import { credential, fleetOf, smallHost, smallRepository } from './small-fleet.ts';

const systems = enumerate('root/virtualization/v2/Msvm_ComputerSystem', { maxElements: 100 });
const memory = enumerate('root/virtualization/v2/Msvm_MemorySettingData', { maxElements: 100 });
const systemCount = async (connection: RawConnection): Promise<number> =>
  itemCount(await connection.soap(systems), 'p:Msvm_ComputerSystem');

let fleet: RunningFleet;
const connections: RawConnection[] = [];

const open = async (...hosts: SimulatedHost[]): Promise<readonly RunningHost[]> => {
  fleet = await startFleet(fleetOf(...hosts), { credential });
  return fleet.hosts;
};
const openOne = async (personality: Personality, changes: Partial<SimulatedHost> = {}): Promise<RunningHost> =>
  (await open(smallHost({ personality, ...changes })))[0] as RunningHost;
const connectTo = async ({ url }: { readonly url: string }): Promise<RawConnection> => {
  const connection = await RawConnection.open(url);
  connections.push(connection);
  return connection;
};

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await fleet.close();
});

describe('a host that cannot be reached', () => {
  test('refuses connections where it is dead', async () => {
    const { url } = await openOne('dead');
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('takes the connection and stays silent where it is a black hole', async () => {
    const host = await openOne('blackHole');
    const connection = await connectTo(host);
    connection.write(systems);
    const answer = connection.read();
    while (host.counters.requests === 0) await new Promise((resolve) => setImmediate(resolve));
    await fleet.close();
    expect(await answer).toBeUndefined();
    expect(host.counters.connections).toBe(1);
    await open(smallHost());
  });

  test('refuses the right account where the credentials are wrong', async () => {
    const host = await openOne('wrongCredentials');
    expect((await (await connectTo(host)).soap(systems)).status).toBe(401);
    expect(host.counters).toMatchObject({ logonsRefused: 1, logonsAccepted: 0 });
  });
});

describe('a host that shows less than it has', () => {
  test('lists nothing of Hyper-V without rights, and denies the cluster', async () => {
    const connection = await connectTo(await openOne('noRights'));
    expect(await systemCount(connection)).toBe(0);
    expect(faultCode(await connection.soap(enumerate('root/MSCluster/MSCluster_Resource')))).toBe(5);
    const { stdout } = await collect(connection, request([requestedFact('memory'), requestedFact('clusterResources')]));
    expect(messagesOf(stdout).slice(1, 3)).toMatchObject([
      { kind: 'fact', rows: [] },
      { kind: 'failed', code: 'factDenied' },
    ]);
  });

  test('has no Hyper-V namespace where the role is missing', async () => {
    const connection = await connectTo(await openOne('notHyperV'));
    expect(faultCode(await connection.soap(systems))).toBe(2150858770);
    expect((await connection.soap(enumerate('root/cimv2/Win32_OperatingSystem'))).status).toBe(200);
  });

  test('says why its lists are empty where vmms is stopped', async () => {
    const connection = await connectTo(await openOne('vmmsStopped'));
    expect(await systemCount(connection)).toBe(0);
    const wql = "SELECT State FROM Win32_Service WHERE Name = 'vmms'";
    const service = await connection.soap(enumerate('root/cimv2/*', { wql }));
    expect(textOf(service.text, 'State')).toBe('Stopped');
  });
});

describe('a host that a VM leaves', () => {
  const moving = { repositoryAfter: smallRepository('HV01', ['VM-1', 'VM-2']) };

  test('shows it until its facts were asked for by script', async () => {
    const connection = await connectTo(await openOne('vmMoves', moving));
    expect(await systemCount(connection)).toBe(4);
    expect(await systemCount(connection)).toBe(4);
    const { stdout } = await collect(connection, request([requestedFact('computerSystems')]));
    expect(messagesOf(stdout)[1]).toMatchObject({ rows: { length: 4 } });
    expect(await systemCount(connection)).toBe(3);
  });

  test('shows it until its facts were asked for by CIM', async () => {
    const connection = await connectTo(await openOne('vmMoves', moving));
    expect(await systemCount(connection)).toBe(4);
    expect(itemCount(await connection.soap(memory), 'p:Msvm_MemorySettingData')).toBe(3);
    expect(await systemCount(connection)).toBe(3);
    expect(itemCount(await connection.soap(memory), 'p:Msvm_MemorySettingData')).toBe(2);
  });
});

describe('a host that breaks off', () => {
  const facts = [requestedFact('computerSystems'), { ...requestedFact('memory'), slow: true }];

  test('ends the script in the middle of its second frame, each time', async () => {
    const connection = await connectTo(await openOne('cutOffMidScript'));
    for (let attempt = 0; attempt < 2; attempt++) {
      const { stdout, exitCode } = await collect(connection, request(facts));
      expect(exitCode).toBe(1);
      expect(stdout.split('\n')).toHaveLength(4);
      expect(stdout.endsWith('\n')).toBe(false);
      expect(framesOf(stdout.split('\n').slice(0, 2).concat('').join('\n'))).toHaveLength(1);
    }
  });

  test('ends the script in the middle of its only frame', async () => {
    const connection = await connectTo(await openOne('cutOffMidScript'));
    const { stdout, exitCode } = await collect(connection, request([requestedFact('memory')]));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^HVR1 1 \d+ [0-9a-f]{64}\n[A-Za-z0-9+/=]+$/);
  });

  test('loses the first collection by script and its shells, and works at the next', async () => {
    const host = await openOne('intermittent');
    const first = await connectTo(host);
    const shell = textOf((await first.soap(createShell())).text, 'ShellId') ?? '';
    const id = '6D1A0F0E-6B0B-4C7B-9B7C-0D6D6A3F3B11';
    await first.soap(command(shell, id, bootstrap));
    await first.soap(sendStdin(shell, id, Buffer.from('x'), true));
    await expect(first.soap(receive(shell, id, { messageId: 'uuid:1' }))).rejects.toThrow('ended without an answer');
    const second = await connectTo(host);
    expect(faultCode(await second.soap(receive(shell, id, { messageId: 'uuid:1' })))).toBe(2150858843);
    expect(host.counters.shellsOpen).toBe(0);
    expect((await collect(second, request(facts))).exitCode).toBe(0);
  });

  test('loses the first collection by CIM and its replay, but no preflight, and works at the next', async () => {
    const host = await openOne('intermittent');
    const first = await connectTo(host);
    expect(await systemCount(first)).toBe(4);
    await expect(first.soap(memory)).rejects.toThrow('ended without an answer');
    await expect((await connectTo(host)).soap(memory)).rejects.toThrow('ended without an answer');
    const again = enumerate('root/virtualization/v2/Msvm_MemorySettingData', { maxElements: 100 });
    expect(itemCount(await (await connectTo(host)).soap(again), 'p:Msvm_MemorySettingData')).toBe(3);
  });
});

describe('a fleet', () => {
  test('reaches one machine under a second name', async () => {
    const hosts = await open(smallHost(), smallHost({ personality: 'listedTwice', sameAs: 0 }));
    const [first, second] = hosts as [RunningHost, RunningHost];
    expect(first.given).not.toBe(second.given);
    await (await connectTo(second)).soap(createShell());
    expect(first.counters).toMatchObject({ shellsOpen: 1, requests: 0 });
    expect(second.counters).toMatchObject({ shellsOpen: 1, requests: 1 });
  });

  test('tells its texts in the language of the host', async () => {
    const connection = await connectTo(await openOne('healthy', { language: 'ja-JP' }));
    expect((await connection.soap(systems)).text).toContain('<s:Envelope xml:lang="ja-JP"');
    expect((await connection.soap(enumerate('root/x/Y'))).text).toContain('<s:Text xml:lang="ja-JP">');
  });

  test('of 200 hosts answers each of them in one process', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `VM-${index}`);
    const hosts = await open(
      ...Array.from({ length: 200 }, (_, index) =>
        smallHost({ name: `HV${index}`, repository: smallRepository(`HV${index}`, names) }),
      ),
    );
    const counts = await Promise.all(
      hosts.map(async (host) => {
        const connection = await connectTo(host);
        const { stdout } = await collect(connection, request([requestedFact('memory')]));
        return [await systemCount(connection), messagesOf(stdout).length];
      }),
    );
    expect(counts).toEqual(hosts.map(() => [31, 3]));
    expect(hosts.every(({ counters }) => counters.shellsOpen === 0 && counters.connections === 1)).toBe(true);
  });
});
