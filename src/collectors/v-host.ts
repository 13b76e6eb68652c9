import type { FactOutcomes } from '../facts/fact.ts';
import { dateOf, mebibytes, numberOf, sumOf, textOf, trueOrFalse } from './cell-values.ts';
import { empty } from './empty-column.ts';
import { coresOf, healthColour, machinesHere, tellsOfItself } from './host-figures.ts';
import { colourOfNode, isInMaintenance, isQuarantined, nodeOf } from './joins/cluster-nodes.ts';
import { knownRows } from './joins/facts.ts';
import { isPhysical, joinHostAdapters } from './joins/host-adapters.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { guidOf } from './joins/instance-id.ts';
import { installedLicences } from './joins/licences.ts';
import { joinStorageAdapters } from './joins/storage-adapters.ts';
import { activeMemory, balloonedMemory, memorySize, swappedMemory } from './memory-figures.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { type HostSubject, placeColumns, sdkColumns } from './vm-columns.ts';

interface MachineSubject extends HostSubject {
  readonly facts: FactOutcomes;
  readonly vms: readonly VirtualMachine[];
  readonly running: readonly VirtualMachine[];
}

const withoutManagementAgent = empty('a Hyper-V host has no management agent with a certificate of its own');

/** A host of which nothing was told has no row, so that a row never stands for nothing. */
function hostOf({ host, fleet, facts }: HostSource): readonly MachineSubject[] {
  if (!tellsOfItself(facts)) return [];
  const vms = machinesHere(host, fleet);
  return [{ host, fleet, facts, vms, running: vms.filter(({ running }) => running) }];
}

/** Null where not all adapters are known: an initiator need not have a controller. */
function storageAdapters({ facts }: MachineSubject): number | null {
  const adapters = joinStorageAdapters(facts);
  return adapters?.every(({ initiator }) => initiator !== undefined) ? adapters.length : null;
}

/** Figures of VMs; null where the host's list of them is not known. */
const ofVms = ({ facts }: MachineSubject, figure: number | null): number | null =>
  knownRows(facts, 'computerSystems') === undefined ? null : figure;

const systemOf = (facts: FactOutcomes) => knownRows(facts, 'hostSystem')?.[0];
const osOf = (facts: FactOutcomes) => knownRows(facts, 'operatingSystem')?.[0];
const biosOf = (facts: FactOutcomes) => knownRows(facts, 'hostBios')?.[0];
const processorsOf = (facts: FactOutcomes) => knownRows(facts, 'hostProcessors') ?? [];

/** What the cluster says of its node; a host alone has the health of Hyper-V's own row of it. */
function configStatus({ host, facts }: MachineSubject): string {
  const node = nodeOf(host, facts);
  return node ? colourOfNode(node) : healthColour(facts);
}

/** Of a node what its cluster says; a host alone knows no such mode. Null where the cluster does not tell. */
function nodeMode({ host, facts }: MachineSubject, is: typeof isQuarantined): boolean | null {
  const node = nodeOf(host, facts);
  if (node) return is(node);
  return host.cluster.kind === 'standalone' ? false : null;
}

function hyperThreading({ facts }: MachineSubject): boolean | null {
  const cores = coresOf(facts);
  const threads = sumOf(processorsOf(facts).map((row) => row.NumberOfLogicalProcessors));
  return cores === null || threads === null ? null : threads > cores;
}

/** Per cent, whole. `Win32_Processor.LoadPercentage` would tell of the management OS only. */
const processorUsage = ({ facts }: MachineSubject): number | null =>
  numberOf(knownRows(facts, 'processorUsage')?.find(({ Name }) => Name === '_Total')?.PercentTotalRunTime);

function memoryUsage({ facts }: MachineSubject): number | null {
  const free = numberOf(osOf(facts)?.FreePhysicalMemory);
  const total = numberOf(osOf(facts)?.TotalVisibleMemorySize);
  return free === null || !total ? null : Math.round((1 - free / total) * 100);
}

/** A figure per core, to two decimals. */
function perCore({ facts }: MachineSubject, figure: number | null): number | null {
  const cores = coresOf(facts);
  return figure === null || !cores ? null : Math.round((figure / cores) * 100) / 100;
}

const vCpus = (subject: MachineSubject): number | null =>
  ofVms(subject, sumOf(subject.running.map((vm) => numberOf(vm.processor?.VirtualQuantity))));

/** A node moves its VMs within its cluster, whether or not it may move them elsewhere. */
function canMigrate({ host, facts }: MachineSubject): boolean | null {
  if (host.cluster.kind === 'member') return true;
  return knownRows(facts, 'migrationSettings')?.[0]?.EnableVirtualSystemMigration ?? null;
}

