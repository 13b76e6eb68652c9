import { domainToASCII } from 'node:url';

/** A DNS name in its ASCII form, which DNS and TLS want: Windows names may hold other letters. Undefined: it is none. */
export function dnsName(text: string): string | undefined {
  const ascii = /[^\0-\x7F]/.test(text) ? domainToASCII(text) : text;
  const labels = ascii.replace(/\.$/, '').split('.');
  const valid =
    ascii.length <= 253 && labels.every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
  return valid && isItself(ascii) ? ascii : undefined;
}

/** URLs take a last label of digits for an IPv4 address (`0x7f` is 127), and refuse punycode that stands for nothing. */
function isItself(host: string): boolean {
  return URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === host.toLowerCase();
}
