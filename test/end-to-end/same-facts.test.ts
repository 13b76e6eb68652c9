import { afterAll, describe, expect, it } from 'vitest';
import type { FactOutcomes } from '../../src/facts/fact.ts';
import { rowsOf } from '../../src/facts/fact-rows.ts';
import { declarationOf, type FactName, factNames } from '../../src/facts/fact-table.ts';
import { gatherFacts } from '../../src/facts/gathering.ts';
import type { Via } from '../../src/inventory/run-options.ts';
import { buildFleet } from '../../src/simulator/fleet.ts';
import { type RunningFleet, startFleet } from '../../src/simulator/server/running-fleet.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import { powershellEngineAvailable } from '../powershell-host/powershell-engine.ts';
import { createPowershellScriptHost, type PowershellScriptHost } from '../powershell-host/powershell-script-host.ts';

const credential = { user: 'FLEET\\inventory', password: 'not-for-production-1' };

/** Nodes of clusters and hosts that stand alone, in three languages. */
const fleet = buildFleet({
  hosts: 6,
  seed: 41,
  vmsExactly: 14,
  personalities: {},
  clusterSizes: [2, 1, 2, 1],
  languageShares: { 'en-US': 1, 'de-DE': 1, 'ja-JP': 1 },
});

async function gather(running: RunningFleet, index: number, via: Via): Promise<FactOutcomes> {
  const { url, host } = running.hosts[index] ?? expect.fail(`there is no host ${index}`);
  const session = openWinrmSession({
    target: { host: '127.0.0.1', scheme: 'http', port: Number(new URL(url).port) },
    credential,
    authentication: 'ntlm',
    connectTimeoutMs: 60_000,
    operationTimeoutMs: 60_000,
  });
  try {
    const gathering = await gatherFacts(session, {
      host: host.fqdn,
      runId: '20261123T020000Z-same',
      facts: factNames,
      via,
      scriptMs: 120_000,
      operationMs: 60_000,
    });
    expect(gathering).toMatchObject({ gatheredBy: via, notes: [] });
    expect(gathering.error).toBeUndefined();
    return gathering.outcomes;
  } finally {
    await session.close();
  }
}

/** What a fact says, without how long it took and in which words it is absent. */
const essence = (outcomes: FactOutcomes): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(outcomes)
      .filter(([name]) => !('script' in declarationOf(name as FactName)))
      .map(([name, outcome]) => [
        name,
        outcome.status === 'ok' ? { properties: outcome.properties, rows: outcome.rows } : outcome.status,
      ]),
  );

const everyHost = fleet.hosts.map((host, index) => ({ index, name: `${host.fqdn} (${host.language})` }));

describe('the same host gathered in different ways', () => {
  it.each(everyHost)('by script and by CIM gives the same facts: $name', async ({ index }) => {
    const running = await startFleet(fleet, { credential });
    try {
      const byScript = await gather(running, index, 'script');
      const byCim = await gather(running, index, 'cim');
      expect(essence(byCim)).toEqual(essence(byScript));
      const disks = new Set(rowsOf(byCim, 'diskSettings')?.map(({ Input }) => Input?.toLowerCase()));
      const attached = fleet.hosts[index]?.vms.flatMap((vm) => vm.disks.flatMap(({ chain }) => chain)) ?? [];
      expect(attached.length).toBeGreaterThan(0);
      expect(attached.filter(({ path, readable }) => readable && !disks.has(path.toLowerCase()))).toEqual([]);
    } finally {
      await running.close();
    }
  });

  const hasEngine = powershellEngineAvailable();
  describe.skipIf(!hasEngine)('with the shipped script in a PowerShell engine', () => {
    let scriptHost: PowershellScriptHost | undefined;
    afterAll(async () => scriptHost?.close());

    it.each(everyHost)(
      'gives the same facts as the repository does: $name',
      async ({ index }) => {
        scriptHost ??= createPowershellScriptHost();
        const straight = await startFleet(fleet, { credential });
        const byPowershell = await startFleet(fleet, { credential, scriptHost });
        try {
          const expected = await gather(straight, index, 'script');
          const actual = await gather(byPowershell, index, 'script');
          expect(essence(actual)).toEqual(essence(expected));
        } finally {
          await Promise.all([straight.close(), byPowershell.close()]);
        }
      },
      120_000,
    );
  });
});
