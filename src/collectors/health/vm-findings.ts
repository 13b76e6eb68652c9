import type { InputErrorCode } from '../../facts/fact.ts';
import { dateOf } from '../cell-values.ts';
import { majorVersion } from '../configuration-version.ts';
import { isBackupCheckpoint, isOwnCheckpoint } from '../joins/checkpoints.ts';
import { fileKey } from '../joins/disk-files.ts';
import type { VirtualMachine } from '../joins/host-view.ts';
import type { IntegrationService } from '../joins/integration-services.ts';
import type { HostSource } from '../per-host.ts';
import { isInaccessible } from '../power-state.ts';
import { macsOf } from '../shared-macs.ts';
import { integrationState } from '../v-tools.ts';
import { daysBetween, type Finding, plural } from './finding.ts';

/** One check of one VM: what is not known finds nothing, and nothing is not a finding. */
type VmCheck = (vm: VirtualMachine, source: HostSource) => readonly Omit<Finding, 'name'>[];

/** A backup removes its checkpoint when it is done; one that stays belongs to a backup that failed. */
const oldCheckpoints: VmCheck = ({ checkpoints }, { host }) =>
  (checkpoints ?? []).filter(isOwnCheckpoint).flatMap((checkpoint) => {
    const days = daysBetween(dateOf(checkpoint.CreationTime), host.collectedAt);
    const { checkpointDays, backupDays } = host.options.health;
    const ofBackup = isBackupCheckpoint(checkpoint);
    if (days === null || days < (ofBackup ? backupDays : checkpointDays)) return [];
    const message = ofBackup
      ? `The checkpoint of a backup has been left for ${plural(days, 'day')}.`
      : `The checkpoint "${checkpoint.ElementName ?? ''}" is ${plural(days, 'day')} old.`;
    return [{ message, type: 'Snapshot' }];
  });

const forgottenMerge: VmCheck = ({ disks, checkpoints }) => {
  if (checkpoints === undefined || checkpoints.length > 0) return [];
  const left = (disks ?? []).filter(({ path }) => /\.avhdx?$/i.test(path ?? ''));
  return left.map(({ path }) => ({
    message: `${path} is attached, though the VM has no checkpoint: a merge did not happen.`,
    type: 'Consolidation',
  }));
};

const unknownSize = 'so that its size is not known';

/** Why a file was not read: its own fault, or what is blank for want of it. A fact that failed as a whole is no file's. */
const troublesOfFiles: Readonly<Record<InputErrorCode, string>> = {
  fileMissing: 'is missing',
  fileDamaged: 'is damaged, or no virtual disk',
  fileLocked: `is held open by somebody, ${unknownSize}`,
  fileDenied: `may not be read by the account, ${unknownSize}`,
  doubleHop: `lies on another machine, which does not take the account from the host, ${unknownSize}`,
  fileUnreachable: `lies on a machine or share that the host does not reach, ${unknownSize}`,
  fileTimedOut: `was not read by the host in time, ${unknownSize}`,
  fileNotAsked: `was not asked for, because the time for the host was over, ${unknownSize}`,
  fileNotReceived: `was not told, because the conversation broke off, ${unknownSize}`,
  fileFailed: `could not be read, ${unknownSize}`,
};

const isOfFile = (problem: string): problem is InputErrorCode => Object.hasOwn(troublesOfFiles, problem);

const unreadFiles: VmCheck = ({ storage }) =>
  (storage?.files ?? []).flatMap(({ path, problem }) =>
    problem === null || !isOfFile(problem)
      ? []
      : [{ message: `${path} ${troublesOfFiles[problem]}.`, type: 'Storage' }],
  );

const disksWithoutFile: VmCheck = ({ storage }) =>
  (storage?.disks ?? [])
    .filter(({ problem }) => problem === 'fileNotNamed')
    .map(() => ({ message: `A disk names no file, ${unknownSize}.`, type: 'Storage' }));

const lostHostDisks: VmCheck = ({ disks }, { facts }) =>
  facts.hostDisks?.status !== 'ok' || facts.diskDrives?.status !== 'ok'
    ? []
    : (disks ?? [])
        .filter(({ kind, passThrough }) => kind === 'passThrough' && passThrough?.size == null)
        .map(() => ({ message: 'A disk that is passed through is not among the disks of the host.', type: 'Storage' }));

const critical: VmCheck = ({ system }) =>
  isInaccessible(system)
    ? [{ message: 'The VM is in a critical state: it cannot reach its configuration or storage.', type: 'VM state' }]
    : [];

const withoutSettings: VmCheck = ({ settings }) =>
  settings === null ? [{ message: 'The host lists the VM, but has no settings of it.', type: 'VM state' }] : [];

/** Guest services are off unless somebody wants them. */
const wantedServices: Readonly<Partial<Record<IntegrationService, string>>> = {
  heartbeat: 'Heartbeat',
  shutdown: 'Shutdown',
  timeSync: 'Time Synchronization',
  dataExchange: 'Data Exchange',
  backup: 'Backup',
};

