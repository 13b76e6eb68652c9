import type { VirtualMachine } from './joins/host-view.ts';

/** The guest's heartbeat as RVTools colours it; null where the facts for it are missing. */
export type Heartbeat = 'green' | 'yellow' | 'red' | 'gray';

/** Msvm_HeartbeatComponent.OperationalStatus[1], Msvm_SummaryInformation.ApplicationHealth. */
const applicationCritical = 32782;

/** 2 OK, 3 degraded (an older protocol), 6 and 7 errors, 13 lost communication; 12 no contact, 15 paused and others. */
function colourOf(status: number | undefined, applicationStatus: number | undefined): Heartbeat {
  switch (status) {
    case 2:
      return applicationStatus === applicationCritical ? 'yellow' : 'green';
    case 3:
      return 'yellow';
    case 6:
    case 7:
    case 13:
      return 'red';
    default:
      return 'gray';
  }
}

/** From the heartbeat service; where that fact is missing, from the host's summary. Gray when off or disabled. */
export function heartbeatOf({ running, heartbeat, summary }: VirtualMachine): Heartbeat | null {
  if (!running || heartbeat?.EnabledState === 3) return 'gray';
  if (heartbeat !== undefined) return colourOf(heartbeat?.OperationalStatus[0], heartbeat?.OperationalStatus[1]);
  if (!summary || summary.Heartbeat === null) return null;
  return colourOf(summary.Heartbeat, summary.ApplicationHealth ?? undefined);
}

/** `running` while the guest answers; `notRunning` else, and null where that is not known. */
export function guestStateOf(vm: VirtualMachine): 'running' | 'notRunning' | null {
  if (!vm.running) return 'notRunning';
  if (vm.heartbeat !== undefined) return vm.heartbeat?.OperationalStatus[0] === 2 ? 'running' : 'notRunning';
  if (!vm.summary || vm.summary.Heartbeat === null) return null;
  return vm.summary.Heartbeat === 2 ? 'running' : 'notRunning';
}
