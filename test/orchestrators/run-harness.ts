import * as df from 'durable-functions';
import type { CollectInput } from '../../src/activities/collect-host.ts';
import type { OpenRun } from '../../src/activities/open-run.ts';
import type { PreflightInput } from '../../src/activities/preflight-host.ts';
import type { SeekVmsInput, SoughtVms } from '../../src/activities/seek-vms.ts';
import type { WriteReportInput, WrittenReport } from '../../src/activities/write-report.ts';
import { createEmbeddedHost } from '../../src/embedded/embedded-host.ts';
import type { OrchestrationStatus } from '../../src/embedded/orchestration.ts';
import { registerOrchestrations } from '../../src/functions/orchestrations.ts';
import { type HostErrorCode, hostError } from '../../src/inventory/host-error.ts';
import type { HostOutcome } from '../../src/inventory/host-record.ts';
import type { HostIdentity, Preflight } from '../../src/inventory/preflight.ts';
import type { Manifest } from '../../src/inventory/run-options.ts';
import { unknownIdentity, unreachedHost } from '../../src/inventory/unreached-host.ts';
import { activityNames, orchestratorNames } from '../../src/orchestrators/function-names.ts';

/** Activities as a test scripts them, by `given`; `attempt` counts from 1. */
export interface Script {
  readonly preflight?: (given: string, attempt: number) => HostErrorCode | Partial<Preflight> | undefined;
  readonly collect?: (given: string, attempt: number) => HostErrorCode | Partial<HostOutcome> | Error | undefined;
  readonly reach?: (given: string) => HostErrorCode | undefined;
  readonly finished?: readonly string[];
  /** Hosts that are nodes of a cluster. */
  readonly nodes?: readonly string[];
  /** The owners of VMs that none of the nodes showed; `asked`: those that were asked once more by then. */
  readonly unseen?: (asked: readonly string[]) => readonly string[] | Error;
  /** The user behind each credential name. */
  readonly users?: Readonly<Record<string, string>>;
  /** What the workbook comes to; an Error is thrown. */
  readonly workbook?: () => string | Error | undefined;
  /** Whether a cancel is asked for at the n-th look (from 1) for it. */
  readonly cancelled?: (look: number) => boolean;
  /** Durable timers fire at once. */
  readonly skipTimers?: true;
  /** Whether the worker dies in the n-th call (from 1) of an activity, given as `name given`: what was under way fails. */
  readonly breaksOff?: (call: string, attempt: number) => boolean;
  /** Milliseconds an activity takes. */
  readonly takes?: () => number;
}

export interface ScriptedRun {
  readonly status: OrchestrationStatus;
  /** Activities called, as `name given`, in order of their start. */
  readonly calls: readonly string[];
  /** What the report was written from. */
  readonly report: WriteReportInput | undefined;
  /** `given` of the hosts asked by an activity. */
  asked(activity: keyof typeof activityNames): readonly string[];
  preflight(given: string): Preflight | undefined;
  outcome(given: string): HostOutcome | undefined;
  /** How often the account could still be refused when the host was first asked. */
  refusalsLeft(given: string): number | undefined;
  readonly mostPreflightsAtOnce: number;
}

export const identityOf = (name: string): HostIdentity => ({
  ...unknownIdentity,
  fqdn: `${name}.corp.example`,
  computerName: name,
  domain: 'corp.example',
});

