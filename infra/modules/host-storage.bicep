// The storage of the Functions host itself: its keys, locks, and the queues and tables of Durable Functions.
// Nothing of a run lies here, so that versions, soft delete and the lifecycle of runs do not touch it.

import { resourceTags } from '../types.bicep'
import { roles, toApp } from 'grants.bicep'
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

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: lockedDown(publicAccess)
}

resource appAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [
    roles.storageBlobDataOwner
    roles.storageQueueDataContributor
    roles.storageTableDataContributor
  ]: {
    name: guid(storage.id, appIdentityId, role)
    scope: storage
    properties: toApp(appPrincipalId, role)
  }
]

output id string = storage.id
output name string = storage.name
