// The shapes of the parameters. The descriptions are what an editor and `bicep generate-params` show.

@export()
@description('One TCP endpoint that the app reaches through a Hybrid Connection of its own.')
@sealed()
type endpoint = {
  @description('DNS name, no address: the app connects to it, the Hybrid Connection Manager resolves it on-premises, and over https the certificate of the host has to bear it.')
  @minLength(1)
  @maxLength(200)
  host: string

  @description('WinRM 5985 (http, sealed by NTLM) or 5986 (https), or the port of the CONNECT proxy that HYPERV_PROXY names.')
  @minValue(1)
  @maxValue(65535)
  port: int
}

@export()
@description('What the app is told by its settings, by the names that its code reads. Accounts are not among them: they lie in the Key Vault.')
@sealed()
type inventorySettings = {
  @description('The hosts, separated by commas; else they are read from hosts.txt in the container config.')
  HYPERV_HOSTS: string?

  @description('How to log on to hosts.')
  HYPERV_AUTH: ('ntlm' | 'basic' | 'certificate')?

  @description('How facts are gathered.')
  HYPERV_VIA: ('auto' | 'script' | 'cim')?

  @description('Private CAs of the certificates of hosts: PEM, with line breaks written as \\n.')
  HYPERV_CA: string?

  @description('off only where something on the way opens TLS.')
  HYPERV_CBT: ('auto' | 'off')?

  @description('CONNECT proxy for every host: http://proxy:3128. With a password in it, only as a Key Vault reference: @Microsoft.KeyVault(VaultName=...;SecretName=...).')
  HYPERV_PROXY: string?

  @description('Share of the VMs that each collector has to cover for Inventory OK, as text from 0 to 1. Default 0.90.')
  @minLength(1)
  @maxLength(6)
  COVERAGE_THRESHOLD: string?

  @description('true: coverage under the threshold still counts as Inventory OK.')
  ALLOW_PARTIAL_OK: ('true' | 'false')?

  @description('NCRONTAB with seconds, in UTC unless timeZone says otherwise. Default 0 0 2 * * *: every night at two.')
  INVENTORY_SCHEDULE: string?
}

@export()
@description('Where the app stands in a virtual network that exists.')
@sealed()
type networkSettings = {
  @description('Resource id of an empty subnet, delegated to Microsoft.Web/serverFarms, for what leaves the app. /26 recommended.')
  appSubnetId: string

  @description('Set: storage and vault are reached through private endpoints in this subnet only; their public access is off.')
  privateEndpointSubnetId: string?

  @description('false: the private DNS zones are made and linked elsewhere, as policies of a hub network do. Default true.')
  createDnsZones: bool?
}

@export()
@description('Who is told when an inventory went wrong, and from when on.')
@sealed()
type alertSettings = {
  @description('Addresses that get a mail.')
  @minLength(1)
  @maxLength(20)
  emails: string[]

  @description('Tell when more than this percentage of the hosts of a run is Inventory Partial or Inventory Error. Default 5.')
  @minValue(0)
  @maxValue(99)
  hostsPercent: int?

  @description('Tell when a cluster knows more VMs than this that no host of a run showed, or a node that the host list does not name. Default 0.')
  @minValue(0)
  @maxValue(100000)
  vmsNotCollected: int?

  @description('Tell when no run has finished for this long. At most 47: an alert looks back two days. Default 26.')
  @minValue(1)
  @maxValue(47)
  hoursWithoutRun: int?
}

@export()
@description('People (or a pipeline) who care for the app.')
@sealed()
type operatorPrincipal = {
  @description('Object id in Entra ID.')
  @minLength(36)
  @maxLength(36)
  principalId: string

  principalType: 'Group' | 'User' | 'ServicePrincipal'
}

@export()
@description('Tags of every resource, as policies of the subscription may ask for them: costCenter, owner and the like.')
type resourceTags = {
  @maxLength(256)
  *: string
}
