import { diskFacts } from './disk-labels.ts';
import type { Finding } from './health/finding.ts';
import { hostFindings } from './health/host-findings.ts';
import { orphanedDisks } from './health/orphaned-disks.ts';
import { contestedFiles, duplicateMacs, vmFindings } from './health/vm-findings.ts';
import { machinesHere } from './host-figures.ts';
import { integrationServiceFacts } from './joins/integration-services.ts';
import { hostDisksOnlyWhere } from './joins/pass-through.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, isReplica, sdkColumns } from './vm-columns.ts';

interface FindingSubject extends HostSubject {
  readonly finding: Finding;
}

function findingsOf(source: HostSource): readonly FindingSubject[] {
  const { host, fleet } = source;
  const machines = machinesHere(host, fleet);
  const originals = machines.filter((vm) => !isReplica(vm));
  return [
    ...hostFindings(source),
    ...machines.flatMap((vm) => vmFindings(vm, source)),
    ...duplicateMacs(originals, source),
    ...contestedFiles(originals),
    ...orphanedDisks(source),
  ].map((finding) => ({ host, fleet, finding }));
}

/** vHealth: one row per finding. The limits are options of the run. */
export const vHealth = hostCollector<FindingSubject>({
  tab: 'vHealth',
  requires: ['computerSystems', 'virtualSystems', 'processors', 'memory', ...diskFacts],
  optional: [
    ...hostColumnFacts,
    ...integrationServiceFacts,
    'operatingSystem',
    'hostProcessors',
    'diskDrives',
    'hostDisks',
    'syntheticAdapters',
    'emulatedAdapters',
    'keyValuePairs',
    'heartbeats',
    'summaries',
    'clusterNodes',
    'sharedVolumes',
    'clusterPartitions',
    'volumes',
    'netAdapters',
    'lbfoTeams',
    'lbfoMembers',
    'switchTeamMembers',
    'folders',
  ],
  onlyWhere: hostDisksOnlyWhere,
  subjects: findingsOf,
  columns: {
    Name: ({ finding }) => finding.name,
    Message: ({ finding }) => finding.message,
    'Message type': ({ finding }) => finding.type,
    ...sdkColumns,
  },
});
