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

/** How far a fact told input by input is known already, and how long the script may go on with it. */
export interface InputProgress {
  /** Inputs to ask about first; absent where only those of a source in the same run are asked. */
  readonly given?: readonly string[];
  /** Inputs that have an answer. */
  readonly known?: readonly string[];
  /** Milliseconds of the script's time. */
  readonly untilMs: number;
}

/** What the script is told about a fact. */
export function requestedFact(name: FactName, progress: InputProgress = { untilMs: 600_000 }): RequestedFact {
  const declaration: FactDeclaration = declarationOf(name);
  const { properties, mayBeAbsent } = declaration;
  const common = { name, properties, ...(mayBeAbsent ? { mayBeAbsent } : {}) };
  if ('registryKey' in declaration) return { ...common, registryKey: declaration.registryKey };
  const paced = { ...common, ...(declaration.slow ? { slow: true } : {}) };
  if ('inputs' in declaration) {
    const { given, known = [], untilMs } = progress;
    const inputs = { ...declaration.inputs, ...(given ? { given, known } : {}) };
    const asked = { ...paced, inputs, untilMs: Math.round(untilMs) };
    if ('script' in declaration) return { ...asked, script: declaration.script };
    const { namespace, className, method, parameter, result } = declaration;
    return { ...asked, namespace, className, method, parameter, result };
  }
  if ('script' in declaration) return { ...paced, script: declaration.script };
  const { namespace, className, select, where, orMethod } = declaration;
  return {
    ...paced,
    namespace,
    className,
    ...(select ? { select } : {}),
    ...(where ? { where } : {}),
    ...(orMethod ? { orMethod } : {}),
  };
}

const toAscii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The stdin of a bootstrap: one line with the request, then the script. ASCII only, whatever the host's code page. */
export function scriptInput(request: ScriptRequest): string {
  return `$InventoryRequest = '${toAscii(JSON.stringify(request)).replaceAll("'", "''")}'\n${collectorScript()}`;
}
