import type { FactOutcomes } from '../../src/facts/fact.ts';
import type { HostEntry } from '../../src/inventory/host-entry.ts';
import type { HostError } from '../../src/inventory/host-error.ts';
import type { Baseline, BaselineVm, CollectorCoverage, HostRecord } from '../../src/inventory/host-record.ts';
import type { HostIdentity, Preflight } from '../../src/inventory/preflight.ts';
import { defaultWaits, type Manifest, type RunOptions } from '../../src/inventory/run-options.ts';

/** Hand-made hosts, as the activities would leave them. */
export const perVm = ['vInfo', 'vCPU', 'vMemory', 'vNetwork'];
export const runId = '20261123T020000Z-7f3a9c';

/** The id of VM n. */
export const vmId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const vm = (n: number, state = 2): BaselineVm => ({ id: vmId(n), name: `vm${n}`, state });
export const vms = (count: number): BaselineVm[] => Array.from({ length: count }, (_, index) => vm(index + 1));
export const baseline = (list: readonly BaselineVm[], at = '2026-11-23T02:00:05.000Z'): Baseline => ({ at, vms: list });

export function entry(given: string): HostEntry {
  return { given, host: given, scheme: 'http', port: 5985 };
}

export function identityOf(name: string, over: Partial<HostIdentity> = {}): HostIdentity {
  const smbiosUuid = `11111111-1111-4111-8111-${Buffer.from(name.padEnd(6).slice(0, 6)).toString('hex')}`;
  return {
    fqdn: `${name}.corp.example`,
    computerName: name.toUpperCase(),
    domain: 'corp.example',
    smbiosUuid,
    ...over,
  };
}

export function preflight(given: string, over: Partial<Preflight> = {}): Preflight {
  return {
    host: entry(given),
    reachable: true,
    identity: identityOf(given),
    hyperV: 'usable',
    notes: [],
    attempts: [
      {
        stage: 'preflight',
        startedAt: '2026-11-23T02:00:01.000Z',
        durationMs: 120,
        outcome: 'ok',
        requests: 4,
        connections: 1,
      },
    ],
    ...over,
  };
}

export function unreachable(given: string, error: HostError): Preflight {
  const identity = { fqdn: null, computerName: null, domain: null, smbiosUuid: null };
  const attempt = { stage: 'preflight', startedAt: '2026-11-23T02:00:01.000Z', durationMs: 10_000 } as const;
  return preflight(given, {
    reachable: false,
    identity,
    hyperV: 'unknown',
    error,
    attempts: [{ ...attempt, outcome: 'failed', error, requests: 0, connections: 1 }],
  });
}

export function collector(
  tab: string,
  covered: readonly BaselineVm[],
  over: Partial<CollectorCoverage> = {},
): CollectorCoverage {
  return {
    tab,
    status: 'ok',
    failedFacts: [],
    missingFacts: [],
    rowCount: covered.length,
    covered: covered.map(({ id }) => id),
    unjoined: [],
    emptyFacts: [],
    ...over,
  };
}

interface RecordParts {
  readonly before?: readonly BaselineVm[] | null;
  readonly after?: readonly BaselineVm[] | null;
  /** What each per-VM collector found; by default what the first baseline has. */
  readonly found?: readonly BaselineVm[];
  readonly collectors?: readonly CollectorCoverage[];
  readonly facts?: FactOutcomes;
  readonly complete?: boolean;
  readonly error?: HostError;
  readonly identity?: HostIdentity;
}

export function record(given: string, parts: RecordParts = {}): HostRecord {
  const before = parts.before === undefined ? vms(10) : parts.before;
  const after = parts.after === undefined ? before : parts.after;
  const found = parts.found ?? before ?? [];
  return {
    schemaVersion: 1,
    runId,
    host: entry(given),
    identity: parts.identity ?? identityOf(given),
    complete: parts.complete ?? true,
    gatheredBy: 'script',
    baselineBefore: before && baseline(before),
    baselineAfter: after && baseline(after, '2026-11-23T02:00:45.000Z'),
    facts: parts.facts ?? {},
    collectors: parts.collectors ?? perVm.map((tab) => collector(tab, found)),
    attempts: [
      {
        stage: 'collect',
        startedAt: '2026-11-23T02:00:05.000Z',
        durationMs: 40_000,
        outcome: 'ok',
        via: 'script',
        requests: 30,
        connections: 1,
      },
    ],
    notes: [],
    ...(parts.error ? { error: parts.error } : {}),
    collectedAt: '2026-11-23T02:00:10.000Z',
  };
}

export function manifest(hosts: readonly string[], options: Partial<RunOptions> = {}): Manifest {
  return {
    schemaVersion: 1,
    runId,
    trigger: 'cli',
    startedAt: '2026-11-23T02:00:00.000Z',
    exporterVersion: '0.1.0',
    hosts: hosts.map(entry),
    repeated: [],
    options: {
      only: perVm,
      dryRun: false,
      coverageThreshold: 0.9,
      allowPartialOk: false,
      authentication: 'ntlm',
      allowBasicOverHttp: false,
      channelBinding: 'auto',
      via: 'auto',
      concurrency: 32,
      waits: defaultWaits,
      workbook: true,
      csvTabs: false,
      datacenter: null,
      ...options,
    },
  };
}
