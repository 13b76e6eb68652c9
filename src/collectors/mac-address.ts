/** `00155D0A1B2C` as `00:15:5d:0a:1b:2c`; null for the zeros of a dynamic address that was never given out. */
export function macAddress(digits: string | null | undefined): string | null {
  const mac = digits?.toLowerCase() ?? '';
  if (!/^[0-9a-f]{12}$/.test(mac) || /^0+$/.test(mac)) return null;
  return mac.replace(/(..)(?!$)/g, '$1:');
}