/** Windows' own plans: their names are in the host's language, their ids are not. `policy` as VMware calls it. */
const powerPlans: ReadonlyMap<string, { readonly name: string; readonly policy: string }> = new Map([
  ['381b4222-f694-41f0-9685-ff5bb260df2e', { name: 'Balanced', policy: 'dynamic' }],
  ['8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c', { name: 'High performance', policy: 'static' }],
  ['e9a42b02-d5df-448d-aa00-03f14749eb61', { name: 'Ultimate Performance', policy: 'static' }],
  ['a1841308-3541-4fab-bc81-f71556f20b4a', { name: 'Power saver', policy: 'low' }],
]);

function powerPlan(facts: FactOutcomes): { readonly name: string | null; readonly policy: string } | undefined {
  const active = knownRows(facts, 'powerPlans')?.find(({ IsActive }) => IsActive === true);
  if (active === undefined) return undefined;
  const known = powerPlans.get(guidOf(active.InstanceID?.split('\\').at(-1)) ?? '');
  return known ?? { name: textOf(active.ElementName), policy: 'custom' };
}

/** `Microsoft Windows Server 2022 Datacenter 10.0.20348 build-2527`: the number of the update stands behind. */
function osVersion({ host }: MachineSubject): string | null {
  const { caption, version, revision } = host.identity.product;
  const parts = [caption?.trim(), version, revision === null ? null : `build-${revision}`];
  return parts.filter(Boolean).join(' ') || null;
}

const configurationsOf = (facts: FactOutcomes) =>
  (knownRows(facts, 'networkConfigurations') ?? []).filter(({ IPEnabled }) => IPEnabled === true);

/** Whether the adapter that leads out, else any with an address, got it by DHCP. */
function usesDhcp({ facts }: MachineSubject): boolean | null {
  const all = configurationsOf(facts);
  const outward = all.filter(({ DefaultIPGateway }) => DefaultIPGateway.length > 0);
  const deciding = outward.length > 0 ? outward : all;
  return deciding.length === 0 ? null : deciding.some(({ DHCPEnabled }) => DHCPEnabled === true);
}

const distinct = (texts: readonly string[]): string | null => [...new Set(texts.filter(Boolean))].join(', ') || null;

/** Hours, as text: `0`, `1`, `5.5`. */
function offsetFromGmt({ facts }: MachineSubject): string | null {
  const minutes = osOf(facts)?.CurrentTimeZone;
  return minutes == null ? null : String(minutes / 60);
}

/**
 * `a.example,0x8 b.example,0x9` in the registry: names with flags. They are not in use where the host takes its time
 * from its domain (`NT5DS`) or from nobody (`NoSync`).
 */
function timeServers(facts: FactOutcomes): string | null {
  const [settings] = knownRows(facts, 'timeServers') ?? [];
  if (!/^(?:NTP|AllSync)$/i.test(settings?.Type ?? '')) return null;
  return distinct((settings?.NtpServer ?? '').split(/\s+/).map((server) => server.replace(/,.*$/, '')));
}

function ntpRuns({ facts }: MachineSubject): boolean | null {
  const service = knownRows(facts, 'timeService')?.[0];
  return service?.State == null ? null : service.State === 'Running';
}

const uuidOf = ({ identity }: HostView): string => identity.smbiosUuid ?? uuidV5(identity.fqdn, dnsNamespace);

