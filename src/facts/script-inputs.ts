import { requestedFact } from './collector-script.ts';
import { type FactOutcome, type FactOutcomes, failedFact, type InputFactDeclaration } from './fact.ts';
import type { InputRowsReceived } from './fact-assembly.ts';
import { declarationOf, type FactName } from './fact-table.ts';
import type { Sources } from './input-queue.ts';
import { createInputRows, type InputRows } from './input-rows.ts';
import { sourceFailure } from './input-sources.ts';
import type { RequestedFact } from './script-protocol.ts';

/** True for a fact told input by input. */
export function isToldByInput(name: string): boolean {
  const declaration = inputDeclaration(name);
  return declaration !== undefined;
}

function inputDeclaration(name: string): InputFactDeclaration | undefined {
  const declaration = declarationOf(name as FactName);
  return 'inputs' in declaration ? declaration : undefined;
}

interface RunOfInputs {
  readonly outcomes: ReadonlyMap<string, FactOutcome>;
  readonly inputRows: ReadonlyMap<string, InputRowsReceived>;
}

/** The facts told input by input of one gathering: what is there of them, and what is still to be asked. */
export interface ScriptInputs {
  /** The facts as the script is asked for them in a run of this length. */
  requested(facts: readonly FactName[], deadlineMs: number): readonly RequestedFact[];
  take(run: RunOfInputs): void;
  /** Facts with inputs that have no answer. */
  missing(): readonly FactName[];
  /** Inputs with an answer, of all facts. */
  answered(): number;
  /** This input hangs. */
  giveUp(name: string, input: string): void;
  /** What came of each; inputs without an answer get a row that says why. */
  outcomes(why: 'timeOver' | 'broken'): ReadonlyMap<string, FactOutcome>;
}

/** Shares of a run's time at which the script stops asking for further inputs: of one fact after the other, and the last. */
const untils = [0.55, 0.82];
const lastUntil = 0.9;

interface Table {
  readonly declaration: InputFactDeclaration;
  readonly rows: InputRows;
  failed?: FactOutcome;
}

/** `outcomeOf` gives what is known of a fact that is not told input by input. */
export function createScriptInputs(
  facts: readonly FactName[],
  outcomeOf: (name: FactName) => FactOutcome | undefined,
  earlier: FactOutcomes,
): ScriptInputs {
  const tables = new Map<FactName, Table>();
  for (const name of facts) {
    const declaration = inputDeclaration(name);
    if (declaration) tables.set(name, { declaration, rows: createInputRows(declaration, earlier[name]) });
  }
  const sources: Sources = (fact) => {
    const name = fact as FactName;
    const table = tables.get(name);
    return table ? (table.failed ?? table.rows.outcome()) : outcomeOf(name);
  };

  return {
    requested(asked, deadlineMs) {
      const byInput = asked.filter((name) => tables.has(name));
      return asked.map((name) => {
        const table = tables.get(name);
        if (!table) return requestedFact(name);
        const last = byInput.at(-1) === name;
        const untilMs = deadlineMs * ((last ? undefined : untils[byInput.indexOf(name)]) ?? lastUntil);
        const given = table.rows.remaining(sources);
        return requestedFact(name, given ? { given, known: table.rows.known(), untilMs } : { untilMs });
      });
    },
    take({ outcomes, inputRows }) {
      for (const [name, table] of tables) {
        const received = inputRows.get(name);
        if (received) table.rows.takeScriptRows(received.properties, received.rows);
        const outcome = outcomes.get(name);
        if (outcome) table.failed = outcome;
      }
    },
    missing: () =>
      [...tables].flatMap(([name, table]) => {
        if (table.failed) return [];
        const remaining = table.rows.remaining(sources);
        return remaining && remaining.length > 0 ? [name] : [];
      }),
    answered: () => [...tables.values()].reduce((sum, { rows }) => sum + rows.known().length, 0),
    giveUp(name, input) {
      tables.get(name as FactName)?.rows.giveUp([input], 'fileTimedOut', 'It was being read when the script hung.');
    },
    outcomes(why) {
      const made = new Map<string, FactOutcome>();
      // In the order of the table a source comes first: where it failed, what is asked of its rows has not arrived.
      for (const [name, table] of tables) {
        made.set(
          name,
          outcomeOfTable(table, (fact) => made.get(fact) ?? sources(fact), why),
        );
      }
      return made;
    },
  };
}

function outcomeOfTable(
  { declaration, rows, failed }: Table,
  sources: Sources,
  why: 'timeOver' | 'broken',
): FactOutcome {
  const remaining = rows.remaining(sources);
  if (remaining === undefined) return sourceFailure(declaration, sources);
  if (failed && rows.known().length === 0) return failed;
  if (why === 'broken' && rows.known().length === 0 && remaining.length > 0) {
    return failedFact('factNotReceived', 'The conversation broke off before it came.');
  }
  if (why === 'broken') rows.giveUp(remaining, 'fileNotReceived', 'The conversation broke off before it was told.');
  else rows.giveUp(remaining, 'fileNotAsked', 'The time for this host was over before it was asked.');
  return rows.outcome();
}
