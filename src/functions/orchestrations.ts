import * as df from 'durable-functions';
import { exportRun } from '../orchestrators/export-run.ts';
import { orchestratorNames } from '../orchestrators/function-names.ts';
import { hostInventory } from '../orchestrators/host-inventory.ts';
import { inventoryRun } from '../orchestrators/inventory-run.ts';

/** Registers the orchestrators. */
export function registerOrchestrations(): void {
  df.app.orchestration(orchestratorNames.inventoryRun, inventoryRun);
  df.app.orchestration(orchestratorNames.hostInventory, hostInventory);
  df.app.orchestration(orchestratorNames.exportRun, exportRun);
}
