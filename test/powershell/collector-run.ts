import { bootstrapCommand, requestedFact, scriptInput } from '../../src/facts/collector-script.ts';
import type { FactOutcome } from '../../src/facts/fact.ts';
import { assembleFacts, type InputRowsReceived } from '../../src/facts/fact-assembly.ts';
import type { FactName } from '../../src/facts/fact-table.ts';
import { createFrameReader } from '../../src/facts/frame-reader.ts';
import type { RequestedFact, ScriptMessage, ScriptRequest } from '../../src/facts/script-protocol.ts';
import {
  type CimHostData,
  type EngineRequest,
  type EngineResponse,
  type PowershellEngine,
  startPowershellEngine,
} from '../powershell-host/powershell-engine.ts';

/** What powershell.exe is given by the shipped command line. */
const bootstrapScript = /-Command "([^"]*)"$/.exec(bootstrapCommand)?.[1] ?? '';

/** What a run of the script has said. */
export interface CollectorOutput {
  readonly messages: readonly ScriptMessage[];
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  readonly inputRows: ReadonlyMap<string, InputRowsReceived>;
  /** Messages per frame. */
  readonly frames: readonly number[];
  readonly noise: string;
  readonly damage: readonly string[];
}

export interface CollectorRun extends CollectorOutput {
  readonly response: EngineResponse;
}

/** Runs the shipped script, byte for byte, the way a host does. */
export async function runCollector(
  engine: PowershellEngine,
  facts: readonly (FactName | RequestedFact)[],
  cim: CimHostData,
  { request = {}, engine: settings = {} }: { request?: Partial<ScriptRequest>; engine?: Partial<EngineRequest> } = {},
): Promise<CollectorRun> {
  const asked = requestOf(facts, request);
  const response = await engine.run({ script: bootstrapScript, stdinText: scriptInput(asked), cim, ...settings });
  return { response, ...outputIn(response.stdout, asked) };
}

/** What a script that hangs has sent by then: up to the message that is looked for, where its engine is ended. */
export async function runCollectorUntil(
  isLast: (message: ScriptMessage) => boolean,
  facts: readonly (FactName | RequestedFact)[],
  cim: CimHostData,
  request: Partial<ScriptRequest>,
): Promise<CollectorOutput> {
  const asked = requestOf(facts, request);
  const engine = await startPowershellEngine();
  try {
    let stdout = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (piece: string): void => {
        stdout += piece;
        if (piece.endsWith('\n') && outputIn(stdout, asked).messages.some(isLast)) resolve();
      };
      engine
        .run({ script: bootstrapScript, stdinText: scriptInput(asked), cim }, hear)
        .then(() => reject(new Error(`the script ended without it: ${stdout}`)), reject);
    });
    return outputIn(stdout, asked);
  } finally {
    await engine.close();
  }
}

const requestOf = (facts: readonly (FactName | RequestedFact)[], request: Partial<ScriptRequest>): ScriptRequest => ({
  version: 1,
  facts: facts.map((fact) => (typeof fact === 'string' ? requestedFact(fact) : fact)),
  flushEach: false,
  flushMs: 60_000,
  flushBytes: 300_000,
  operationTimeoutSec: 30,
  inputTimeoutSec: 30,
  ...request,
});

function outputIn(stdout: string, { facts }: ScriptRequest): CollectorOutput {
  const reader = createFrameReader();
  const assembly = assembleFacts(
    new Set(facts.map(({ name }) => name)),
    new Set(facts.flatMap((fact) => ('inputs' in fact ? [fact.name] : []))),
  );
  const messages: ScriptMessage[] = [];
  const frames: number[] = [];
  const damage: string[] = [];
  // A piece that ends a line of base64 completes one frame.
  for (const piece of stdout.split(/(?<=\n)/)) {
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
    messages,
    outcomes: assembly.outcomes,
    inputRows: assembly.inputRows,
    frames,
    noise: reader.noise(),
    damage,
  };
}
