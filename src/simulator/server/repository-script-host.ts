import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestedFact, RequestedInputFact, ScriptRequest } from '../../facts/script-protocol.ts';
import { failure, type Result, success } from '../../result.ts';
import type { CimInstance, CimRepository } from '../cim-repository.ts';
import { factValue } from './fact-values.ts';
import { FrameWriter } from './frame-writer.ts';
import { factCostOf } from './machine.ts';
import { methodAnswer } from './method-answers.ts';
import { RepositoryInputs } from './repository-inputs.ts';
import type { ScriptHost, ScriptRun } from './script-host.ts';
import { classNamed, isDenied, isUnsupported, namespaceNamed } from './shown-repository.ts';
import { parseWqlCondition, selectInstances } from './wql.ts';

type RequestedCimFact = Exclude<Extract<RequestedFact, { className: string }>, RequestedInputFact>;
type RequestedRegistryFact = Extract<RequestedFact, { registryKey: string }>;
type Row = readonly unknown[];

const isInputFact = (fact: RequestedFact): fact is RequestedInputFact => 'inputs' in fact;

interface NoRows {
  readonly kind: 'absent' | 'failed';
  readonly code?: 'factFailed' | 'factDenied';
  readonly message: string;
}
type Rows = Result<readonly Row[], NoRows>;

export interface RepositoryScriptHostOptions {
  /** The script that is expected byte for byte. Default: the shipped `collector.ps1`. */
  readonly collectorScript?: () => Promise<string>;
}

/**
 * Answers the collector script straight from the repository, without any PowerShell. It knows no script but the
 * collector: anything else is refused with exit code 1 and a reason on stderr.
 */
export function repositoryScriptHost(options: RepositoryScriptHostOptions = {}): ScriptHost {
  const collectorScript = options.collectorScript ?? shippedScript;
  return {
    run: async (run, write) => {
      const request = readRequest(run.script, await collectorScript());
      if (!request.ok) return { exitCode: 1, stderr: request.error };
      await answer(request.value, run, write);
      return { exitCode: 0, stderr: '' };
    },
  };
}

let shipped: Promise<string> | undefined;
const shippedScript = (): Promise<string> => {
  shipped ??= readFile(new URL('../../facts/collector.ps1', import.meta.url), 'utf8');
  return shipped;
};

const requestLine = /^\$InventoryRequest = '((?:[^']|'')*)'\r?\n/;

function readRequest(script: string, collectorScript: string): Result<ScriptRequest, string> {
  const match = requestLine.exec(script);
  if (match === null) return failure('The script does not begin with its request.');
  if (script.slice(match[0].length) !== collectorScript)
    return failure('The script is not the collector that is shipped.');
  const request: unknown = JSON.parse((match[1] ?? '').replaceAll("''", "'"));
  return isScriptRequest(request) ? success(request) : failure('The request is not of version 1.');
}

const isScriptRequest = (value: unknown): value is ScriptRequest =>
  typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'facts' in value;

async function answer(request: ScriptRequest, run: ScriptRun, write: (stdout: Buffer) => void): Promise<void> {
  const frames = new FrameWriter(write, request.flushMs, request.flushBytes);
  const culture = run.host.language ?? 'en-US';
  await frames.add(
    JSON.stringify({ kind: 'hello', powershell: powershellOf(run), languageMode: 'FullLanguage', culture }),
  );
  if (request.flushEach) await frames.flush();
  const cost = factCostOf(run.host);
  const inputs = new RepositoryInputs(request, run, frames);
  for (const fact of request.facts) {
    if (fact.slow) await frames.flush();
    const started = performance.now();
    if (isInputFact(fact)) await inputs.add(fact);
    else {
      if (cost > 0) await sleep(cost, undefined, { signal: run.signal });
      const rows = rowsOf(fact, run);
      if (rows.ok) inputs.noteSource(fact, rows.value);
      await addFact(frames, fact, rows, request.flushBytes, () => Math.round(performance.now() - started));
    }
    if (request.flushEach) await frames.flush();
    if (run.signal.aborted) return;
  }
  await frames.add(JSON.stringify({ kind: 'end', facts: request.facts.length }));
  await frames.flush();
}

