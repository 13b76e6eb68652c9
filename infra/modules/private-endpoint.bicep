// One service of one resource, reached by an address in a subnet, with the DNS zone that its name needs.

import { resourceTags } from '../types.bicep'

@description('Name of the private endpoint.')
param name string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('Subnet in which it gets its address.')
param subnetId string

@description('The resource behind it.')
param targetId string

@description('The service of that resource.')
param service 'blob' | 'queue' | 'table' | 'vault'

@description('Resource id of the private DNS zone of the service. Null: others register the name.')
param zoneId string?

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: service
        properties: { privateLinkServiceId: targetId, groupIds: [service] }
      }
    ]
  }

  resource registration 'privateDnsZoneGroups' = if (zoneId != null) {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: service, properties: { privateDnsZoneId: zoneId } }]
    }
  }
}
