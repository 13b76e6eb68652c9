/** Names under which Azure knows our functions. They stand in histories and logs: stable. */
export const orchestratorNames = {
  inventoryRun: 'inventoryRun',
  hostInventory: 'hostInventory',
  exportRun: 'exportRun',
} as const;

export const activityNames = {
  openRun: 'openRun',
  reopenRun: 'reopenRun',
  preflightHost: 'preflightHost',
  reachHost: 'reachHost',
  collectHost: 'collectHost',
  seekVms: 'seekVms',
  writeReport: 'writeReport',
  writeWorkbook: 'writeWorkbook',
  finishRun: 'finishRun',
  cancelRequested: 'cancelRequested',
} as const;
