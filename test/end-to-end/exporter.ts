import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import type { RunReport } from '../../src/inventory/report.ts';
import type { AccountCertificate } from '../../src/simulator/certificates/fleet-certificates.ts';
import { buildFleet, type FleetPlan } from '../../src/simulator/fleet.ts';
import { type FleetOptions, type RunningFleet, startFleet } from '../../src/simulator/server/running-fleet.ts';
import type { SimulatedFleet } from '../../src/simulator/simulated-host.ts';

/** The account of every simulated fleet in these tests. */
export const account = { user: 'inventory', password: 'p4ss-w0rd:of\'the"fleet' };
export const accountSettings = { HYPERV_USER: account.user, HYPERV_PASSWORD: account.password };

/** How long hosts on this machine may take to answer: as long as they need where it is busy. */
export const patience = ['--connect-timeout', '60', '--preflight-timeout', '120'];

/** For a run over hosts on this machine: they are asked again soon. */
export const shortWaits = [
  ...patience,
  ...['--operation-timeout', '120', '--script-timeout', '600', '--retry-after', '0.2,0.2'],
];

/** For hosts that never answer, and only for these: they are given up soon. */
export const briefPatience = ['--connect-timeout', '2', '--preflight-timeout', '3'];

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly workingFolder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with a function that presses Ctrl-C. */
  readonly interruptBy?: (press: () => void) => void;
}

/** Runs the real program in this process, as if it had been typed in a shell, away from a terminal. */
export async function exporter(argv: readonly string[], surroundings: Surroundings): Promise<ProgramResult> {
  const written = { stdout: '', stderr: '' };
  const code = await runProgram(argv, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    environment: surroundings.environment ?? accountSettings,
    workingFolder: surroundings.workingFolder,
    onInterrupt: (callback) => {
      surroundings.interruptBy?.(callback);
      return () => undefined;
    },
    exit: (exitCode) => {
      throw new Error(`The program wanted to end at once with ${exitCode}`);
    },
  });
  return { code, ...written };
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'end-to-end-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A simulated fleet that listens until the test is over. */
export function runningFleet(plan: FleetPlan, options: Partial<FleetOptions> = {}): Promise<RunningFleet> {
  return servedFleet(buildFleet(plan), options);
}

/** The same of a fleet that is built already. */
export async function servedFleet(
  simulated: SimulatedFleet,
  options: Partial<FleetOptions> = {},
): Promise<RunningFleet> {
  const fleet = await startFleet(simulated, { credential: account, ...options });
  cleanUps.push(() => fleet.close());
  return fleet;
}

/** The fleet's CA as a file in the folder; its name, as `--ca-file` takes it. */
export async function caFileOf({ certificates }: RunningFleet, folder: string): Promise<string> {
  await writeFile(join(folder, 'ca.pem'), certificates.authority);
  return 'ca.pem';
}

/** A client certificate as files in the folder; the settings that name them. */
export async function clientCertificateOf(
  { certificates }: RunningFleet,
  folder: string,
  kind: AccountCertificate = 'mapped',
): Promise<{ readonly HYPERV_CERT_FILE: string; readonly HYPERV_KEY_FILE: string }> {
  const { certificate, key } = certificates.client(kind, account.user);
  await writeFile(join(folder, 'client.pem'), certificate);
  await writeFile(join(folder, 'client.key'), key);
  return { HYPERV_CERT_FILE: 'client.pem', HYPERV_KEY_FILE: 'client.key' };
}

export const hostList = (fleet: RunningFleet): string => fleet.hosts.map(({ given }) => given).join(',');

export async function reportIn(folder: string, outDir = 'out'): Promise<RunReport> {
  return JSON.parse(await readFile(join(folder, outDir, 'hyperv_run_report.json'), 'utf8')) as RunReport;
}

/** Sum of one counter over all machines; a second name shares its machine's shells. */
export function total(fleet: RunningFleet, counter: 'shellsOpen' | 'openEnumerations' | 'logonsRefused'): number {
  return fleet.hosts.reduce((sum, { counters }) => sum + counters[counter], 0);
}
