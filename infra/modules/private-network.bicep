// Private endpoints of both storage accounts and of the vault, and the DNS zones by which the app finds them.

import { resourceTags } from '../types.bicep'

@description('What the names of the endpoints begin with.')
param prefix string

@description('Region.')
param location string

@description('Tags of what is made here.')
param tags resourceTags

@description('Subnet of the private endpoints.')
param subnetId string

@description('true: makes the private DNS zones and links them to the network of that subnet.')
param createDnsZones bool

@description('Storage account of the Functions host.')
param hostStorageId string

@description('Storage account of the runs.')
param runStorageId string

@description('The Key Vault.')
param vaultId string

var subnet = split(subnetId, '/')
var storageSuffix = environment().suffixes.storage

var zones = [
  { service: 'blob', name: 'privatelink.blob.${storageSuffix}' }
  { service: 'queue', name: 'privatelink.queue.${storageSuffix}' }
  { service: 'table', name: 'privatelink.table.${storageSuffix}' }
  // The vault is known as .vault.azure.net, and privately as .vaultcore.azure.net.
  { service: 'vault', name: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}' }
]

var endpoints = [
  { name: 'host-blob', service: 'blob', targetId: hostStorageId }
  { name: 'host-queue', service: 'queue', targetId: hostStorageId }
  { name: 'host-table', service: 'table', targetId: hostStorageId }
  { name: 'runs-blob', service: 'blob', targetId: runStorageId }
  { name: 'vault', service: 'vault', targetId: vaultId }
]

resource dnsZones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zones: if (createDnsZones) {
    name: zone.name
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in zones: if (createDnsZones) {
    parent: dnsZones[i]
    name: 'link-${prefix}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: resourceId(subnet[2], subnet[4], 'Microsoft.Network/virtualNetworks', subnet[8]) }
    }
  }
]

module privateEndpoints 'private-endpoint.bicep' = [
  for endpoint in endpoints: {
    params: {
      name: 'pe-${prefix}-${endpoint.name}'
      location: location
      tags: tags
      subnetId: subnetId
      targetId: endpoint.targetId
      service: endpoint.service
      zoneId: createDnsZones ? dnsZones[indexOf(map(zones, zone => zone.service), endpoint.service)].id : null
    }
    dependsOn: [links]
  }
]