/** vHost: one row per host. Memory in MiB, frequencies in MHz, times UTC. */
export const vHost = hostCollector<MachineSubject>({
  tab: 'vHost',
  requires: ['hostSystem', 'operatingSystem', 'hostProcessors', 'computerSystems', 'processors', 'memory', 'summaries'],
  optional: [
    ...hostColumnFacts.filter((name) => name !== 'hostSystem'),
    'virtualSystems',
    'clusterNodes',
    'processorUsage',
    'netAdapters',
    'storageControllers',
    'initiatorPorts',
    'migrationSettings',
    'licences',
    'powerPlans',
    'networkConfigurations',
    'timeService',
    'timeServers',
    'windowsVersion',
    'timeZone',
    'hostBios',
    'hostEnclosures',
  ],
  mayBeDenied: ['initiatorPorts'],
  subjects: hostOf,
  columns: {
    Host: placeColumns.Host,
    Datacenter: placeColumns.Datacenter,
    Cluster: placeColumns.Cluster,
    'Config status': configStatus,
    'Compliance Check State': empty('Hyper-V has no host profiles'),
    'in Maintenance Mode': (subject) => trueOrFalse(nodeMode(subject, isInMaintenance)),
    'in Quarantine Mode': (subject) => trueOrFalse(nodeMode(subject, isQuarantined)),
    'vSAN Fault Domain Name': ({ host, facts }) => distinct(nodeOf(host, facts)?.FaultDomain ?? []),
    'CPU Model': ({ facts }) => processorsOf(facts)[0]?.Name?.trim() || null,
    Speed: ({ host }) => host.identity.processorMhz,
    'HT Available': (subject) => trueOrFalse(hyperThreading(subject)),
    'HT Active': (subject) => trueOrFalse(hyperThreading(subject)),
    '# CPU': ({ facts }) => processorsOf(facts).length || null,
    'Cores per CPU': ({ facts }) => processorsOf(facts)[0]?.NumberOfCores ?? null,
    '# Cores': ({ facts }) => coresOf(facts),
    'CPU usage %': processorUsage,
    '# Memory': ({ facts }) => mebibytes(numberOf(systemOf(facts)?.TotalPhysicalMemory)),
    'Memory Tiering Type': () => 'noTiering',
    'Memory usage %': memoryUsage,
    Console: () => 0,
    '# NICs': ({ facts }) => joinHostAdapters(facts)?.all.filter(isPhysical).length ?? null,
    '# HBAs': storageAdapters,
    '# VMs total': (subject) => ofVms(subject, subject.vms.length),
    '# VMs': (subject) => ofVms(subject, subject.running.length),
    'VMs per Core': (subject) => perCore(subject, ofVms(subject, subject.running.length)),
    '# vCPUs': vCpus,
    'vCPUs per Core': (subject) => perCore(subject, vCpus(subject)),
    vRAM: (subject) => ofVms(subject, sumOf(subject.running.map(memorySize))),
    'VM Used memory': (subject) => ofVms(subject, sumOf(subject.running.map(activeMemory))),
    'VM Memory Swapped': (subject) => ofVms(subject, sumOf(subject.running.map(swappedMemory))),
    'VM Memory Ballooned': (subject) => ofVms(subject, sumOf(subject.running.map(balloonedMemory))),
    'VMotion support': (subject) => trueOrFalse(canMigrate(subject)),
    'Storage VMotion support': () => 'True',
    'Current EVC': empty('Hyper-V has no EVC modes'),
    'Max EVC': empty('Hyper-V has no EVC modes'),
    'Assigned License(s)': ({ facts }) => distinct((installedLicences(facts) ?? []).map(({ Name }) => Name ?? '')),
    'ATS Heartbeat': empty('Windows does not lock by ATS'),
    'ATS Locking': empty('Windows does not lock by ATS'),
    'Current CPU power man. policy': ({ facts }) => powerPlan(facts)?.name ?? null,
    'Supported CPU power man.': empty('Windows does not tell which power states a processor supports'),
    'Host Power Policy': ({ facts }) => powerPlan(facts)?.policy ?? null,
    'ESX Version': osVersion,
    'Boot time': ({ facts }) => dateOf(osOf(facts)?.LastBootUpTime),
    'DNS Servers': ({ facts }) => distinct(configurationsOf(facts).flatMap((row) => row.DNSServerSearchOrder)),
    DHCP: (subject) => trueOrFalse(usesDhcp(subject)),
    Domain: ({ host }) => host.identity.domain,
    'Domain List': empty('a Windows host belongs to one domain'),
    'DNS Search Order': ({ facts }) =>
      distinct(configurationsOf(facts).flatMap((row) => row.DNSDomainSuffixSearchOrder)),
    'NTP Server(s)': ({ facts }) => timeServers(facts),
    'NTPD running': (subject) => trueOrFalse(ntpRuns(subject)),
    'Time Zone': ({ facts }) => textOf(knownRows(facts, 'timeZone')?.[0]?.StandardName),
    'Time Zone Name': ({ facts }) => textOf(knownRows(facts, 'timeZone')?.[0]?.Caption),
    'GMT Offset': offsetFromGmt,
    Vendor: ({ facts }) => textOf(systemOf(facts)?.Manufacturer),
    Model: ({ facts }) => textOf(systemOf(facts)?.Model),
    'Serial number': ({ facts }) => textOf(biosOf(facts)?.SerialNumber),
    'Service tag': ({ facts }) =>
      textOf(knownRows(facts, 'hostEnclosures')?.[0]?.SerialNumber) ?? textOf(biosOf(facts)?.SerialNumber),
    'OEM specific string': ({ facts }) => systemOf(facts)?.OEMStringArray.join(', ') || null,
    'BIOS Vendor': ({ facts }) => textOf(biosOf(facts)?.Manufacturer),
    'BIOS Version': ({ facts }) => textOf(biosOf(facts)?.SMBIOSBIOSVersion),
    'BIOS Date': ({ facts }) => dateOf(biosOf(facts)?.ReleaseDate),
    'Certificate Issuer': withoutManagementAgent,
    'Certificate Start Date': withoutManagementAgent,
    'Certificate Expiry Date': withoutManagementAgent,
    'Certificate Status': withoutManagementAgent,
    'Certificate Subject': withoutManagementAgent,
    'Object ID': ({ host }) => `host-${uuidOf(host)}`,
    UUID: ({ host }) => host.identity.smbiosUuid,
    ...sdkColumns,
  },
});
