using 'main.bicep'

param name = 'hvtools'

// One Hybrid Connection for each host. With more than 220 hosts: one to a CONNECT proxy, and HYPERV_PROXY below.
param endpoints = [
  { host: 'hv01.corp.example', port: 5986 }
  { host: 'hv02.corp.example', port: 5986 }
]

param inventory = {
  INVENTORY_SCHEDULE: '0 0 2 * * *'
  // HYPERV_PROXY: 'http://inventory-proxy.corp.example:3128'
}
param timeZone = 'W. Europe Standard Time'

// The Entra ID group that puts accounts into the vault and hosts.txt into the storage: az ad group show --group <name> --query id
param operators = {
  principalId: '00000000-0000-0000-0000-000000000000'
  principalType: 'Group'
}

param alerts = {
  emails: ['hyperv-admins@corp.example']
}
