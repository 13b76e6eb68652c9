// What an inventory reads and leaves: container config (hosts.txt) and container runs (a folder for each run).

import { operatorPrincipal, resourceTags } from '../types.bicep'
import { roles, toApp, toOperators } from 'grants.bicep'
import { lockedDown } from 'storage-account.bicep'

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('Replication.')
param sku 'Standard_LRS' | 'Standard_ZRS'

@description('false: only private endpoints lead in.')
param publicAccess bool

@description('Resource id of the identity of the app.')
param appIdentityId string

@description('Its principal id.')
param appPrincipalId string

@description('Who reads the runs and writes the host list.')
param operators operatorPrincipal?

@description('Days until the files of a run are deleted.')
@minValue(2)
@maxValue(3650)
param keepRunsDays int

@description('Days that what was overwritten or deleted can be brought back.')
@minValue(1)
@maxValue(365)
param keepDeletedDays int

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: lockedDown(publicAccess)

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: keepDeletedDays }
      containerDeleteRetentionPolicy: { enabled: true, days: keepDeletedDays }
    }

    resource runs 'containers' = {
      name: 'runs'
      properties: { publicAccess: 'None' }
    }

    resource config 'containers' = {
      name: 'config'
      properties: { publicAccess: 'None' }
    }
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'delete-old-runs'
            type: 'Lifecycle'
            enabled: true
            definition: {
              // Run ids begin with their year: known-guests.json.gz, which lies beside the runs, is kept.
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['runs/2'] }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: keepRunsDays } } }
            }
          }
          {
            name: 'delete-old-versions'
            type: 'Lifecycle'
            enabled: true
            definition: {
              // A version's age counts from its making, not from when it was overwritten. So the old versions of hosts.txt,
              // which are few and small, are kept: the last good one may be older than any number of days.
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['runs/'] }
              actions: { version: { delete: { daysAfterCreationGreaterThan: keepDeletedDays } } }
            }
          }
        ]
      }
    }
  }
}

resource appWritesRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::runs.id, appIdentityId, roles.storageBlobDataContributor)
  scope: storage::blobs::runs
  properties: toApp(appPrincipalId, roles.storageBlobDataContributor)
}

resource appReadsConfig 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage::blobs::config.id, appIdentityId, roles.storageBlobDataReader)
  scope: storage::blobs::config
  properties: toApp(appPrincipalId, roles.storageBlobDataReader)
}

resource operatorsReadRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operators != null) {
  name: guid(storage::blobs::runs.id, operators.?principalId ?? '', roles.storageBlobDataReader)
  scope: storage::blobs::runs
  properties: toOperators(operators!, roles.storageBlobDataReader)
}

resource operatorsWriteConfig 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operators != null) {
  name: guid(storage::blobs::config.id, operators.?principalId ?? '', roles.storageBlobDataContributor)
  scope: storage::blobs::config
  properties: toOperators(operators!, roles.storageBlobDataContributor)
}

output id string = storage.id
output name string = storage.name
output blobEndpoint string = storage.properties.primaryEndpoints.blob
