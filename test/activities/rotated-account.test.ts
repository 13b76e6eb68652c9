import { expect, it } from 'vitest';
import { collectHost } from '../../src/activities/collect-host.ts';
import { readRecord } from '../../src/activities/host-records.ts';
import { preflightHost } from '../../src/activities/preflight-host.ts';
import { unknownIdentity } from '../../src/inventory/unreached-host.ts';
import { success } from '../../src/result.ts';
import type { Accounts } from '../../src/settings/accounts.ts';
import { entry, type FakeHost, fakeFleet, healthyClasses, runId, runOptions } from './fake-host.ts';

const oldPassword = { user: 'CORP\\reader', password: 'of-yesterday' };
const newPassword = { user: 'CORP\\reader', password: 'of-today' };

/** A source whose account has been changed since it was read. */
const changed: Accounts = {
  find: async () => success({ name: '', credential: oldPassword }),
  findNewer: async (_need, refused) => (refused === oldPassword ? newPassword : undefined),
};

/** hv1, which takes only the passwords given. */
function hostThatTakes(...passwords: readonly string[]) {
  const host: FakeHost = { classes: healthyClasses() };
  const tried: string[] = [];
  const fleet = fakeFleet(
    {
      hv1: {
        ...host,
        before: (_request, session) => (passwords.includes(tried[session - 1] ?? '') ? undefined : 'logonRefused'),
      },
    },
    { accounts: changed },
  );
  const { connect } = fleet.services;
  const services = {
    ...fleet.services,
    connect: ((options) => {
      if ('password' in options.credential) tried.push(options.credential.password);
      return connect(options);
    }) satisfies typeof connect,
  };
  return { ...fleet, services, tried };
}

const input = { runId, host: entry('hv1'), options: runOptions };
const collecting = { ...input, identity: unknownIdentity, attempts: [], notes: [] };

it('a host that refuses the old password is asked with the new one, and both tries are told', async () => {
  const { services, tried } = hostThatTakes('of-today');
  const preflight = await preflightHost(input, services);
  expect(tried).toEqual(['of-yesterday', 'of-today']);
  expect(preflight).toMatchObject({
    reachable: true,
    attempts: [{ outcome: 'failed', error: { code: 'logonRefused' } }, { outcome: 'ok' }],
  });
  expect(preflight.error).toBeUndefined();
});

it('a host that refuses both is asked no third time', async () => {
  const { services, tried } = hostThatTakes();
  const preflight = await preflightHost(input, services);
  expect(tried).toEqual(['of-yesterday', 'of-today']);
  expect(preflight).toMatchObject({ reachable: false, error: { code: 'logonRefused' } });
});

it('the new password is not tried where one more refusal could lock the account out', async () => {
  const { services, tried } = hostThatTakes('of-today');
  const preflight = await preflightHost({ ...input, refusalsLeft: 1 }, services);
  expect(tried).toEqual(['of-yesterday']);
  expect(preflight).toMatchObject({ reachable: false, error: { code: 'logonRefused' } });
});

it('a password that was changed in the middle of a run costs the host nothing', async () => {
  const { services, store, tried } = hostThatTakes('of-today');
  const outcome = await collectHost(collecting, services);
  expect(tried).toEqual(['of-yesterday', 'of-today']);
  expect(outcome.complete).toBe(true);
  const kept = (await readRecord(store, runId, 'hv1'))?.record;
  expect(kept?.attempts.map((attempt) => attempt.error?.code ?? attempt.outcome)).toEqual(['logonRefused', 'ok']);
});

it('a host that loses its account while it is collected keeps what it gave, and goes on under the new password', async () => {
  const refusing = { yes: false };
  const fleet = fakeFleet(
    {
      hv1: {
        classes: healthyClasses(),
        before: ({ className }, session) => {
          if (className === 'Msvm_MemorySettingData' && session === 1) refusing.yes = true;
          return refusing.yes && session === 1 ? 'logonRefused' : undefined;
        },
      },
    },
    { accounts: changed },
  );
  const outcome = await collectHost(collecting, fleet.services);
  expect(outcome.complete).toBe(true);
  expect(fleet.sessions[1]).not.toContain('Msvm_ProcessorSettingData');
  const kept = (await readRecord(fleet.store, runId, 'hv1'))?.record;
  expect(kept?.facts.processors).toMatchObject({ status: 'ok' });
  expect(kept?.attempts).toHaveLength(2);
});
