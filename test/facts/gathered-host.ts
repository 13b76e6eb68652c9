import type { FactName } from '../../src/facts/fact-table.ts';
import { type Gathering, gatherFacts } from '../../src/facts/gathering.ts';
import type { CimRepository } from '../../src/simulator/cim-repository.ts';
import { startFleet } from '../../src/simulator/server/running-fleet.ts';
import type { ScriptHost } from '../../src/simulator/server/script-host.ts';
import { openWinrmSession } from '../../src/winrm/session.ts';
import { powershellEngineAvailable } from '../powershell-host/powershell-engine.ts';
import { createPowershellScriptHost, type PowershellScriptHost } from '../powershell-host/powershell-script-host.ts';
import { simulatedHost } from '../powershell-host/repository-of-every-fact.ts';

const credential = { user: 'EXAMPLE\\reader', password: 'not-a-secret' };

export interface Way {
  readonly via: 'script' | 'cim';
  readonly scriptHost?: ScriptHost;
}

/** Gathers facts over a real session from a simulated host that holds this. */
export async function gatherFrom(
  repository: CimRepository,
  facts: readonly FactName[],
  { via, scriptHost }: Way,
  { scriptMs = 120_000, operationMs = 60_000 } = {},
): Promise<Gathering & { readonly requests: number }> {
  const fleet = await startFleet(
    { seed: 1, hosts: [simulatedHost(repository)] },
    { credential, ...(scriptHost ? { scriptHost } : {}) },
  );
  const session = openWinrmSession({
    target: { host: '127.0.0.1', scheme: 'http', port: Number(new URL(fleet.hosts[0]?.url ?? '').port) },
    credential,
    authentication: 'ntlm',
    connectTimeoutMs: 60_000,
    operationTimeoutMs: 60_000,
  });
  try {
    const gathering = await gatherFacts(session, {
      host: 'hv01',
      runId: '20261123T020000Z-7f3a9c',
      facts,
      via,
      scriptMs,
      operationMs,
    });
    return { ...gathering, requests: session.counters.requests };
  } finally {
    await session.close();
    await fleet.close();
  }
}

/** The ways that run the collector script: as the simulator answers it and, where there is an engine, as it is shipped. */
export function scriptWays(): {
  readonly ways: readonly (readonly [string, () => Way])[];
  readonly close: () => Promise<void>;
} {
  let powershell: PowershellScriptHost | undefined;
  const shipped = (): Way => {
    powershell ??= createPowershellScriptHost();
    return { via: 'script', scriptHost: powershell };
  };
  return {
    ways: [
      ['by the simulated script', () => ({ via: 'script' })],
      ...(powershellEngineAvailable() ? [['by the shipped script', shipped] as const] : []),
    ],
    close: async () => powershell?.close(),
  };
}
