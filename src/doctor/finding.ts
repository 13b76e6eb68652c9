/** What the doctor says of one host, one step after another. */

/**
 * `ok`: as it should be. `warning`: works, but something costs data or will stop working. `failed`: does not work.
 * `skipped`: not looked at, because there was nothing to look at or an earlier step had ended the conversation.
 */
export type StepStatus = 'ok' | 'warning' | 'failed' | 'skipped';

/** What an inventory loses. All three lists are empty where it loses nothing. */
export interface Costs {
  /** RVTools tabs that come out incomplete or not at all. */
  readonly tabs: readonly string[];
  /** Columns that stay blank or are less exact, as the fact table names them. */
  readonly columns: readonly string[];
  /** The facts behind them. */
  readonly facts: readonly string[];
}

/** How a finding is mended. */
export interface Mending {
  /** Where the commands are to be typed: in PowerShell as administrator on the host, or on the machine this runs on. */
  readonly where: 'host' | 'here';
  /** What is to be done, as one sentence. */
  readonly what: string;
  /** Lines to copy; `<…>` stands for what only the user knows. */
  readonly commands: readonly string[];
  /** Another way, which makes the host less safe; never the first one to take. */
  readonly otherwise?: { readonly what: string; readonly commands: readonly string[]; readonly weakens: string };
}

/** What a check found. */
export interface Finding {
  readonly status: StepStatus;
  /** Stable, from the catalogue of errors or the check's own; undefined where all is well. */
  readonly code?: string;
  /** One line: what was seen, in the host's or our words. Never a secret. */
  readonly seen: string;
  readonly costs?: Costs;
  readonly mending?: Mending;
  /** True: the host gives no inventory at all because of this. */
  readonly fatal?: true;
  /** True: nothing more can be asked over this conversation; what comes later is skipped. */
  readonly ends?: true;
}

/** A finding under the name of its check. */
export interface Step extends Finding {
  /** Stable. */
  readonly check: string;
  /** For people. */
  readonly title: string;
}

/** `full`: every tab and column. `limited`: some are missing. `none`: no inventory. */
export type Verdict = 'full' | 'limited' | 'none';

/** Everything about one host. */
export interface Diagnosis {
  /** As the host list has it. */
  readonly given: string;
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** The account's name; null where the settings have none for this host. */
  readonly account: string | null;
  readonly verdict: Verdict;
  /** How a run would gather this host's facts; null where it could not. */
  readonly via: 'script' | 'cim' | null;
  /** One sentence. */
  readonly summary: string;
  readonly steps: readonly Step[];
}

export const ok = (seen: string): Finding => ({ status: 'ok', seen });
export const skipped = (why: string): Finding => ({ status: 'skipped', seen: why });
