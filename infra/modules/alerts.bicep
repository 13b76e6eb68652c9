// Mails about inventories that went wrong, from the one line that a run logs at its end: `runFinished`.

import { alertSettings, resourceTags } from '../types.bicep'

@description('What the names of the rules begin with.')
param prefix string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('Application Insights component that the app logs to.')
param insightsId string

@description('Who is told, and from when on.')
param alerts alertSettings

var percent = alerts.?hostsPercent ?? 5
var unseenVms = alerts.?vmsNotCollected ?? 0
var hours = alerts.?hoursWithoutRun ?? 26

// The end of a run may be logged more than once, as any activity may be repeated: the last one counts.
var finishedRuns = '''
traces
| where message has '"event":"runFinished"'
| extend run = parse_json(message)
| extend runId = tostring(run.runId), state = tostring(run.state), dryRun = tobool(run.dryRun)
| summarize arg_max(timestamp, run, state, dryRun) by runId
'''

var rules = [
  {
    name: 'run-failed'
    title: 'An inventory failed'
    description: 'A run ended without all of its files, or did not even start. Its run.json, or the exception in Application Insights, says why. One that broke off goes on by itself: look whether it has ended by now.'
    severity: 1
    every: 'PT15M'
    window: 'PT1H'
    splitBy: ['runId', 'found']
    query: $'''
${finishedRuns}| where state == 'failed'
| project timestamp, runId, found = 'not all files of the run could be made'
| union (
    requests
    | where name has_any ('inventoryRun', 'nightlyInventory') and tobool(success) == false
    | project timestamp, runId = operation_Id, found = strcat(name, ' failed')
  )
'''
  }
  {
    name: 'hosts-in-trouble'
    title: 'More than ${percent} % of the hosts of an inventory are Partial or Error'
    description: 'host_inventory_coverage.csv of the run tells each host with its reason. Hosts that are Inventory Empty do not count.'
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
    splitBy: ['runId', 'found']
    query: $'''
${finishedRuns}| where state != 'cancelled' and dryRun == false
| extend partial = tolong(run.partial), errors = tolong(run.error)
| extend hosts = tolong(run.ok) + tolong(run.empty) + partial + errors
| where (partial + errors) * 100 > hosts * ${percent}
| project timestamp, runId, found = strcat(partial, ' Partial and ', errors, ' Error of ', hosts, ' hosts')
'''
  }
  {
    name: 'vms-not-collected'
    title: 'An inventory lacks VMs or nodes that a cluster knows'
    description: 'The workbook has no row for these VMs, even where every host of the list is Inventory OK. known_not_collected and cluster_nodes_not_listed in hyperv_run_report.json name them: list the nodes, or remove the roles that are left over.'
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
    splitBy: ['runId', 'found']
    query: $'''
${finishedRuns}| where state != 'cancelled' and dryRun == false
| extend vms = tolong(run.knownNotCollected), nodes = tolong(run.clusterNodesNotListed)
| where vms > ${unseenVms} or nodes > 0
| project timestamp, runId, found = strcat(vms, ' VMs that no host showed, ', nodes, ' nodes that are not in the host list')
'''
  }
  {
    name: 'no-run'
    title: 'No inventory has finished for ${hours} hours'
    description: 'Neither the schedule nor a call has led to a complete run. Look whether the app is running and what its last traces say.'
    severity: 1
    every: 'PT1H'
    // Azure offers windows of one day or two, none between: the query narrows it.
    window: 'P2D'
    splitBy: []
    query: $'''
${finishedRuns}| where state == 'completed' and dryRun == false and timestamp > ago(${hours}h)
| summarize runs = count()
| where runs == 0
'''
  }
]

resource mails 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${prefix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'inventory'
    emailReceivers: [
      for (email, i) in alerts.emails: {
        name: 'mail-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: 'alert-${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      autoMitigate: true
      // A new component may not know its tables yet, and the deployment would fail for that.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            // One alert per run, which names it.
            dimensions: [for column in rule.splitBy: { name: column, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [mails.id] }
    }
  }
]
