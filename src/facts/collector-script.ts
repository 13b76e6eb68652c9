import { readFileSync } from 'node:fs';
import type { FactDeclaration } from './fact.ts';
import { declarationOf, type FactName } from './fact-table.ts';
import type { RequestedFact, ScriptRequest } from './script-protocol.ts';

/**
 * The readable bootstrap: reads all of stdin and runs it as one script block (`-Command -` would read it line by line).
 * It must not hold PowerShell's name for the pipeline input, or powershell.exe consumes stdin itself.
 */
export const bootstrapCommand =
  'powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "& ([ScriptBlock]::Create([Console]::In.ReadToEnd()))"';

/** The second form, for hosts where powershell.exe has taken stdin before the first form could read it. */
export const inputBootstrapCommand =
  'powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "& ([ScriptBlock]::Create(@($input) -join [char]10))"';

let shipped: string | undefined;

/** The text of `collector.ps1`, byte for byte as it is shipped. */
export function collectorScript(): string {
  shipped ??= readFileSync(new URL('./collector.ps1', import.meta.url), 'utf8');
  return shipped;
}

/** What the script is told about a fact. */
export function requestedFact(name: FactName): RequestedFact {
  const declaration: FactDeclaration = declarationOf(name);
  const { properties, mayBeAbsent, slow } = declaration;
  const common = { name, properties, ...(mayBeAbsent ? { mayBeAbsent } : {}), ...(slow ? { slow } : {}) };
  if ('script' in declaration) return { ...common, script: declaration.script };
  const { namespace, className, select, where } = declaration;
  return { ...common, namespace, className, ...(select ? { select } : {}), ...(where ? { where } : {}) };
}

const toAscii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The stdin of a bootstrap: one line with the request, then the script. ASCII only, whatever the host's code page. */
export function scriptInput(request: ScriptRequest): string {
  return `$InventoryRequest = '${toAscii(JSON.stringify(request)).replaceAll("'", "''")}'\n${collectorScript()}`;
}