const servicesOff: VmCheck = ({ services }) => {
  const off = Object.entries(wantedServices).filter(([service]) => services[service as IntegrationService] === false);
  if (off.length === 0) return [];
  return [
    { message: `Integration services are switched off: ${off.map(([, name]) => name).join(', ')}.`, type: 'VM Tools' },
  ];
};

const toolsTrouble: VmCheck = (vm, { host }) => {
  const messages: Readonly<Record<string, string>> = {
    toolsOld: 'The integration services of the guest are older than those of the host.',
    toolsNotInstalled: 'The guest runs without integration services.',
    toolsNotRunning: 'The integration services of the guest do not answer.',
  };
  const message = vm.running ? messages[integrationState({ vm, host }) ?? ''] : undefined;
  return message === undefined ? [] : [{ message, type: 'VM Tools' }];
};

const connectedMedia: VmCheck = ({ dvds, running }) =>
  running && dvds?.some(({ medium }) => medium !== null)
    ? [{ message: 'VM has a CDROM device connected!', type: 'CDROM' }]
    : [];

/** `ReplicationHealth`: 2 warning, 3 critical; 0 where nothing is replicated. */
const sickReplica: VmCheck = ({ system: { ReplicationMode, ReplicationHealth } }) =>
  ReplicationMode && (ReplicationHealth === 2 || ReplicationHealth === 3)
    ? [{ message: `Replication is ${ReplicationHealth === 3 ? 'in a critical state' : 'late'}.`, type: 'Replication' }]
    : [];

/** What each Windows Server makes, by its build. */
const newestConfiguration: readonly (readonly [build: number, major: number])[] = [
  [26_100, 12],
  [20_348, 10],
  [17_763, 9],
  [14_393, 8],
  [9600, 5],
];

const oldConfiguration: VmCheck = ({ settings }, { host }) => {
  const build = Number(host.identity.product.build ?? Number.NaN);
  const newest = newestConfiguration.find(([from]) => build >= from)?.[1];
  const version = majorVersion(settings?.Version);
  if (newest === undefined || version === null || version >= newest) return [];
  return [
    {
      message: `Configuration version ${settings?.Version} is older than the ${newest}.0 that the host makes.`,
      type: 'Configuration',
    },
  ];
};

/** The ids stand in the workbook as they are on the owner's row only; every other row has a derived one. */
const duplicateId: VmCheck = ({ id }, { host, fleet }) => {
  const owner = fleet.owners.get(id);
  return owner === undefined || owner === host.identity.fqdn
    ? []
    : [{ message: `The VM has the id of a VM on ${owner}: ${id}.`, type: 'Configuration' }];
};

const checks: readonly VmCheck[] = [
  critical,
  withoutSettings,
  oldCheckpoints,
  forgottenMerge,
  unreadFiles,
  disksWithoutFile,
  lostHostDisks,
  connectedMedia,
  servicesOff,
  toolsTrouble,
  sickReplica,
  oldConfiguration,
  duplicateId,
];

/** Everything to be said of one VM. */
export const vmFindings = (vm: VirtualMachine, source: HostSource): readonly Finding[] =>
  checks.flatMap((check) => check(vm, source).map((finding) => ({ name: vm.name, ...finding })));

/** Most VMs that one message names. */
const mostNamed = 3;

/** VMs that have a MAC address in common with another, of this host or of the fleet. */
export function duplicateMacs(machines: readonly VirtualMachine[], { host, fleet }: HostSource): readonly Finding[] {
  const users = new Map<string, VirtualMachine[]>();
  for (const vm of machines) {
    for (const mac of macsOf(vm)) users.set(mac, [...(users.get(mac) ?? []), vm]);
  }
  return [...users].flatMap(([mac, vms]) =>
    vms.flatMap(({ id, name }): Finding[] => {
      const elsewhere = (fleet.macs.get(mac) ?? []).filter(({ fqdn }) => fqdn !== host.identity.fqdn);
      const others = [
        ...vms.filter((vm) => vm.id !== id).map((vm) => (vm.name === name ? 'another VM of that name' : vm.name)),
        ...elsewhere.filter(({ vmId }) => vmId !== id).map(({ vmName, fqdn }) => `${vmName} on ${fqdn}`),
      ];
      if (others.length === 0) return [];
      const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : '';
      const whom = `${others.slice(0, mostNamed).join(', ')}${more}`;
      return [{ name, message: `The MAC address ${mac} is also that of ${whom}.`, type: 'Network' }];
    }),
  );
}

/** Files that several VMs have attached, though no setting shares them: one would spoil it for the other. */
export function contestedFiles(machines: readonly VirtualMachine[]): readonly Finding[] {
  const users = new Map<string, VirtualMachine[]>();
  for (const vm of machines) {
    for (const { path, shared } of vm.disks ?? []) {
      if (path === null || shared) continue;
      const known = users.get(fileKey(path));
      if (known === undefined) users.set(fileKey(path), [vm]);
      else if (!known.includes(vm)) known.push(vm);
    }
  }
  return [...users]
    .filter(([, vms]) => vms.length > 1)
    .flatMap(([path, vms]) =>
      vms.map(
        (vm): Finding => ({
          name: vm.name,
          message: `${path} is attached to ${plural(vms.length, 'VM')} without being shared.`,
          type: 'Storage',
        }),
      ),
    );
}
