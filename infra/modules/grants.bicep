// Built-in roles by what they are called in Azure, and how a principal gets one.

import { operatorPrincipal } from '../types.bicep'

@export()
var roles = {
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

type grant = resourceInput<'Microsoft.Authorization/roleAssignments@2022-04-01'>.properties

@export()
@description('A role for the managed identity of the app.')
func toApp(principalId string, role string) grant => {
  principalId: principalId
  principalType: 'ServicePrincipal'
  roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
}

@export()
@description('A role for the people who care for the app.')
func toOperators(who operatorPrincipal, role string) grant => {
  principalId: who.principalId
  principalType: who.principalType
  roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
}
