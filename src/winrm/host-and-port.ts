/** `host:port` as it stands in URLs (RFC 3986 3.2.2): an IPv6 address in brackets. */
export const hostAndPort = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
