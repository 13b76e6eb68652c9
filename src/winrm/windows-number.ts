/**
 * A fault's number or an exit code as Windows counts it, unsigned; negative ones are written as two's complement.
 * Undefined for what does not fit into 32 bits: cut down to them it would be another number, zero even.
 */
export function windowsNumber(text: string): number | undefined {
  if (!/^-?\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= -0x8000_0000 && number <= 0xffff_ffff ? number >>> 0 : undefined;
}
