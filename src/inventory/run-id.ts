/** What every run id looks like; ids sort by the start of their run. */
const runIdPattern = /^\d{8}T\d{6}Z-[a-z0-9]{1,32}$/;

/** Makes a run id from the run's start (UTC, to the second) and 24 random bits: `20261123T020000Z-7f3a9c`. */
export function makeRunId(now: Date, random: () => number): string {
  const start = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  const suffix = Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
  return `${start}-${suffix}`;
}

export const isRunId = (text: string): boolean => runIdPattern.test(text);

/** The start that a run id tells, ISO 8601, UTC; null where somebody has chosen an id that tells none. */
export function runStartOf(runId: string): string | null {
  const start = runId.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*$/, '$1-$2-$3T$4:$5:$6Z');
  return Number.isNaN(Date.parse(start)) ? null : start;
}
