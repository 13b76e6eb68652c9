import type { FactOutcome } from './fact.ts';
import type { FrameEvent } from './frame-reader.ts';
import type { ScriptMessage } from './script-protocol.ts';

type FactMessage = Extract<ScriptMessage, { kind: 'fact' }>;

/** Puts the messages of one script run together to outcomes. */
export interface FactAssembly {
  take(event: FrameEvent): void;
  /** What arrived whole, by fact name. */
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  /** Rows of facts told by a method: each stands for itself, so that what is there counts, finished or not. */
  readonly inputRows: ReadonlyMap<string, InputRowsReceived>;
  /** The input of a fact told by a method that was last announced. */
  readonly asking: { readonly name: string; readonly input: string } | undefined;
  readonly hello: Extract<ScriptMessage, { kind: 'hello' }> | undefined;
  readonly ended: boolean;
  /** True: something between the first and the last frame was lost. */
  readonly damaged: boolean;
}

export interface InputRowsReceived {
  readonly properties: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Facts that were not `requested` are ignored: nobody reads them. `byInput`: those told by a method. */
export function assembleFacts(requested: ReadonlySet<string>, byInput: ReadonlySet<string> = new Set()): FactAssembly {
  const outcomes = new Map<string, FactOutcome>();
  const inputRows = new Map<
    string,
    { readonly properties: readonly string[]; readonly rows: (readonly unknown[])[] }
  >();
  let asking: FactAssembly['asking'];
  let open: { readonly name: string; readonly rows: (readonly unknown[])[]; parts: number } | undefined;
  let hello: FactAssembly['hello'];
  let ended = false;
  let damaged = false;
  /** True between a lost frame and the next message: that message may be the rest of a fact whose beginning is gone. */
  let afterDamage = false;

  function takeFact(fact: FactMessage): void {
    if (open?.name !== fact.name) open = undefined;
    const expected = open?.parts ?? 0;
    const continues = fact.part === undefined ? !afterDamage : fact.part === expected;
    if (!continues) {
      open = undefined;
      return;
    }
    open ??= { name: fact.name, rows: [], parts: 0 };
    open.parts++;
    for (const row of fact.rows) open.rows.push(row);
    if (fact.more) return;
    outcomes.set(fact.name, { status: 'ok', properties: fact.properties, rows: open.rows, durationMs: fact.ms });
    open = undefined;
  }

  function takeInputRows({ name, properties, rows }: FactMessage): void {
    const received = inputRows.get(name) ?? { properties, rows: [] };
    inputRows.set(name, received);
    for (const row of rows) received.rows.push(row);
  }

  function takeMessage(message: ScriptMessage): void {
    switch (message.kind) {
      case 'hello':
        hello = message;
        break;
      case 'end':
        ended = true;
        break;
      case 'fact':
        if (byInput.has(message.name)) takeInputRows(message);
        else if (requested.has(message.name)) takeFact(message);
        break;
      case 'asking':
        asking = { name: message.name, input: message.input };
        break;
      case 'absent':
        open = undefined;
        if (requested.has(message.name)) outcomes.set(message.name, { status: 'absent', message: message.message });
        break;
      case 'failed':
        open = undefined;
        if (requested.has(message.name)) {
          const { code, message: text } = message;
          outcomes.set(message.name, { status: 'failed', error: { code, message: text } });
        }
        break;
    }
    afterDamage = false;
  }

  return {
    take(event) {
      if (event.kind === 'message') return takeMessage(event.message);
      damaged = true;
      afterDamage = true;
      open = undefined;
    },
    outcomes,
    inputRows,
    get asking() {
      return asking;
    },
    get hello() {
      return hello;
    },
    get ended() {
      return ended;
    },
    get damaged() {
      return damaged;
    },
  };
}
