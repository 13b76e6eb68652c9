// How the endpoints of the parameters become Hybrid Connections.

import { endpoint } from '../types.bicep'

@export()
@sealed()
type connection = {
  name: string
  host: string
  port: int
}

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
