import { bootstrapCommand, requestedFact, scriptInput } from '../../src/facts/collector-script.ts';
import type { FactOutcome } from '../../src/facts/fact.ts';
import { assembleFacts, type InputRowsReceived } from '../../src/facts/fact-assembly.ts';
import type { FactName } from '../../src/facts/fact-table.ts';
import { createFrameReader } from '../../src/facts/frame-reader.ts';
import type { RequestedFact, ScriptMessage, ScriptRequest } from '../../src/facts/script-protocol.ts';
import type {
  CimHostData,
  EngineRequest,
  EngineResponse,
  PowershellEngine,
} from '../powershell-host/powershell-engine.ts';

/** What powershell.exe is given by the shipped command line. */
export const bootstrapScript = /-Command "([^"]*)"$/.exec(bootstrapCommand)?.[1] ?? '';

export interface CollectorRun {
  readonly response: EngineResponse;
  readonly messages: readonly ScriptMessage[];
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  readonly inputRows: ReadonlyMap<string, InputRowsReceived>;
  /** Messages per frame. */
  readonly frames: readonly number[];
  readonly noise: string;
  readonly damage: readonly string[];
}

/** Runs the shipped script, byte for byte, the way a host does. */
export async function runCollector(
  engine: PowershellEngine,
  facts: readonly (FactName | RequestedFact)[],
  cim: CimHostData,
  { request = {}, engine: settings = {} }: { request?: Partial<ScriptRequest>; engine?: Partial<EngineRequest> } = {},
): Promise<CollectorRun> {
  const asked = facts.map((fact) => (typeof fact === 'string' ? requestedFact(fact) : fact));
  const stdinText = scriptInput({
    version: 1,
    facts: asked,
    flushEach: false,
    flushMs: 60_000,
    flushBytes: 300_000,
    operationTimeoutSec: 30,
    inputTimeoutSec: 2,
    ...request,
  });
  const response = await engine.run({ script: bootstrapScript, stdinText, cim, ...settings });
  const reader = createFrameReader();
  const assembly = assembleFacts(
    new Set(asked.map(({ name }) => name)),
    new Set(asked.flatMap((fact) => ('inputs' in fact ? [fact.name] : []))),
  );
  const messages: ScriptMessage[] = [];
  const frames: number[] = [];
  const damage: string[] = [];
  // A piece that ends a line of base64 completes one frame.
  for (const piece of response.stdout.split(/(?<=\n)/)) {
    const events = reader.push(Buffer.from(piece));
    if (events.length > 0) frames.push(events.length);
    for (const event of events) {
      assembly.take(event);
      if (event.kind === 'message') messages.push(event.message);
      else damage.push(event.reason);
    }
  }
  for (const event of reader.end()) if (event.kind === 'damage') damage.push(event.reason);
  return {
    response,
    messages,
    outcomes: assembly.outcomes,
    inputRows: assembly.inputRows,
    frames,
    noise: reader.noise(),
    damage,
  };
}
