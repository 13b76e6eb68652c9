import { type ComputeResource, computeResourcesHere, isAny, isUp, mayRunVms, totalOf } from './compute-resources.ts';
import { empty } from './empty-column.ts';
import { tellsOfItself } from './host-figures.ts';
import { hostCollector, hostColumnFacts } from './per-host.ts';
import { dnsNamespace, uuidV5 } from './uuid-v5.ts';
import { resourcePoolPath, sdkColumns } from './vm-columns.ts';

const noOverhead = empty('Hyper-V sets no limit to the overhead of VMs');
const noReservations = empty('Hyper-V keeps no account of what the VMs of a pool have reserved');
const noQuickStats = empty('Hyper-V keeps no statistics of a pool');

/** Processors of the hosts that are up: all of it is there for the root pool. */
const cpuOf = (resource: ComputeResource): number | null => totalOf(resource, 'cpu', isUp);
const memoryOf = (resource: ComputeResource): number | null => totalOf(resource, 'memory', isUp);

/**
 * vRP: one row per cluster, and per host outside a cluster: the root pool, which every VM is in. Hyper-V's own pools
 * share out no processors or memory of a cluster. Memory in MiB, processors in MHz.
 */
export const vRp = hostCollector<ComputeResource>({
  tab: 'vRP',
  requires: ['computerSystems', 'processors', 'memory', 'summaries', 'hostSystem', 'hostProcessors'],
  optional: [...hostColumnFacts.filter((name) => name !== 'hostSystem'), 'virtualSystems', 'clusterNodes'],
  subjects: (source) => (tellsOfItself(source.facts) ? computeResourcesHere(source) : []),
  columns: {
    'Resource Pool name': () => 'Resources',
    'Resource Pool path': ({ host }) => resourcePoolPath(host),
    Status: () => 'green',
    '# VMs total': (resource) => totalOf(resource, 'vms', isAny),
    // A node that is down runs nothing, so that its share is known.
    '# VMs': (resource) => totalOf(resource, 'runningVms', mayRunVms),
    '# vCPUs': (resource) => totalOf(resource, 'runningCpus', mayRunVms),
    'CPU limit': cpuOf,
    'CPU overheadLimit': noOverhead,
    'CPU reservation': cpuOf,
    'CPU level': () => 'normal',
    'CPU shares': () => 4000,
    'CPU expandableReservation': () => 'True',
    'CPU maxUsage': cpuOf,
    'CPU overallUsage': (resource) => totalOf(resource, 'usedCpu', mayRunVms),
    'CPU reservationUsed': noReservations,
    'CPU reservationUsedForVm': noReservations,
    'CPU unreservedForPool': noReservations,
    'CPU unreservedForVm': noReservations,
    'Mem Configured': (resource) => totalOf(resource, 'configuredMemory', isAny),
    'Mem limit': memoryOf,
    'Mem overheadLimit': noOverhead,
    'Mem reservation': memoryOf,
    'Mem level': () => 'normal',
    'Mem shares': () => 163_840,
    'Mem expandableReservation': () => 'True',
    'Mem maxUsage': memoryOf,
    'Mem overallUsage': (resource) => totalOf(resource, 'usedMemory', mayRunVms),
    'Mem reservationUsed': noReservations,
    'Mem reservationUsedForVm': noReservations,
    'Mem unreservedForPool': noReservations,
    'Mem unreservedForVm': noReservations,
    'QS overallCpuDemand': noQuickStats,
    'QS overallCpuUsage': noQuickStats,
    'QS staticCpuEntitlement': noQuickStats,
    'QS distributedCpuEntitlement': noQuickStats,
    'QS balloonedMemory': noQuickStats,
    'QS compressedMemory': noQuickStats,
    'QS consumedOverheadMemory': noQuickStats,
    'QS distributedMemoryEntitlement': noQuickStats,
    'QS guestMemoryUsage': noQuickStats,
    'QS hostMemoryUsage': noQuickStats,
    'QS overheadMemory': noQuickStats,
    'QS privateMemory': noQuickStats,
    'QS sharedMemory': noQuickStats,
    'QS staticMemoryEntitlement': noQuickStats,
    'QS swappedMemory': noQuickStats,
    'Object ID': ({ host }) => `resgroup-${uuidV5(resourcePoolPath(host).toLowerCase(), dnsNamespace)}`,
    ...sdkColumns,
  },
});
