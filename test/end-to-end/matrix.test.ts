import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostErrorKinds } from '../../src/inventory/host-error.ts';
import { buildFleet } from '../../src/simulator/fleet.ts';
import { type Personality, personalities } from '../../src/simulator/personalities.ts';
import { startFleet } from '../../src/simulator/server/running-fleet.ts';
import {
  account,
  accountSettings,
  briefPatience,
  caFileOf,
  clientCertificateOf,
  exporter,
  hostList,
  reportIn,
  shortWaits,
} from './exporter.ts';

/** What a run has to make of one kind of host. */
interface Expected {
  readonly status: 'Inventory OK' | 'Inventory Partial' | 'Inventory Empty' | 'Inventory Error';
  /** Why the host is not well (its error, or the reason of its status). */
  readonly code?: string;
  /** What was worked around and is told beside the result. */
  readonly note?: string;
  /** What an attempt failed with, before another one succeeded. */
  readonly retried?: string;
  /** HTTP requests at its port, all attempts together, at most. By CIM each class is one, and each disk file two. */
  readonly requests: number;
  readonly via?: 'cim';
  /** Options of the run beside the usual ones. */
  readonly options?: readonly string[];
}

const basic = ['--auth', 'basic', '--allow-basic-over-http'];
const certificate = ['--auth', 'certificate'];

const expected: Readonly<Record<Personality, Expected>> = {
  healthy: { status: 'Inventory OK', requests: 25 },
  empty: { status: 'Inventory Empty', code: 'noVms', requests: 25 },
  dead: { status: 'Inventory Error', code: 'connectionRefused', requests: 0 },
  blackHole: { status: 'Inventory Error', code: 'operationTimedOut', requests: 3, options: briefPatience },
  intermittent: { status: 'Inventory OK', retried: 'shellGone', requests: 45 },
  slow: { status: 'Inventory OK', requests: 25 },
  wrongCredentials: { status: 'Inventory Error', code: 'logonRefused', requests: 2 },
  noRights: { status: 'Inventory Error', code: 'noHyperVRights', requests: 7 },
  notHyperV: { status: 'Inventory Error', code: 'notHyperV', requests: 6 },
  vmmsStopped: { status: 'Inventory Error', code: 'vmmsStopped', requests: 21 },
  cutOffMidScript: { status: 'Inventory Partial', code: 'collectorError', requests: 100 },
  vmMoves: { status: 'Inventory OK', requests: 25 },
  // Only its preflight: the machine is collected under its first name.
  listedTwice: { status: 'Inventory OK', requests: 5 },
  strangeKeys: { status: 'Inventory Partial', code: 'joinFailed', requests: 25 },
  basicRefused: { status: 'Inventory Error', code: 'authenticationNotOffered', requests: 1, options: basic },
  negotiateRefused: { status: 'Inventory Error', code: 'authenticationNotOffered', requests: 1 },
  ntlmBlocked: { status: 'Inventory Error', code: 'ntlmBlocked', requests: 1 },
  unencryptedRefused: { status: 'Inventory Error', code: 'unencryptedRefused', requests: 1, options: basic },
  shellQuota: { status: 'Inventory OK', note: 'shellQuota', via: 'cim', requests: 180 },
  shellUserQuota: { status: 'Inventory OK', note: 'shellUserQuota', via: 'cim', requests: 180 },
  pluginQuota: { status: 'Inventory OK', note: 'pluginQuota', via: 'cim', requests: 180 },
  operationQuota: { status: 'Inventory OK', requests: 30 },
  commandQuota: { status: 'Inventory OK', requests: 30 },
  requestRateQuota: { status: 'Inventory OK', requests: 26 },
  smallEnvelopes: { status: 'Inventory OK', requests: 35 },
  busy: { status: 'Inventory OK', requests: 30 },
  shellsNotAllowed: { status: 'Inventory OK', note: 'shellsNotAllowed', via: 'cim', requests: 180 },
  shellsDenied: { status: 'Inventory OK', note: 'accessDenied', via: 'cim', requests: 180 },
  // None of its VMs has a pass-through disk.
  storageDenied: { status: 'Inventory OK', requests: 25 },
  staleShells: { status: 'Inventory OK', requests: 60 },
  constrainedLanguage: { status: 'Inventory OK', note: 'scriptRefused', via: 'cim', requests: 180 },
  powershellBlocked: { status: 'Inventory OK', note: 'scriptRefused', via: 'cim', requests: 180 },
  powershellMissing: { status: 'Inventory OK', note: 'powershellMissing', via: 'cim', requests: 180 },
  memoryQuota: { status: 'Inventory OK', note: 'shellMemoryQuota', via: 'cim', requests: 180 },
  processQuota: { status: 'Inventory OK', note: 'shellProcessQuota', via: 'cim', requests: 180 },
  german: { status: 'Inventory OK', note: 'shellsNotAllowed', via: 'cim', requests: 180 },
  japanese: { status: 'Inventory OK', note: 'powershellMissing', via: 'cim', requests: 180 },
  server2012R2: { status: 'Inventory OK', requests: 25 },
  resets: { status: 'Inventory OK', retried: 'connectionLost', requests: 40 },
  resetsAlways: { status: 'Inventory Error', code: 'connectionLost', requests: 3 },
  garbage: { status: 'Inventory Error', code: 'protocolViolation', requests: 3 },
  oversized: { status: 'Inventory Error', code: 'protocolViolation', requests: 3 },
  misdirected: { status: 'Inventory Error', code: 'protocolViolation', requests: 3 },
  dripping: { status: 'Inventory OK', requests: 25 },
  reorderedFrames: { status: 'Inventory OK', requests: 25 },
  restarting: { status: 'Inventory OK', retried: 'serviceUnavailable', requests: 26 },
  // TLS adds no request to those of a healthy host.
  https: { status: 'Inventory OK', requests: 25 },
  httpsExpired: { status: 'Inventory Error', code: 'certificateExpired', requests: 0 },
  httpsOtherName: { status: 'Inventory Error', code: 'certificateNameMismatch', requests: 0 },
  httpsSelfSigned: { status: 'Inventory Error', code: 'certificateUntrusted', requests: 0 },
  httpsSha1: { status: 'Inventory Error', code: 'certificateTooWeak', requests: 0 },
  httpsStrict: { status: 'Inventory OK', requests: 25 },
  httpsClientCertificate: { status: 'Inventory OK', requests: 25, options: certificate },
  httpsUnmapped: {
    status: 'Inventory Error',
    code: 'clientCertificateNotMapped',
    requests: 1,
    options: certificate,
  },
};

