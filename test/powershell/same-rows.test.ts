import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FactOutcomes } from '../../src/facts/fact.ts';
import { declarationOf, factNames } from '../../src/facts/fact-table.ts';
import { type Gathering, gatherFacts } from '../../src/facts/gathering.ts';
import type { Via } from '../../src/inventory/run-options.ts';
import type { CimRepository } from '../../src/simulator/cim-repository.ts';
import { type RunningFleet, startFleet } from '../../src/simulator/server/running-fleet.ts';
import type { ScriptHost } from '../../src/simulator/server/script-host.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import { powershellEngineAvailable } from '../powershell-host/powershell-engine.ts';
import { createPowershellScriptHost, type PowershellScriptHost } from '../powershell-host/powershell-script-host.ts';
import {
  repositoryOfEveryFact,
  simulatedHost,
  without,
  withoutProperty,
} from '../powershell-host/repository-of-every-fact.ts';

const credential = { user: 'EXAMPLE\\reader', password: 'not-a-secret' };

/** Gathers every fact over a real session from a simulated host. */
async function gather(repository: CimRepository, via: Via, scriptHost?: ScriptHost): Promise<Gathering> {
  const fleet: RunningFleet = await startFleet(
    { seed: 1, hosts: [simulatedHost(repository)] },
    { credential, ...(scriptHost ? { scriptHost } : {}) },
  );
  const [running] = fleet.hosts;
  const session = openWinrmSession({
    target: { host: '127.0.0.1', scheme: 'http', port: Number(new URL(running?.url ?? '').port) },
    credential,
    authentication: 'ntlm',
    connectTimeoutMs: 60_000,
    operationTimeoutMs: 60_000,
  });
  try {
    return await gatherFacts(session, {
      host: '127.0.0.1',
      runId: '20261123T020000Z-7f3a9c',
      facts: factNames,
      via,
      scriptMs: 120_000,
      operationMs: 60_000,
    });
  } finally {
    await session.close();
    await fleet.close();
  }
}

/** What can be compared: status and rows, without times and the words of messages. */
const comparable = (outcomes: FactOutcomes, names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => {
      const outcome = outcomes[name];
      return [
        name,
        outcome?.status === 'ok' ? { rows: outcome.rows, properties: outcome.properties } : outcome?.status,
      ];
    }),
  );

const listable = factNames.filter((name) => !('script' in declarationOf(name)));

describe.skipIf(!powershellEngineAvailable())('script and CIM on the same host', () => {
  let powershell: PowershellScriptHost;
  beforeAll(() => {
    powershell = createPowershellScriptHost();
  });
  afterAll(() => powershell?.close());

  const older = withoutProperty(
    withoutProperty(
      without(repositoryOfEveryFact(3), 'root/MSCluster'),
      'root/virtualization/v2',
      'Msvm_SummaryInformation',
      'SwapFilesInUse',
    ),
    'root/virtualization/v2',
    'Msvm_VirtualSystemSettingData',
    'IsAutomaticSnapshot',
  );
  const hosts: [string, CimRepository][] = [
    ['a host with every class and awkward values', repositoryOfEveryFact(5)],
    ['an older host without cluster and some properties', { ...older, registry: {} }],
    ['a host without VMs', repositoryOfEveryFact(0)],
  ];

  it.each(hosts)('give the same rows: %s', async (_, repository) => {
    const byScript = await gather(repository, 'script', powershell);
    const byCim = await gather(repository, 'cim');
    expect(byScript).toMatchObject({ gatheredBy: 'script', notes: [] });
    expect(byScript.error).toBeUndefined();
    expect(byCim).toMatchObject({ gatheredBy: 'cim', notes: [] });
    expect(comparable(byScript.outcomes, listable)).toEqual(comparable(byCim.outcomes, listable));
    expect(Object.values(byScript.outcomes).filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('give the same rows as the simulator that answers the script itself', async () => {
    const repository = repositoryOfEveryFact(5);
    const real = await gather(repository, 'script', powershell);
    const simulated = await gather(repository, 'script');
    expect(comparable(real.outcomes, factNames)).toEqual(comparable(simulated.outcomes, factNames));
  });
});
