/**
 * True: the configuration version of a VM (`5.0`, `8.0`, `10.0`) is at least `major.minor`. Compared as numbers, for
 * "10.0" is not below "6.2"; null where the version is not known.
 */
export function versionAtLeast(version: string | null | undefined, major: number, minor: number): boolean | null {
  const [, majorText, minorText = '0'] = /^(\d+)(?:\.(\d+))?/.exec(version ?? '') ?? [];
  if (majorText === undefined) return null;
  return Number(majorText) === major ? Number(minorText) >= minor : Number(majorText) > major;
}

/** The number before the dot; null where the version is not known. */
export function majorVersion(version: string | null | undefined): number | null {
  const digits = /^\d+/.exec(version ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}
