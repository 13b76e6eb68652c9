import type { FactOutcomes } from '../../facts/fact.ts';
import { knownRows } from './facts.ts';
import { joinByVm, type OwnerOf } from './settings-owners.ts';

/** The settings of each integration service. */
const serviceFacts = {
  backup: 'backupServices',
  timeSync: 'timeSyncServices',
  shutdown: 'shutdownServices',
  heartbeat: 'heartbeatServices',
  dataExchange: 'dataExchangeServices',
  guestFiles: 'guestFileServices',
} as const;

export type IntegrationService = keyof typeof serviceFacts;

/** The facts of all integration services. */
export const integrationServiceFacts = Object.values(serviceFacts);

/** Whether a VM's settings allow a service; null where the VM has no such row, undefined where the fact is missing. */
export type IntegrationServices = Readonly<Record<IntegrationService, boolean | null | undefined>>;

export interface JoinedServices {
  readonly of: (vmId: string) => IntegrationServices;
  readonly unjoined: readonly string[];
}

/** Joins the settings of integration services to VMs. Names of services are localised: a class stands for each. */
export function joinIntegrationServices(facts: FactOutcomes, ownerOf: OwnerOf): JoinedServices {
  const services = Object.entries(serviceFacts).map(([service, fact]) => {
    const { byVm, unjoined } = joinByVm(fact, knownRows(facts, fact), ownerOf);
    return { service, byVm, unjoined };
  });
  return {
    of: (vmId) =>
      Object.fromEntries(
        services.map(({ service, byVm }) => {
          const state = byVm?.get(vmId)?.[0]?.EnabledState ?? null;
          return [service, byVm === undefined ? undefined : state === null ? null : state === 2];
        }),
      ) as IntegrationServices,
    unjoined: services.flatMap(({ unjoined }) => unjoined),
  };
}
