import type { FactOutcome } from './fact.ts';
import type { FrameEvent } from './frame-reader.ts';
import type { ScriptMessage } from './script-protocol.ts';

type FactMessage = Extract<ScriptMessage, { kind: 'fact' }>;

/** Puts the messages of one script run together to outcomes. */
export interface FactAssembly {
  take(event: FrameEvent): void;
  /** What arrived whole, by fact name. */
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  readonly hello: Extract<ScriptMessage, { kind: 'hello' }> | undefined;
  readonly ended: boolean;
  /** True: something between the first and the last frame was lost. */
  readonly damaged: boolean;
}

/** Facts that were not `requested` are ignored: nobody reads them. */
export function assembleFacts(requested: ReadonlySet<string>): FactAssembly {
  const outcomes = new Map<string, FactOutcome>();
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

  function takeMessage(message: ScriptMessage): void {
    switch (message.kind) {
      case 'hello':
        hello = message;
        break;
      case 'end':
        ended = true;
        break;
      case 'fact':
        if (requested.has(message.name)) takeFact(message);
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
