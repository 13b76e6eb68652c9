import { numberOf, trueOrFalse } from './cell-values.ts';
import { majorVersion, versionAtLeast } from './configuration-version.ts';
import { empty } from './empty-column.ts';
import { heartbeatOf } from './heartbeat.ts';
import type { HostView, VirtualMachine } from './joins/host-view.ts';
import { vmCollector } from './per-vm.ts';
import { leadingVmColumns, trailingVmColumnsWithRef, type VmSubject, vmColumnFacts } from './vm-columns.ts';

/** Msvm_SummaryInformation.IntegrationServicesVersionState: they are older than the host's. */
const mismatch = 2;

/** Only before Windows Server 2016 does a host bring integration services for its guests. */
const bringsIntegrationServices = ({ identity: { product } }: HostView): boolean =>
  versionAtLeast(product.version, 10, 0) === false;

/**
 * The state of the integration services, in RVTools' words. Without contact a guest that tells something by Data
 * Exchange has them, one that tells nothing although it may has none; null where the facts for it are missing.
 */
export function integrationState({ vm, host }: Pick<VmSubject, 'vm' | 'host'>): string | null {
  if (!vm.running) return 'toolsNotRunning';
  const heartbeat = heartbeatOf(vm);
  const talks = vm.guest === undefined ? undefined : vm.guest.size > 0;
  if (heartbeat === 'green' || heartbeat === 'yellow' || (heartbeat === 'gray' && talks)) {
    const isOld = bringsIntegrationServices(host) && vm.summary?.IntegrationServicesVersionState === mismatch;
    return isOld ? 'toolsOld' : 'toolsOk';
  }
  if (heartbeat === null || talks === undefined) return null;
  return talks || vm.services.dataExchange === false ? 'toolsNotRunning' : 'toolsNotInstalled';
}

/** The build of `6.3.9600.16384`, as the guest tells it; 0 where it tells none, as RVTools has it. */
function toolsVersion({ guest }: VirtualMachine): number | null {
  if (guest === undefined) return null;
  return numberOf(/^\d+\.\d+\.(\d+)/.exec(guest.get('IntegrationServicesVersion') ?? '')?.[1]) ?? 0;
}

/** `toolsOld` is all that can be upgraded; null where the state is not known. */
function upgradeable(subject: VmSubject): 'Yes' | 'No' | null {
  const state = integrationState(subject);
  return state === null ? null : state === 'toolsOld' ? 'Yes' : 'No';
}

function heartbeatStatus(vm: VirtualMachine): string | null {
  const heartbeat = heartbeatOf(vm);
  if (heartbeat === null) return null;
  return heartbeat === 'green' ? 'appStatusGreen' : heartbeat === 'red' ? 'appStatusRed' : 'appStatusGray';
}

function operationReady(vm: VirtualMachine): boolean | null {
  const heartbeat = heartbeatOf(vm);
  return heartbeat === null ? null : heartbeat === 'green';
}

/** vTools: one row per VM; Hyper-V's integration services stand for the tools. */
export const vTools = vmCollector<VmSubject>({
  tab: 'vTools',
  requires: ['computerSystems', 'virtualSystems', 'timeSyncServices', 'shutdownServices'],
  optional: [...vmColumnFacts, 'operatingSystem', 'heartbeats', 'dataExchangeServices'],
  joins: ['virtualSystems', 'timeSyncServices', 'shutdownServices', 'dataExchangeServices'],
  everyVmHas: ['virtualSystems'],
  subjects: (subject) => [subject],
  covers: (vm) => Boolean(vm.settings) && typeof vm.services.shutdown === 'boolean',
  columns: {
    ...leadingVmColumns,
    'VM Version': ({ vm }) => majorVersion(vm.settings?.Version),
    Tools: integrationState,
    'Tools Version': ({ vm }) => toolsVersion(vm),
    'Required Version': ({ host }) => numberOf(host.identity.product.build),
    Upgradeable: upgradeable,
    'Upgrade Policy': () => 'manual',
    'Sync time': ({ vm }) => trueOrFalse(vm.services.timeSync),
    'App status': () => 'none',
    'Heartbeat status': ({ vm }) => heartbeatStatus(vm),
    'Kernel Crash state': empty('Hyper-V keeps no state of a guest crash'),
    'Operation Ready': ({ vm }) => trueOrFalse(operationReady(vm)),
    'State change support': ({ vm }) => trueOrFalse(vm.services.shutdown),
    'Interactive Guest': () => 'False',
    ...trailingVmColumnsWithRef,
  },
});
