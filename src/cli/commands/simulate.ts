import { randomBytes } from 'node:crypto';
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Result, success } from '../../result.ts';
import { buildFleet } from '../../simulator/fleet.ts';
import { type RunningFleet, startFleet } from '../../simulator/server/running-fleet.ts';
import type { PasswordCredential } from '../../winrm/winrm-session.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type OutDir, openOutDir } from '../out-dir.ts';
import { type PersonalityShare, personalitiesOf } from '../personality-shares.ts';
import type { Terminal } from '../terminal.ts';
import type { UsageError } from '../usage-error.ts';

export interface SimulateArguments {
  readonly hosts: number;
  /** Mean per host. */
  readonly vms: number;
  readonly seed: number;
  readonly latencyMs: number;
  readonly personality?: readonly PersonalityShare[];
  readonly outDir: string;
}

/** An account for a simulated fleet; the password is made anew every time, and fits into `.env` as it is. */
export const simulatedAccount = (): PasswordCredential => ({
  user: 'inventory',
  password: randomBytes(18).toString('base64url'),
});

/** `hyperv-rvtools simulate`: serves a simulated fleet on loopback until Ctrl-C. */
export async function simulate(given: SimulateArguments, terminal: Terminal): Promise<Result<ExitCode, UsageError>> {
  const { hosts, vms, seed, latencyMs } = given;
  const personalities = given.personality && personalitiesOf(given.personality, hosts);
  if (personalities && !personalities.ok) return personalities;
  const outDir = await openOutDir(given.outDir, terminal.workingFolder);
  if (!outDir.ok) return outDir;
  const stopped = new Promise<void>((resolve) => {
    const stopListening = terminal.onInterrupt(() => {
      stopListening();
      resolve();
    });
  });
  const credential = simulatedAccount();
  const fleet = await startFleet(buildFleet({ hosts, vms, seed, personalities: personalities?.value }), {
    credential,
    latencyMs,
  });
  try {
    await writeAccess(outDir.value, fleet, credential);
    terminal.stdout.write(welcome(outDir.value, fleet));
    await stopped;
    terminal.stdout.write(countersText(fleet));
  } finally {
    await fleet.close();
  }
  return success(exitCodes.allOk);
}

/** The account and the fleet's CA come first and the list of hosts last: where the list is, everything is ready. */
async function writeAccess(
  { path }: OutDir,
  { hosts, certificates }: RunningFleet,
  credential: PasswordCredential,
): Promise<void> {
  const caFile = join(path, 'ca.pem');
  const settings = [
    `HYPERV_USER='${credential.user}'`,
    `HYPERV_PASSWORD='${credential.password}'`,
    `HYPERV_CA_FILE='${caFile}'`,
    '',
  ].join('\n');
  const list = hosts.map(({ given, host }) => `${given} # ${host.name}, ${host.personality}`).join('\n');
  await replaceFile(caFile, certificates.authority);
  await replaceFile(join(path, '.env'), settings);
  await replaceFile(join(path, 'hosts.txt'), `${list}\n`);
}

/** A file appears whole or not at all, and only its owner may read it. */
async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content, { mode: 0o600 });
  // The mode of writeFile does not count where a temporary file was left behind.
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}

/** What the fleet saw, host by host: a client that leaves shells behind shows here. */
function countersText({ hosts }: RunningFleet): string {
  const lines = hosts.map(
    ({ given, counters: { requests, connections, shellsOpened, shellsOpen, logonsRefused } }) =>
      `  ${given}: ${requests} requests, ${connections} connections, ${shellsOpened} shells, ${shellsOpen} left open, ${logonsRefused} log-ons refused`,
  );
  return ['What each host saw:', ...lines, ''].join('\n');
}

function welcome({ given }: OutDir, { hosts }: RunningFleet): string {
  const files = `--hosts-file ${given}/hosts.txt --env-file ${given}/.env`;
  return [
    `${hosts.length} simulated hosts listen on this machine. Their list and their account are in ${given}.`,
    'Inventory them from another terminal (this line works in bash, PowerShell and cmd):',
    `  npm run inventory "--" ${files}`,
    'Ctrl-C stops the fleet.',
    '',
  ].join('\n');
}
