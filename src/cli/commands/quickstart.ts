import { collectors } from '../../collectors/collectors.ts';
import { parseHostList } from '../../inventory/host-list.ts';
import { parseRunOptions, type RunOptions, type Waits } from '../../inventory/run-options.ts';
import { type Result, success } from '../../result.ts';
import { oneAccount } from '../../settings/accounts.ts';
import { demonstrationFleet } from '../../simulator/fleet.ts';
import { startFleet } from '../../simulator/server/running-fleet.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { exitCodeOf, newManifest, runInventory } from '../inventory.ts';
import { openOutDir } from '../out-dir.ts';
import type { Terminal } from '../terminal.ts';
import type { UsageError } from '../usage-error.ts';
import { tellResult } from './run.ts';
import { simulatedAccount } from './simulate.ts';

export interface QuickstartArguments {
  readonly outDir: string;
  readonly json?: true;
}

/** Always the same fleet. */
const seed = 1;

/** Short, since everything is on this machine: a host that never answers should not make a newcomer wait. */
const demonstrationWaits: Waits = {
  connectMs: 2_000,
  preflightMs: 3_000,
  operationMs: 5_000,
  scriptMs: 20_000,
  retryMs: [1_000],
};

/** `hyperv-rvtools quickstart`: a simulated fleet and a full run over it. Sick hosts are part of the show. */
export async function quickstart(
  given: QuickstartArguments,
  terminal: Terminal,
): Promise<Result<ExitCode, UsageError>> {
  const json = given.json ?? false;
  const outDir = await openOutDir(given.outDir, terminal.workingFolder);
  if (!outDir.ok) return outDir;
  const credential = simulatedAccount();
  const fleet = await startFleet(demonstrationFleet(seed), { credential });
  try {
    const banner = json ? terminal.stderr : terminal.stdout;
    banner.write(
      `This is a demonstration: ${fleet.hosts.length} simulated hosts on this machine, some of them sick on purpose.\n\n`,
    );
    const hosts = fleet.hosts.map((host) => host.given).join('\n');
    const manifest = newManifest({ ...simulatedHosts(hosts), options: demonstrationOptions() });
    const access = { accounts: oneAccount(credential) };
    const finished = await runInventory({ manifest, access, outDir: outDir.value, verbose: false }, terminal);
    if (!finished.ok) return finished;
    await tellResult(finished.value, { outDir: outDir.value, json }, terminal);
    const code = exitCodeOf(finished.value);
    return success(code === exitCodes.needsAttention ? exitCodes.allOk : code);
  } finally {
    await fleet.close();
  }
}

function simulatedHosts(list: string) {
  const hosts = parseHostList(list, { source: 'the simulated fleet' });
  if (!hosts.ok) throw new Error('The simulated fleet has a host that no list can name.');
  return hosts.value;
}

function demonstrationOptions(): RunOptions {
  const options = parseRunOptions({ waits: demonstrationWaits }, { collectors: collectors.map(({ tab }) => tab) });
  if (!options.ok) throw new Error('The demonstration has options that no run can have.');
  return options.value;
}
