// The plan, the function app, and everything that the app is told by its settings.

import { inventorySettings, resourceTags } from '../types.bicep'

@description('Name of the plan.')
param planName string

@description('Name of the app; also the first part of its address.')
@minLength(2)
@maxLength(60)
param appName string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('Size of the Windows plan.')
param planSku 'P0v3' | 'P1v3' | 'P2v3' | 'P3v3'

@description('The user-assigned identity of the app.')
param identity { id: string, clientId: string }

@description('Storage account of the Functions host.')
param hostStorageName string

@description('Blob endpoint of the storage account with the containers runs and config.')
param runsBlobUrl string

@description('Address of the Key Vault.')
param keyVaultUrl string

@description('Connection string of Application Insights; it holds no secret where only identities may send.')
param insightsConnectionString string

@description('What the inventory is told beyond that.')
param inventory inventorySettings

@description('Windows name of the time zone of the schedule. Empty: UTC.')
param timeZone string

@description('false: the timer of the app is off.')
param nightly bool

@description('Subnet for what leaves the app. Null: straight to the internet.')
param subnetId string?

@description('IPv4 ranges (CIDR) that may call the app. Empty: everybody with a function key.')
param allowedCallers string[]

var settings = union(
  {
    // The host.
    FUNCTIONS_EXTENSION_VERSION: '~4'
    FUNCTIONS_WORKER_RUNTIME: 'node'
    WEBSITE_NODE_DEFAULT_VERSION: '~22'
    WEBSITE_RUN_FROM_PACKAGE: '1'
    AzureWebJobsStorage__accountName: hostStorageName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.clientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
    // The inventory.
    AZURE_CLIENT_ID: identity.clientId
    RUNS_BLOB_URL: runsBlobUrl
    KEY_VAULT_URL: keyVaultUrl
  },
  empty(timeZone) ? {} : { WEBSITE_TIME_ZONE: timeZone },
  nightly ? {} : { 'AzureWebJobs.nightlyInventory.Disabled': 'true' },
  inventory
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  // Windows, because Functions have Hybrid Connections there only; Premium v3, because it needs no file share with keys.
  kind: 'app'
  sku: { name: planSku, tier: planSku == 'P0v3' ? 'Premium0V3' : 'PremiumV3', capacity: 1 }
  properties: { reserved: false }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  tags: tags
  kind: 'functionapp'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: subnetId
    outboundVnetRouting: subnetId == null ? null : { allTraffic: true }
    siteConfig: {
      alwaysOn: true
      use32BitWorkerProcess: false
      netFrameworkVersion: 'v8.0'
      ftpsState: 'Disabled'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
      // Answered by the host itself, without a key; nothing of the app runs for it.
      healthCheckPath: '/'
      ipSecurityRestrictionsDefaultAction: empty(allowedCallers) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: [
        for (range, i) in allowedCallers: {
          name: 'caller-${i}'
          ipAddress: range
          action: 'Allow'
          priority: 100 + i
        }
      ]
      appSettings: map(items(settings), setting => { name: setting.key, value: setting.value })
    }
  }

  // Deployments log on with Entra ID: there are no publishing passwords.
  resource ftpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output hostName string = app.properties.defaultHostName
