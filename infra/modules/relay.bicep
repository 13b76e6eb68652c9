// The relay, and in it one Hybrid Connection for each endpoint: a TCP tunnel to one name and port on-premises.

import { resourceTags } from '../types.bicep'
import { connection } from 'hybrid-connection.bicep'

@description('Name of the relay namespace.')
@minLength(6)
@maxLength(50)
param name string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('What the Hybrid Connections lead to.')
@maxLength(220)
param connections connection[]

resource relay 'Microsoft.Relay/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard' }
}

// One namespace takes few changes at a time: more at once end with "another conflicting operation is in progress".
@batchSize(5)
resource hybridConnections 'Microsoft.Relay/namespaces/hybridConnections@2026-01-01' = [
  for connection in connections: {
    parent: relay
    name: connection.name
    properties: {
      requiresClientAuthorization: true
      // In this form the Hybrid Connection Manager and the portal look for the endpoint.
      userMetadata: string([{ key: 'endpoint', value: '${connection.host}:${connection.port}' }])
    }
  }
]

@description('For the app: it may only send.')
@batchSize(5)
resource senders 'Microsoft.Relay/namespaces/hybridConnections/authorizationRules@2026-01-01' = [
  for (connection, i) in connections: {
    parent: hybridConnections[i]
    name: 'defaultSender'
    properties: { rights: ['Send'] }
  }
]

@description('For the Hybrid Connection Manager: it may only listen.')
@batchSize(5)
resource listeners 'Microsoft.Relay/namespaces/hybridConnections/authorizationRules@2026-01-01' = [
  for (connection, i) in connections: {
    parent: hybridConnections[i]
    name: 'defaultListener'
    properties: { rights: ['Listen'] }
    dependsOn: [senders]
  }
]
