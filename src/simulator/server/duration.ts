const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Milliseconds of an `xs:duration` of days, hours, minutes and seconds; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text.trim());
  if (match === null || text.trim().length < 3) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round(((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000);
}

/** Milliseconds as Windows writes durations and CIM intervals: `P0DT0H30M0S`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const whole = Math.floor(seconds / 60);
  return `P${Math.floor(whole / 1440)}DT${Math.floor(whole / 60) % 24}H${whole % 60}M${Number((seconds % 60).toFixed(6))}S`;
}
