// What both storage accounts have in common.

@export()
@description('No shared keys, no public blobs, TLS 1.2; without public access only private endpoints lead in.')
func lockedDown(publicAccess bool) resourceInput<'Microsoft.Storage/storageAccounts@2025-08-01'>.properties => {
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  allowSharedKeyAccess: false
  defaultToOAuthAuthentication: true
  minimumTlsVersion: 'TLS1_2'
  supportsHttpsTrafficOnly: true
  publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
  networkAcls: {
    bypass: 'None'
    defaultAction: publicAccess ? 'Allow' : 'Deny'
  }
}
