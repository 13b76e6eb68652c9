import { describe, expect, it } from 'vitest';
import { defaultWaits } from '../../src/inventory/run-options.ts';
import { entry, manifestOf } from '../activities/fake-host.ts';
import { runScript, type Script } from './run-harness.ts';

const waiting = (hosts: readonly string[], retryMs: readonly number[]) =>
  manifestOf(
    hosts.map((name) => entry(name)),
    { waits: { ...defaultWaits, retryMs } },
  );
const looks = (calls: readonly string[]): number => calls.filter((call) => call === 'cancelRequested').length;

describe('a run that waits before it asks a host again', () => {
  it('is cancelled within seconds, and asks that host no more', async () => {
    const run = await runScript(waiting(['hv1', 'hv2'], [120_000, 120_000]), {
      collect: (given) => (given === 'hv2' ? 'connectionLost' : undefined),
      cancelled: (look) => look === 3,
      skipTimers: true,
    });
    expect(run.status.runtimeStatus).toBe('Completed');
    expect(looks(run.calls)).toBe(3);
    expect(run.asked('collectHost').filter((given) => given === 'hv2')).toEqual(['hv2']);
    expect(run.outcome('hv2')).toMatchObject({ error: { code: 'connectionLost' } });
    expect(run.outcome('hv1')).toMatchObject({ complete: true });
    expect(run.report).toBeDefined();
  });

  it('is cancelled as soon while it waits for hosts whose account is not proven', async () => {
    const run = await runScript(waiting(['hv1', 'hv2', 'hv3'], [120_000, 120_000]), {
      preflight: () => 'connectTimedOut',
      reach: () => 'connectTimedOut',
      cancelled: (look) => look === 2,
      skipTimers: true,
    });
    expect(looks(run.calls)).toBe(2);
    expect(new Set(run.asked('preflightHost')).size).toBe(run.asked('preflightHost').length);
    expect(run.preflight('hv1')).toMatchObject({ error: { code: 'connectTimedOut' } });
  });

  it('looks for a cancel every 15 seconds, and not at all in a pause that is no longer', async () => {
    const lost: Script = { collect: () => 'connectionLost', skipTimers: true };
    expect(looks((await runScript(waiting(['hv1'], [15_000]), lost)).calls)).toBe(0);
    expect(looks((await runScript(waiting(['hv1'], [30_000, 120_000]), lost)).calls)).toBe(1 + 7);
  });
});
