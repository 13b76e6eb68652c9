// The Hyper-V inventory as a function app, with everything that it needs. See README.md beside this file.

targetScope = 'resourceGroup'

import { alertSettings, endpoint, inventorySettings, networkSettings, operatorPrincipal, resourceTags } from 'types.bicep'
import { connectionOf } from 'modules/hybrid-connection.bicep'
import { isDnsName, isShortName } from 'modules/names.bicep'

@description('Short name that every resource is named after: lower-case letters and digits, a letter first.')
@minLength(3)
@maxLength(12)
param name string

@description('Region of every resource.')
param location string = resourceGroup().location

@description('Tags of every resource.')
param tags resourceTags = {}

@description('Size of the Windows plan. P0v3 has 1 core and 4 GB, P1v3 twice that, and so on.')
param planSku 'P0v3' | 'P1v3' | 'P2v3' | 'P3v3' = 'P0v3'

@description('What the app reaches through Hybrid Connections: hosts, or one CONNECT proxy in front of them. Empty where a virtual network leads to the hosts.')
@maxLength(220)
param endpoints endpoint[] = []

@description('What the inventory is told by the settings of the app.')
param inventory inventorySettings = {}

@description('Windows name of the time zone of the schedule, such as W. Europe Standard Time. Empty: UTC.')
@maxLength(64)
param timeZone string = ''

@description('false: the app starts no inventory by itself; whoever calls it does, as the nightly pipeline.')
param nightly bool = true

@description('Who cares for the app: reads runs, writes the host list, puts accounts into the vault. Null: nobody is granted anything.')
param operators operatorPrincipal?

@description('Who is told when an inventory went wrong. Null: nobody is.')
param alerts alertSettings?

@description('Virtual network for what leaves the app. Null: none.')
param network networkSettings?

@description('IPv4 ranges (CIDR) that may call the app. Empty: everybody with a function key.')
@maxLength(200)
param allowedCallers string[] = []

@description('Days until the files of a run are deleted. What is known of guests (known-guests.json.gz) is kept.')
@minValue(2)
@maxValue(3650)
param keepRunsDays int = 365

@description('Days that what was overwritten or deleted in the storage of the runs can be brought back.')
@minValue(1)
@maxValue(365)
param keepDeletedDays int = 14

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Replication of both storage accounts. Not every region has zones.')
param storageSku 'Standard_LRS' | 'Standard_ZRS' = 'Standard_ZRS'

@description('Nobody can empty the vault for good before its 90 days are over. Cannot be taken back: false for a trial only.')
param purgeProtection bool = true

var suffix = isShortName(name)
  ? uniqueString(resourceGroup().id, name)
  : fail('name takes lower-case letters and digits, a letter first')
var appName = 'func-${name}-${suffix}'
var relayName = 'relay-${name}-${suffix}'
var publicAccess = network.?privateEndpointSubnetId == null

var notDnsNames = join(filter(map(endpoints, endpoint => endpoint.host), host => !isDnsName(host)), ', ')
var connections = empty(notDnsNames) ? union(map(endpoints, endpoint => connectionOf(endpoint)), []) : fail('Hybrid Connections lead to DNS names, without scheme or port. No DNS name: ${notDnsNames}')

var proxy = inventory.?HYPERV_PROXY ?? ''
var settings = contains(proxy, '@') && !startsWith(proxy, '@Microsoft.KeyVault(')
  ? fail('HYPERV_PROXY holds a password: name a secret of the vault, as types.bicep says.')
  : inventory

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}-${suffix}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: 'log-${name}-${suffix}'
    insightsName: 'appi-${name}-${suffix}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    appIdentityId: identity.id
    appPrincipalId: identity.properties.principalId
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  params: {
    name: take('sthost${name}${suffix}', 24)
    location: location
    tags: tags
    sku: storageSku
    publicAccess: publicAccess
    appIdentityId: identity.id
    appPrincipalId: identity.properties.principalId
  }
}

module runStorage 'modules/run-storage.bicep' = {
  params: {
    name: take('struns${name}${suffix}', 24)
    location: location
    tags: tags
    sku: storageSku
    publicAccess: publicAccess
    appIdentityId: identity.id
    appPrincipalId: identity.properties.principalId
    operators: operators
    keepRunsDays: keepRunsDays
    keepDeletedDays: keepDeletedDays
  }
}

module vault 'modules/key-vault.bicep' = {
  params: {
    name: take('kv-${name}-${suffix}', 24)
    location: location
    tags: tags
    publicAccess: publicAccess
    purgeProtection: purgeProtection
    appIdentityId: identity.id
    appPrincipalId: identity.properties.principalId
    operators: operators
    workspaceId: monitoring.outputs.workspaceId
  }
}

module privateNetwork 'modules/private-network.bicep' = if (!publicAccess) {
  params: {
    prefix: '${name}-${suffix}'
    location: location
    tags: tags
    subnetId: network.?privateEndpointSubnetId ?? ''
    createDnsZones: network.?createDnsZones ?? true
    hostStorageId: hostStorage.outputs.id
    runStorageId: runStorage.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'modules/function-app.bicep' = {
  params: {
    planName: 'plan-${name}-${suffix}'
    appName: appName
    location: location
    tags: tags
    planSku: planSku
    identity: { id: identity.id, clientId: identity.properties.clientId }
    hostStorageName: hostStorage.outputs.name
    runsBlobUrl: runStorage.outputs.blobEndpoint
    keyVaultUrl: vault.outputs.uri
    insightsConnectionString: monitoring.outputs.connectionString
    inventory: settings
    timeZone: timeZone
    nightly: nightly
    subnetId: network.?appSubnetId
    allowedCallers: allowedCallers
  }
  // The host looks for its storage as soon as it starts.
  dependsOn: [privateNetwork]
}

module relay 'modules/relay.bicep' = if (!empty(endpoints)) {
  params: {
    name: relayName
    location: location
    tags: tags
    connections: connections
  }
}

module appConnections 'modules/app-connections.bicep' = if (!empty(endpoints)) {
  params: {
    appName: appName
    relayName: relayName
    connections: connections
  }
  dependsOn: [app, relay]
}

module alertRules 'modules/alerts.bicep' = if (alerts != null) {
  params: {
    prefix: '${name}-${suffix}'
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    alerts: alerts!
  }
}

@description('Deploy the package to this app.')
output functionAppName string = app.outputs.name

@description('Runs are started with POST here, with a function key in the header x-functions-key.')
output runsUrl string = 'https://${app.outputs.hostName}/api/runs'

@description('The container config of this account takes hosts.txt; runs holds what was collected.')
output runStorageAccount string = runStorage.outputs.name

@description('Put the accounts for the hosts here.')
output keyVaultName string = vault.outputs.name

@description('Hybrid Connections for the Hybrid Connection Manager on-premises, in this relay. Empty: none.')
output relayNamespace string = empty(endpoints) ? '' : relayName

@description('Their names.')
output hybridConnections string[] = map(connections, connection => connection.name)

@description('Traces, requests and failures of the app.')
output applicationInsights string = monitoring.outputs.insightsName
