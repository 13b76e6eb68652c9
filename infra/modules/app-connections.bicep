// Binds the app to the Hybrid Connections of the relay.

import { connection } from 'hybrid-connection.bicep'

@description('Name of the function app.')
param appName string

@description('Name of the relay namespace.')
param relayName string

@description('The Hybrid Connections, which exist in that relay.')
@maxLength(220)
param connections connection[]

resource app 'Microsoft.Web/sites@2025-03-01' existing = { name: appName }

resource relay 'Microsoft.Relay/namespaces@2026-01-01' existing = { name: relayName }

resource hybridConnections 'Microsoft.Relay/namespaces/hybridConnections@2026-01-01' existing = [
  for connection in connections: {
    parent: relay
    name: connection.name
  }
]

resource senders 'Microsoft.Relay/namespaces/hybridConnections/authorizationRules@2026-01-01' existing = [
  for (connection, i) in connections: {
    parent: hybridConnections[i]
    name: 'defaultSender'
  }
]

// Each binding changes the same app: one after another.
@batchSize(1)
resource bindings 'Microsoft.Web/sites/hybridConnectionNamespaces/relays@2025-03-01' = [
  for (connection, i) in connections: {
    name: '${app.name}/${relay.name}/${connection.name}'
    properties: {
      serviceBusNamespace: relay.name
      #disable-next-line no-hardcoded-env-urls // environment() does not know the suffix of the relay
      serviceBusSuffix: '.servicebus.windows.net'
      relayName: connection.name
      relayArmUri: hybridConnections[i].id
      hostname: connection.host
      port: connection.port
      sendKeyName: senders[i].name
      sendKeyValue: senders[i].listKeys().primaryKey
    }
  }
]