interface Seen {
  readonly personality: Personality;
  readonly status: string;
  readonly code: string | undefined;
  readonly advice: string;
  readonly note: string | undefined;
  readonly retried: string | undefined;
  readonly via: string | null;
  readonly requests: number;
  readonly logonsRefused: number;
  readonly shellsOpen: number;
  readonly enumerationsOpen: number;
}

/** Runs the real program against one host of a kind, beside a healthy one where it is that one's second name. */
async function see(personality: Personality): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), 'matrix-'));
  const kinds: readonly Personality[] = ['listedTwice', 'vmMoves'].includes(personality)
    ? ['healthy', personality]
    : [personality];
  const plan = { hosts: kinds.length, seed: 3, vms: 4, personalities: kinds, clusterShare: 0, factCostMs: 1 };
  const fleet = await startFleet(buildFleet(plan), { credential: account });
  try {
    const options = expected[personality]?.options ?? [];
    const trust = ['--ca-file', await caFileOf(fleet, folder)];
    const environment = { ...accountSettings, ...(await clientCertificateOf(fleet, folder)) };
    const surroundings = { workingFolder: folder, environment };
    await exporter(['--hosts', hostList(fleet), ...trust, ...shortWaits, ...options], surroundings);
    const running = fleet.hosts.at(-1);
    const told = (await reportIn(folder)).hosts.at(-1);
    if (running === undefined || told === undefined) throw new Error(`nothing is told of ${personality}`);
    const code = told.error?.code ?? told.reasons[0]?.code;
    const { requests, logonsRefused, shellsOpen, openEnumerations } = running.counters;
    return {
      personality,
      status: told.final_status,
      code,
      advice: told.error?.advice ?? told.notes[0]?.advice ?? '',
      note: told.notes[0]?.code,
      retried: told.attempts.find(({ outcome }) => outcome === 'failed')?.error?.code,
      via: told.attempts.at(-1)?.via ?? null,
      requests,
      logonsRefused,
      shellsOpen,
      enumerationsOpen: openEnumerations,
    };
  } finally {
    await fleet.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** As one table that a reader can hold against the README. */
function asTable(rows: readonly Seen[]): string {
  const cells = rows.map((row) => [
    row.personality,
    row.status,
    row.code ?? '',
    row.note ?? '',
    row.retried ?? '',
    row.via ?? '',
    String(row.requests),
    String(row.shellsOpen),
    row.advice,
  ]);
  const head = ['personality', 'final status', 'error or reason', 'note', 'failed first', 'via', 'requests', 'shells'];
  const all = [[...head, 'advice'], ...cells];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const seen = new Map<Personality, Seen>();
const atOnce = 8;

beforeAll(async () => {
  const waiting = [...personalities];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) seen.set(next, await see(next));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
});
afterAll(() => process.stdout.write(`\n${asTable([...seen.values()])}\n`));

it.each(personalities)('a host that is %s ends as its row says, and nothing stays open on it', (personality) => {
  const { status, code, note, retried, via, requests, options } = expected[personality];
  const made = seen.get(personality);
  expect({ ...made, requests: undefined }).toMatchObject({ status, code, note, shellsOpen: 0, enumerationsOpen: 0 });
  if (code === undefined) expect(made?.retried).toBe(retried);
  if (via !== undefined) expect(made?.via).toBe(via);
  expect(made?.requests).toBeLessThanOrEqual(requests);
  expect(made?.logonsRefused).toBe(personality === 'wrongCredentials' && options === undefined ? 1 : 0);
});

it('whatever is named as an error or worked around comes with the advice of the catalogue', () => {
  const kinds: Readonly<Record<string, { readonly advice: string }>> = hostErrorKinds;
  for (const { code = '', note = '', advice, personality } of seen.values()) {
    const kind = kinds[code] ?? kinds[note];
    if (kind === undefined) continue;
    // That of a denial depends on the account.
    if (note === 'accessDenied') expect(advice, personality).toContain('LocalAccountTokenFilterPolicy');
    else expect(advice, personality).toBe(kind.advice);
  }
});