/** Runs the real orchestrators on the embedded host over scripted activities. */
export async function runScript(manifest: Manifest, script: Script): Promise<ScriptedRun> {
  const calls: string[] = [];
  const attempts = new Map<string, number>();
  const reports: WriteReportInput[] = [];
  let preflightsNow = 0;
  let mostPreflightsAtOnce = 0;

  const begin = async (name: string, given = ''): Promise<number> => {
    const key = `${name} ${given}`.trim();
    calls.push(key);
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    await new Promise((resolve) => setTimeout(resolve, script.takes?.() ?? 0));
    if (script.breaksOff?.(key, attempt)) throw new Error('node exited with code 137 (0x89)');
    return attempt;
  };

  const refusalsLeft = new Map<string, number | undefined>();
  const preflightHost = async ({ host, refusalsLeft: left }: PreflightInput): Promise<Preflight> => {
    if (!refusalsLeft.has(host.given)) refusalsLeft.set(host.given, left);
    preflightsNow += 1;
    mostPreflightsAtOnce = Math.max(mostPreflightsAtOnce, preflightsNow);
    const attempt = await begin(activityNames.preflightHost, host.given).finally(() => {
      preflightsNow -= 1;
    });
    const scripted = script.preflight?.(host.given, attempt);
    if (typeof scripted === 'string') return unreachedHost(host, hostError(scripted, host.host), [tried(attempt)]);
    return {
      host,
      reachable: true,
      identity: identityOf(host.host),
      hyperV: 'usable',
      notes: [],
      attempts: [tried(attempt)],
      ...scripted,
    };
  };
  const collectHost = async ({ host }: CollectInput): Promise<HostOutcome> => {
    const attempt = await begin(activityNames.collectHost, host.given);
    const scripted = script.collect?.(host.given, attempt);
    if (scripted instanceof Error) throw scripted;
    if (typeof scripted === 'string')
      return { given: host.given, complete: false, error: hostError(scripted, host.host) };
    return { ...finishedOutcome(host.given), ...scripted };
  };
  const finishedOutcome = (given: string): HostOutcome => {
    return {
      given,
      record: `hosts/${given}`,
      complete: true,
      ...(script.nodes?.includes(given) && { mayBeNode: true }),
    };
  };
  const register = (): void => {
    registerOrchestrations();
    df.app.activity(activityNames.preflightHost, { handler: preflightHost });
    df.app.activity(activityNames.collectHost, { handler: collectHost });
    df.app.activity(activityNames.reachHost, {
      handler: async ({ host }: PreflightInput) => {
        await begin(activityNames.reachHost, host.given);
        const code = script.reach?.(host.given);
        return code ? unreachedHost(host, hostError(code, host.host)) : null;
      },
    });
    df.app.activity(activityNames.seekVms, {
      handler: async ({ asked }: SeekVmsInput): Promise<SoughtVms> => {
        await begin(activityNames.seekVms);
        const owners = script.unseen?.(asked) ?? [];
        if (owners instanceof Error) throw owners;
        return { owners };
      },
    });
    df.app.activity(activityNames.openRun, {
      handler: async (): Promise<OpenRun> => {
        await begin(activityNames.openRun);
        return {
          manifest,
          users: script.users ?? {},
          finished: manifest.hosts
            .filter(({ given }) => script.finished?.includes(given))
            .map((host) => ({
              preflight: {
                host,
                reachable: true,
                identity: identityOf(host.host),
                hyperV: 'usable',
                notes: [],
                attempts: [],
              },
              outcome: finishedOutcome(host.given),
            })),
        };
      },
    });
    df.app.activity(activityNames.writeReport, {
      handler: async (input: WriteReportInput): Promise<WrittenReport> => {
        await begin(activityNames.writeReport);
        reports.push(input);
        return {
          files: [],
          collected: [],
          fleet: {
            clusterUuids: [],
            owners: [],
            departed: [],
            clusterSpeakers: [],
            nodes: [],
            switches: [],
            datastores: [],
            folders: { speakers: [], usedElsewhere: [], knowingDisks: [] },
            macs: [],
            unseenVms: [],
          },
        };
      },
    });
    df.app.activity(activityNames.writeWorkbook, {
      handler: async () => {
        await begin(activityNames.writeWorkbook);
        const scripted = script.workbook?.();
        if (scripted instanceof Error) throw scripted;
        return scripted === undefined
          ? {
              ok: true,
              value: {
                files: [{ name: 'w.xlsx', size: 1 }],
                losses: { cutTexts: 0, blankedValues: 0, omittedRows: 0 },
              },
            }
          : { ok: false, error: scripted };
      },
    });
    df.app.activity(activityNames.cancelRequested, {
      handler: async () => {
        const look = await begin(activityNames.cancelRequested);
        return script.cancelled?.(look) ?? false;
      },
    });
    df.app.activity(activityNames.finishRun, {
      handler: async (input: unknown) => {
        await begin(activityNames.finishRun);
        return input;
      },
    });
  };

  const host = createEmbeddedHost({ register, maxConcurrentActivities: manifest.options.concurrency });
  const { runId } = manifest;
  if (script.skipTimers) host.skipTimers();
  host.start(orchestratorNames.inventoryRun, { instanceId: runId, input: { runId } });
  const status = await host.waitForCompletion(runId);
  const report = reports[0];
  return {
    status,
    calls,
    report,
    asked: (activity) =>
      calls.filter((call) => call.startsWith(`${activity} `)).map((call) => call.slice(activity.length + 1)),
    preflight: (given) => report?.preflights.find((preflight) => preflight.host.given === given),
    outcome: (given) => report?.outcomes.find((outcome) => outcome.given === given),
    refusalsLeft: (given) => refusalsLeft.get(given),
    mostPreflightsAtOnce,
  };
}

const tried = (attempt: number): Preflight['attempts'][number] => ({
  stage: 'preflight',
  startedAt: new Date(attempt * 1_000).toISOString(),
  durationMs: 1,
  outcome: 'ok',
  requests: 1,
  connections: 1,
});
