// How the endpoints of the parameters become Hybrid Connections.

import { endpoint } from '../types.bicep'

@export()
@sealed()
type connection = {
  name: string
  host: string
  port: int
}

var letters = 'abcdefghijklmnopqrstuvwxyz'

@export()
@description('Whether it can only be a DNS name: no scheme, port or path, and not an IPv4 address.')
func isDnsName(host string) bool =>
  empty(filter(charactersOf(host), character => !contains('${letters}0123456789-.', character))) && !empty(filter(
    charactersOf(host),
    character => contains(letters, character)
  ))

func charactersOf(text string) string[] => map(range(0, length(text)), i => substring(toLower(text), i, 1))

@export()
@description('''
The Hybrid Connection of an endpoint. Names of Azure know letters, digits and hyphens: a hyphen of the host is doubled and
a dot becomes a hyphen, so that no two hosts share a name (a-b.c is a--b-c, a.b-c is a-b--c).
''')
func connectionOf(endpoint endpoint) connection => {
  name: '${replace(replace(toLower(endpoint.host), '-', '--'), '.', '-')}-${endpoint.port}'
  host: toLower(endpoint.host)
  port: endpoint.port
}
