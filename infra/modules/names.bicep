// What names may consist of.

var digits = '0123456789'
var letters = 'abcdefghijklmnopqrstuvwxyz'

func consistsOf(text string, characters string) bool =>
  empty(filter(range(0, length(text)), i => !contains(characters, substring(text, i, 1))))

@export()
@description('Whether a host is given as what can only be a DNS name: no scheme, port or path, and not an IPv4 address.')
func isDnsName(host string) bool =>
  consistsOf(toLower(host), '${letters}${digits}-.') && !consistsOf(host, '${digits}.')

@export()
@description('Whether every kind of resource can be named after it: lower-case letters and digits, a letter first.')
func isShortName(name string) bool =>
  consistsOf(name, '${letters}${digits}') && contains(letters, substring(name, 0, 1))
