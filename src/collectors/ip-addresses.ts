const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
/** Told from an IPv4 address by its colons; the host has parsed it before. */
const ipv6 = /^[0-9a-f]*:[0-9a-f:.]*(?:%\w+)?$/i;

/** The IPv4 addresses of a list, in order. */
export const ipv4Of = (addresses: readonly string[]): readonly string[] => addresses.filter((text) => ipv4.test(text));

/** The IPv6 addresses of a list, in order. */
export const ipv6Of = (addresses: readonly string[]): readonly string[] => addresses.filter((text) => ipv6.test(text));

/** The first IPv4 address by which the machine can be reached: not link-local, loopback or unspecified. */
export const primaryIpv4 = (addresses: readonly string[]): string | undefined =>
  ipv4Of(addresses).find((text) => !/^(?:169\.254|127|0)\./.test(text));