/** Windows Server 2012 R2 comes with PowerShell 4.0, later ones with 5.1. */
function powershellOf({ repository }: ScriptRun): string {
  const system = classNamed(repository, 'root/cimv2', 'Win32_OperatingSystem')?.instances[0];
  return String(system?.values.Version ?? '').startsWith('6.') ? '4.0' : '5.1.20348.2849';
}

async function addFact(
  frames: FrameWriter,
  fact: RequestedFact,
  rows: Rows,
  flushBytes: number,
  elapsedMs: () => number,
): Promise<void> {
  if (!rows.ok) return frames.add(JSON.stringify({ ...rows.error, name: fact.name }));
  const head = `{"kind":"fact","name":${JSON.stringify(fact.name)},"properties":${JSON.stringify(Object.keys(fact.properties))}`;
  const message = (texts: readonly string[], part: number, more: boolean) =>
    `${head},"rows":[${texts.join(',')}],"part":${part},"more":${more},"ms":${elapsedMs()}}`;
  let texts: string[] = [];
  let characters = 0;
  let part = 0;
  for (const row of rows.value) {
    if (characters >= flushBytes) {
      await frames.add(message(texts, part, true));
      part += 1;
      texts = [];
      characters = 0;
    }
    const text = JSON.stringify(row);
    texts.push(text);
    characters += text.length;
  }
  await frames.add(message(texts, part, false));
}

function rowsOf(fact: Exclude<RequestedFact, RequestedInputFact>, run: ScriptRun): Rows {
  if ('script' in fact) return scriptRows(fact.name);
  return 'registryKey' in fact ? registryRows(fact, run.repository) : cimRows(fact, run);
}

function cimRows(fact: RequestedCimFact, { repository, host }: ScriptRun): Rows {
  if (isDenied(host, fact.namespace)) return failure({ kind: 'failed', code: 'factDenied', message: 'Access denied' });
  if (namespaceNamed(repository, fact.namespace) === undefined) return missing(fact, 'Invalid namespace');
  const cimClass = classNamed(repository, fact.namespace, fact.className);
  if (cimClass === undefined) return missing(fact, 'Invalid class');
  if (isUnsupported(fact.namespace, cimClass)) return missing(fact, 'Not supported');
  const conditions = fact.where === undefined ? success([]) : parseWqlCondition(fact.where);
  const selected = conditions.ok ? selectInstances(cimClass, conditions.value) : conditions;
  if (!selected.ok) return failure({ kind: 'failed', code: 'factFailed', message: selected.error });
  // A class answers for its subclasses too; the script keeps the class's own instances.
  const own = selected.value.filter(({ className }) => className === cimClass.className);
  const columns = Object.entries(fact.properties);
  const rowOf = ({ values }: CimInstance): Row => columns.map(([name, type]) => factValue(type, values[name]));
  return success(own.map(rowOf));
}

/** A simulated host has no PowerShell: what only a script block finds it cannot tell. */
const scriptRows = (name: string): Rows =>
  failure({ kind: 'failed', code: 'factFailed', message: `A simulated host cannot run the script of ${name}` });

function registryRows({ registryKey, properties, ...fact }: RequestedRegistryFact, repository: CimRepository): Rows {
  const row = Object.entries(properties).map(([name, type]) => {
    const number = type === 'uint32';
    const answer = methodAnswer(repository, {
      namespace: 'root/cimv2',
      className: 'StdRegProv',
      method: number ? 'GetDWORDValue' : 'GetStringValue',
      parameters: { hDefKey: ['2147483650'], sSubKeyName: [registryKey], sValueName: [name] },
    });
    return answer?.out[number ? 'uValue' : 'sValue'] ?? null;
  });
  const isEmpty = row.every((value) => value === null);
  return isEmpty
    ? missing({ registryKey, properties, ...fact }, 'The registry holds none of these values.')
    : success([row]);
}

const missing = (fact: RequestedFact, message: string): Rows =>
  fact.mayBeAbsent ? failure({ kind: 'absent', message }) : failure({ kind: 'failed', code: 'factFailed', message });
