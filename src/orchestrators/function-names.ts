/** Names under which Azure knows our functions. They stand in histories and logs: stable. */
export const orchestratorNames = {
  inventoryRun: 'inventoryRun',
  hostInventory: 'hostInventory',
} as const;

export const activityNames = {
  openRun: 'openRun',
  preflightHost: 'preflightHost',
  reachHost: 'reachHost',
  collectHost: 'collectHost',
  writeReport: 'writeReport',
  writeWorkbook: 'writeWorkbook',
  finishRun: 'finishRun',
} as const;
