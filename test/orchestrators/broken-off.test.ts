import { describe, expect, it } from 'vitest';
import { defaultWaits } from '../../src/inventory/run-options.ts';
import { activityNames } from '../../src/orchestrators/function-names.ts';
import { entry, manifestOf } from '../activities/fake-host.ts';
import { runScript } from './run-harness.ts';

const run = (hosts: readonly string[], retryMs: readonly number[] = [1]) =>
  manifestOf(
    hosts.map((name) => entry(name)),
    { waits: { ...defaultWaits, retryMs } },
  );

describe('a worker process that dies in the middle of a run', () => {
  it('costs neither the run nor a host, whichever activities were under way', async () => {
    const broken = new Set<string>();
    const { status, calls, report } = await runScript(run(['hv1', 'hv2', 'hv3']), {
      nodes: ['hv1'],
      skipTimers: true,
      breaksOff: (call, attempt) => {
        if (attempt === 1) broken.add(call.split(' ')[0] ?? '');
        return attempt === 1;
      },
    });
    expect(status.runtimeStatus).toBe('Completed');
    expect(report?.outcomes.map(({ given, complete }) => [given, complete])).toEqual([
      ['hv1', true],
      ['hv2', true],
      ['hv3', true],
    ]);
    for (const name of broken) expect(calls.filter((call) => call.startsWith(name)).length % 2).toBe(0);
    expect([...broken].toSorted()).toEqual(
      [
        activityNames.openRun,
        activityNames.preflightHost,
        activityNames.collectHost,
        activityNames.seekVms,
        activityNames.writeReport,
        activityNames.writeWorkbook,
        activityNames.finishRun,
      ].toSorted(),
    );
  });

  it('does not make silent hosts of those that were just being looked for', async () => {
    const { status, report } = await runScript(run(['hv1', 'hv2', 'hv3', 'hv4', 'hv5']), {
      preflight: (given) => (given < 'hv4' ? 'connectTimedOut' : undefined),
      skipTimers: true,
      breaksOff: (call, attempt) => call.startsWith('reachHost') && attempt === 1,
    });
    expect(status.runtimeStatus).toBe('Completed');
    expect(report?.outcomes.map(({ given }) => given)).toEqual(['hv4', 'hv5']);
  });

  it('has its host begun anew where one was in a pause that could not be gone on with', async () => {
    const { status, report, asked } = await runScript(run(['hv1', 'hv2'], [30_000]), {
      collect: (given, attempt) => (given === 'hv2' && attempt === 1 ? 'connectionLost' : undefined),
      skipTimers: true,
      breaksOff: (call, attempt) => call === 'cancelRequested' && attempt <= 3,
    });
    expect(status.runtimeStatus).toBe('Completed');
    expect(report?.outcomes.map(({ given, complete }) => [given, complete])).toEqual([
      ['hv1', true],
      ['hv2', true],
    ]);
    expect(asked('collectHost')).toEqual(['hv1', 'hv2', 'hv2']);
  });
});
