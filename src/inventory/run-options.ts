import type { AuthenticationScheme } from '../winrm/winrm-session.ts';
import type { HostEntry } from './host-entry.ts';

/** How the facts of a host are gathered. `auto`: by script, and by CIM where PowerShell is refused. */
export type Via = 'auto' | 'script' | 'cim';

/** Waiting times of a run, in milliseconds. */
export interface Waits {
  readonly connectMs: number;
  readonly preflightMs: number;
  /** Longest wait for one WS-Management answer. */
  readonly operationMs: number;
  readonly scriptMs: number;
  /** Pauses before the retries of a host that dropped out; their number is the number of retries. */
  readonly retryMs: readonly number[];
}

/** The design's defaults. */
export const defaultWaits: Waits = {
  connectMs: 10_000,
  preflightMs: 20_000,
  operationMs: 60_000,
  scriptMs: 600_000,
  retryMs: [30_000, 120_000],
};

/** Everything that decides what a run does. No secret: it is written to the manifest. */
export interface RunOptions {
  /** Collectors by tab name. */
  readonly only: readonly string[];
  readonly dryRun: boolean;
  readonly coverageThreshold: number;
  readonly allowPartialOk: boolean;
  readonly authentication: AuthenticationScheme;
  readonly allowBasicOverHttp: boolean;
  readonly via: Via;
  /** Hosts asked at once. */
  readonly concurrency: number;
  readonly waits: Waits;
  /** False: no workbook (smoke-collect). */
  readonly workbook: boolean;
}

export type Trigger = 'cli' | 'http' | 'timer';

/** `manifest.json`: what a run set out to do. Written once, never replaced. */
export interface Manifest {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly trigger: Trigger;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly exporterVersion: string;
  readonly hosts: readonly HostEntry[];
  /** Entries that were given more than once, as given; each is asked once. */
  readonly repeated: readonly string[];
  readonly options: RunOptions;
}
