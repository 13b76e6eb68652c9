import type { Row } from '../facts/fact-table.ts';

/** Powerstate, as RVTools spells it. */
export type PowerState = 'poweredOn' | 'poweredOff' | 'suspended';

/** `Msvm_ComputerSystem.EnabledState` to Powerstate: both families of codes, and the critical ones of 2016+. */
const powerStates: ReadonlyMap<number, PowerState> = new Map([
  [2, 'poweredOn'], // Running
  [3, 'poweredOff'], // Off
  [4, 'poweredOn'], // Stopping
  [6, 'suspended'], // Saved
  [9, 'suspended'], // Paused
  [10, 'poweredOn'], // Starting
  [11, 'poweredOn'], // Reset
  [32768, 'suspended'], // Paused, older code
  [32769, 'suspended'], // Saved, older code
  [32770, 'poweredOn'], // Starting, older code
  [32771, 'poweredOn'], // Reset, older code
  [32773, 'poweredOn'], // Saving
  [32774, 'poweredOn'], // Stopping, older code
  [32776, 'poweredOn'], // Pausing
  [32777, 'poweredOn'], // Resuming
  [32779, 'suspended'], // FastSaved
  [32780, 'suspended'], // FastSaving
  [32785, 'poweredOn'], // RunningCritical
  [32786, 'poweredOff'], // OffCritical
  [32787, 'poweredOn'], // StoppingCritical
  [32788, 'suspended'], // SavedCritical
  [32789, 'suspended'], // PausedCritical
  [32790, 'poweredOn'], // StartingCritical
  [32791, 'poweredOn'], // ResetCritical
  [32792, 'poweredOn'], // SavingCritical
  [32793, 'poweredOn'], // PausingCritical
  [32794, 'poweredOn'], // ResumingCritical
  [32795, 'suspended'], // FastSavedCritical
  [32796, 'suspended'], // FastSavingCritical
]);

/** The Powerstate of an EnabledState; any other state counts as off. */
export const powerStateOf = (enabledState: number | null): PowerState =>
  powerStates.get(enabledState ?? 0) ?? 'poweredOff';

/** True: paused, that is suspended with its memory kept. */
export const isPaused = (enabledState: number | null): boolean => [9, 32768, 32789].includes(enabledState ?? 0);

type SystemState = Pick<Row<'computerSystems'>, 'EnabledState' | 'OtherEnabledState' | 'HealthState'>;

/** Hyper-V keeps the plain EnabledState and says `OffCritical` and its like beside it; later codes say it themselves. */
function isCriticalState({ EnabledState, OtherEnabledState }: SystemState): boolean {
  const byCode = EnabledState !== null && EnabledState >= 32785 && EnabledState <= 32796;
  return byCode || /critical$/i.test(OtherEnabledState?.trim() ?? '');
}

/** True: a critical state, with a HealthState of 20 (major failure) or worse: the VM cannot reach what it needs. */
export const isInaccessible = (system: SystemState): boolean =>
  system.HealthState !== null && system.HealthState >= 20 && isCriticalState(system);
