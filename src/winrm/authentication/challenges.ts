/** What a host offers in WWW-Authenticate, on one line or several (RFC 9110 11.6.1). */
export interface OfferedScheme {
  /** As the host spells it. */
  readonly scheme: string;
  /** The scheme's own data, where it came as one token. */
  readonly token: string | undefined;
}

/** Reads the schemes off all lines; parameters such as `realm="…"` are left out. */
export function offeredSchemes(lines: readonly string[]): OfferedScheme[] {
  return lines
    .flatMap((line) => line.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [])
    .flatMap((part) => {
      const found = /^\s*([A-Za-z][\w-]*)(?:\s+([\w\-.~+/]+=*)\s*$|\s|$)/.exec(part);
      return found?.[1] === undefined ? [] : [{ scheme: found[1], token: found[2] }];
    });
}

/** The names offered, for a message to the user. */
export const offeredText = (lines: readonly string[], who = 'the host'): string => {
  const names = [...new Set(offeredSchemes(lines).map(({ scheme }) => scheme))];
  return names.length === 0 ? `${who} offers no authentication` : `${who} offers ${names.join(', ')}`;
};
