import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestedFact, scriptInput } from '../../../src/facts/collector-script.ts';
import type { RequestedFact } from '../../../src/facts/script-protocol.ts';
import { type RunningFleet, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import { RawConnection } from './raw-client.ts';
import { collect, framesOf, messagesOf, request, runScript } from './script-session.ts';
import { credential, fleetOf, smallHost, smallRepository } from './small-fleet.ts';

const hyperV = 'root/virtualization/v2';
const systems: RequestedFact = {
  name: 'systems',
  namespace: hyperV,
  className: 'Msvm_ComputerSystem',
  properties: {
    Name: 'string',
    EnabledState: 'uint16',
    OperationalStatus: 'uint16[]',
    Dedicated: 'uint16[]',
    InstallDate: 'datetime',
    OnTimeInMilliseconds: 'uint64',
    NotOnThisWindows: 'string',
    NeitherOnThisWindows: 'string[]',
  },
};
const memory: RequestedFact = {
  name: 'memory',
  namespace: hyperV,
  className: 'Msvm_MemorySettingData',
  properties: { InstanceID: 'string', VirtualQuantity: 'uint64' },
};

let fleet: RunningFleet;
let connection: RawConnection;

const open = async (changes: Parameters<typeof smallHost>[0] = {}) => {
  fleet = await startFleet(fleetOf(smallHost(changes)), { credential });
  connection = await RawConnection.open(fleet.hosts[0]?.url ?? '');
};
afterEach(async () => {
  connection.close();
  await fleet.close();
});

describe('the collector script on a host without PowerShell', () => {
  beforeEach(() => open());

  test('is answered with a greeting, each fact and an end', async () => {
    const { stdout, stderr, exitCode } = await collect(connection, request([systems, memory]));
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(messagesOf(stdout).map(({ kind }) => kind)).toEqual(['hello', 'fact', 'fact', 'end']);
    expect(messagesOf(stdout).at(-1)).toEqual({ kind: 'end', facts: 2 });
  });

  test('gets values by the rules of the facts', async () => {
    const { stdout } = await collect(connection, request([systems]));
    expect(messagesOf(stdout)[1]).toMatchObject({
      properties: Object.keys(systems.properties),
      rows: [
        ['HV01', 2, [2], [], null, '18446744073709551615', null, []],
        ['VM-1', 3, [2], [], '2026-10-08T15:15:36.684240Z', '18446744073709551615', null, []],
        ['VM-2', 3, [2], [], '2026-10-08T15:15:36.684240Z', '18446744073709551615', null, []],
        ['VM-3', 3, [2], [], '2026-10-08T15:15:36.684240Z', '18446744073709551615', null, []],
      ],
      more: false,
    });
  });

  test('gets intervals in milliseconds, and references and embedded objects as texts', async () => {
    const facts: RequestedFact[] = [
      {
        name: 'settings',
        namespace: hyperV,
        className: 'Msvm_VirtualSystemSettingData',
        properties: { AutomaticStartupActionDelay: 'interval', Notes: 'string[]', IsSaved: 'boolean' },
      },
      requestedFact('groupMembers'),
      requestedFact('clusterResources'),
      requestedFact('clusterIdentity'),
    ];
    const rows = messagesOf((await collect(connection, request(facts))).stdout).flatMap((message) =>
      message.kind === 'fact' ? [message.rows[0]] : [],
    );
    expect(rows).toEqual([
      [1_800_000, ['first', 'second'], false],
      [{ InstanceID: 'C1' }, { CreationClassName: 'Msvm_ComputerSystem', Name: 'VM-1' }],
      ['Virtual Machine web01', null, null, null, null, null, { VmID: 'VM-1', CheckpointTimeout: '60' }],
      ['9c6cb5a9-6a40-4d8c-8d52-7a9f1cb0a0d1'],
    ]);
  });

  test('honours a condition', async () => {
    const fact = { ...systems, where: "EnabledState = 3 AND Name <> 'VM-1'" };
    const { stdout } = await collect(connection, request([fact]));
    expect(messagesOf(stdout)[1]).toMatchObject({ rows: { length: 2, 0: { 0: 'VM-2' }, 1: { 0: 'VM-3' } } });
  });

  test('finds a class absent where it may be, and failed where it may not', async () => {
    const missing = { namespace: hyperV, className: 'Msvm_Nonsense', properties: { A: 'string' } };
    const elsewhere = { ...missing, namespace: 'root/nonsense' };
    const { stdout, exitCode } = await collect(
      connection,
      request([
        { name: 'may', ...missing, mayBeAbsent: true },
        { name: 'mayElsewhere', ...elsewhere, mayBeAbsent: true },
        { name: 'mayNot', ...missing },
        { ...memory, name: 'badFilter', where: 'Nonsense = 1', mayBeAbsent: true },
      ]),
    );
    expect(exitCode).toBe(0);
    expect(messagesOf(stdout).slice(1, 4)).toEqual([
      { kind: 'absent', name: 'may', message: 'Invalid class' },
      { kind: 'absent', name: 'mayElsewhere', message: 'Invalid namespace' },
      { kind: 'failed', name: 'mayNot', code: 'factFailed', message: 'Invalid class' },
    ]);
    expect(messagesOf(stdout)[4]).toMatchObject({ kind: 'failed', code: 'factFailed' });
  });

  test('flushes after each fact where asked, and before a slow one always', async () => {
    const kinds = async (...[facts, changes]: Parameters<typeof request>) =>
      framesOf((await collect(connection, request(facts, changes))).stdout).map((frame) =>
        frame.map(({ kind }) => kind),
      );
    expect(await kinds([systems, memory])).toEqual([['hello', 'fact', 'fact', 'end']]);
    expect(await kinds([systems, memory], { flushEach: true })).toEqual([['hello'], ['fact'], ['fact'], ['end']]);
    expect(await kinds([systems, { ...memory, slow: true }])).toEqual([
      ['hello', 'fact'],
      ['fact', 'end'],
    ]);
    expect(await kinds([systems], { flushMs: 0 })).toEqual([['hello'], ['fact'], ['end']]);
  });

  test('refuses any script but the one that is shipped', async () => {
    const input = scriptInput(request([systems]));
    for (const changed of [`${input} `, input.replace('exit 0', 'exit 1'), 'Get-VM']) {
      const { stdout, stderr, exitCode } = await runScript(connection, changed);
      expect([stdout, exitCode]).toEqual(['', 1]);
      expect(stderr).not.toBe('');
    }
  });
});

test('a large fact comes in several numbered messages that together hold all rows', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `VM-${index} – Ä`);
  await open({ repository: smallRepository('HV01', names) });
  const { stdout } = await collect(connection, request([memory], { flushBytes: 2_000 }));
  const parts = messagesOf(stdout).flatMap((message) => (message.kind === 'fact' ? [message] : []));
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index));
  expect(parts.map(({ more }) => more)).toEqual(parts.map((_, index) => index < parts.length - 1));
  expect(parts.flatMap(({ rows }) => rows.map(([id]) => id))).toEqual(
    names.map((name) => `Microsoft:${name}\\4764334d`),
  );
  expect(framesOf(stdout).length).toBe(parts.length);
});
