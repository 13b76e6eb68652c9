// The vault with the accounts that hosts are asked with.

import { operatorPrincipal, resourceTags } from '../types.bicep'
import { roles, toApp, toOperators } from 'grants.bicep'

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('false: only private endpoints lead in.')
param publicAccess bool

@description('Nobody can empty the vault for good before its 90 days are over; cannot be taken back.')
param purgeProtection bool

@description('Resource id of the identity of the app.')
param appIdentityId string

@description('Its principal id.')
param appPrincipalId string

@description('Who puts accounts into the vault.')
param operators operatorPrincipal?

@description('Workspace that is told who read or changed which secret.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    // Azure knows true or nothing.
    enablePurgeProtection: purgeProtection ? true : null
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
  }
}

resource appReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appIdentityId, roles.keyVaultSecretsUser)
  scope: vault
  properties: toApp(appPrincipalId, roles.keyVaultSecretsUser)
}

resource operatorsWriteSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operators != null) {
  name: guid(vault.id, operators.?principalId ?? '', roles.keyVaultSecretsOfficer)
  scope: vault
  properties: toOperators(operators!, roles.keyVaultSecretsOfficer)
}

#disable-next-line use-recent-api-versions // there is no newer one with category groups
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
