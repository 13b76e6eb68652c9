import { describe, expect, it } from 'vitest';
import { hostError } from '../../src/inventory/host-error.ts';
import type { Preflight } from '../../src/inventory/preflight.ts';
import type { Manifest } from '../../src/inventory/run-options.ts';
import { entry, manifestOf } from '../activities/fake-host.ts';
import { identityOf, runScript } from './run-harness.ts';

const names = (count: number, prefix = 'hv'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
const fleetOf = (given: readonly string[], options?: Parameters<typeof manifestOf>[1]): Manifest =>
  manifestOf(
    given.map((name) => entry(name)),
    options,
  );

const refusalOf = (given: string) => ({
  stage: 'preflight' as const,
  startedAt: '2026-11-23T02:00:00.000Z',
  durationMs: 1,
  outcome: 'failed' as const,
  error: hostError('logonRefused', given),
  requests: 1,
  connections: 1,
});

const refusedTwice = (given: string): Partial<Preflight> => ({
  reachable: false,
  error: hostError('logonRefused', given),
  attempts: [refusalOf(given), refusalOf(given)],
});

describe('an account that is not proven yet', () => {
  it('is refused at most twice in a run of 50 hosts, and its other hosts are not asked', async () => {
    const run = await runScript(fleetOf(names(50)), { preflight: () => 'logonRefused' });
    expect(run.status.runtimeStatus).toBe('Completed');
    expect(run.asked('preflightHost')).toEqual(['hv1', 'hv2']);
    expect(run.asked('collectHost')).toEqual([]);
    expect(run.preflight('hv1')?.error?.code).toBe('logonRefused');
    expect(run.preflight('hv3')?.error?.code).toBe('accountRefused');
    expect(run.report?.preflights).toHaveLength(50);
  });

  it('is tried on the next host where the first is dead: no connection does not count', async () => {
    const run = await runScript(fleetOf(names(20)), {
      preflight: (given) => (given === 'hv1' ? 'connectionRefused' : undefined),
    });
    expect(run.asked('preflightHost').slice(0, 2)).toEqual(['hv1', 'hv2']);
    expect(run.outcome('hv20')).toMatchObject({ complete: true });
  });

  it('is proven by the first host that accepts it, and then used on all others at once', async () => {
    const run = await runScript(fleetOf(names(30)), { takes: () => 2 });
    expect(run.mostPreflightsAtOnce).toBe(8);
    expect(run.asked('preflightHost').toSorted()).toEqual(names(30).toSorted());
  });

  it('counts both passwords that a host refused, where the first had been changed', async () => {
    const run = await runScript(fleetOf(names(50)), {
      preflight: (given) => refusedTwice(given),
    });
    expect(run.asked('preflightHost')).toEqual(['hv1']);
    expect(run.preflight('hv2')?.error?.code).toBe('accountRefused');
  });

  it('is proven by the host that takes the new password after it refused the old one', async () => {
    const [refused, taken] = [refusalOf('hv1'), { ...refusalOf('hv1'), outcome: 'ok' as const, error: undefined }];
    const run = await runScript(fleetOf(names(5)), {
      preflight: (given) => (given === 'hv1' ? { attempts: [refused, taken] } : undefined),
    });
    expect(run.asked('collectHost').toSorted()).toEqual(names(5));
  });

  it('may be refused once more by the next host, where one has refused it', async () => {
    const run = await runScript(fleetOf(names(4)), {
      preflight: (given) => (given === 'hv1' ? 'logonRefused' : undefined),
    });
    expect(run.refusalsLeft('hv1')).toBe(2);
    expect(run.refusalsLeft('hv2')).toBe(1);
    expect(run.refusalsLeft('hv3')).toBeUndefined();
  });

  it('of one domain does not hold back the hosts of another', async () => {
    const hosts = [...names(4).map((name) => `${name}.lab.test`), ...names(4).map((name) => `${name}.corp.test`)];
    const run = await runScript(fleetOf(hosts), {
      users: { 'for-lab-test': 'lab\\reader', '': 'corp\\reader' },
      preflight: (given) => (given.endsWith('lab.test') ? 'logonRefused' : undefined),
    });
    expect(run.asked('preflightHost').filter((given) => given.endsWith('lab.test'))).toHaveLength(2);
    expect(run.asked('collectHost').toSorted()).toEqual(hosts.slice(4));
  });

  it('is still proven after one refusal, which stays with the host that refused', async () => {
    const run = await runScript(fleetOf(names(5)), {
      preflight: (given) => (given === 'hv1' ? 'logonRefused' : undefined),
    });
    expect(run.preflight('hv1')?.error?.code).toBe('logonRefused');
    expect(run.asked('collectHost').toSorted()).toEqual(['hv2', 'hv3', 'hv4', 'hv5']);
  });

  it('does not hold back the hosts of another account', async () => {
    const hosts = [...names(5).map((name) => entry(name)), ...names(5, 'lab').map((name) => entry(name, 'lab'))];
    const run = await runScript(manifestOf(hosts), {
      preflight: (given) => (given.startsWith('lab') ? 'logonRefused' : undefined),
    });
    expect(run.asked('preflightHost').filter((given) => given.startsWith('lab'))).toEqual(['lab1', 'lab2']);
    expect(run.asked('collectHost').toSorted()).toEqual(names(5));
  });

  it('is one with every other credential of its user: all of them together are refused twice', async () => {
    const hosts = ['a', 'b', 'c'].flatMap((name) => names(5, name).map((given) => entry(given, name)));
    const run = await runScript(manifestOf(hosts), {
      users: { a: 'contoso\\reader', b: 'contoso\\reader', c: 'contoso\\other' },
      preflight: (given) => (given.startsWith('c') ? undefined : 'logonRefused'),
    });
    expect(run.asked('preflightHost').filter((given) => !given.startsWith('c'))).toEqual(['a1', 'a2']);
    expect(run.preflight('b1')?.error?.code).toBe('accountRefused');
    expect(run.asked('collectHost').toSorted()).toEqual(names(5, 'c'));
  });

  it('keeps the hosts of a credential that was accepted, whatever its user was refused for with another', async () => {
    const hosts = [
      ...names(3, 'good').map((name) => entry(name, 'good')),
      ...names(5, 'bad').map((n) => entry(n, 'bad')),
    ];
    const run = await runScript(manifestOf(hosts), {
      users: { good: 'contoso\\reader', bad: 'contoso\\reader' },
      preflight: (given) => (given.startsWith('bad') ? 'logonRefused' : undefined),
    });
    expect(run.asked('collectHost').toSorted()).toEqual(names(3, 'good'));
    expect(run.asked('preflightHost').filter((given) => given.startsWith('bad'))).toHaveLength(2);
  });

  it('is not risked by retries: hosts that did not answer before it was refused are left alone', async () => {
    const run = await runScript(fleetOf(names(10)), {
      preflight: (given) => (given === 'hv1' ? 'connectTimedOut' : 'logonRefused'),
    });
    expect(run.asked('preflightHost')).toEqual(['hv1', 'hv2', 'hv3']);
    expect(run.preflight('hv1')?.error?.code).toBe('connectTimedOut');
  });

  it('is refused at most twice where the fleet comes up only at the retries', async () => {
    const run = await runScript(fleetOf(names(12)), {
      preflight: (_, attempt) => (attempt === 1 ? 'connectTimedOut' : 'logonRefused'),
      reach: () => 'connectTimedOut',
    });
    const refused = (run.report?.preflights ?? []).filter(({ error }) => error?.code === 'logonRefused');
    expect(refused).toHaveLength(2);
    expect(run.preflight('hv12')?.error?.code).toBe('connectTimedOut');
  });

  it('is not carried from one dead host to the next: after three, the rest are asked without it', async () => {
    const run = await runScript(fleetOf(names(40), { waits: { ...fleetOf([]).options.waits, retryMs: [] } }), {
      preflight: (given) => (Number(given.slice(2)) <= 30 ? 'connectTimedOut' : undefined),
      reach: (given) => (Number(given.slice(2)) <= 30 ? 'connectTimedOut' : undefined),
    });
    expect(run.asked('reachHost')).toHaveLength(37);
    expect(run.asked('preflightHost').slice(0, 4)).toEqual(['hv1', 'hv2', 'hv3', 'hv31']);
    expect(run.asked('collectHost')).toHaveLength(10);
    expect(run.preflight('hv30')?.error?.code).toBe('connectTimedOut');
  });

  it('is not carried from one dead host to the next at the retries either', async () => {
    const run = await runScript(fleetOf(names(40)), {
      preflight: () => 'connectTimedOut',
      reach: () => 'connectTimedOut',
    });
    const waves = 1 + fleetOf([]).options.waits.retryMs.length;
    expect(run.asked('preflightHost')).toHaveLength(3 * waves);
    expect(run.asked('reachHost')).toHaveLength(37 * waves);
  });
});

describe('a run', () => {
  it('collects a fleet that comes up only at the retries', async () => {
    const run = await runScript(fleetOf(names(6)), {
      preflight: (_, attempt) => (attempt === 1 ? 'connectTimedOut' : undefined),
      reach: () => 'connectTimedOut',
    });
    expect(run.report?.outcomes.map(({ complete }) => complete)).toEqual([true, true, true, true, true, true]);
  });

  it('sets aside a second mention of a machine, and asks it once', async () => {
    const run = await runScript(fleetOf(['hv1', 'hv1.corp.example', 'hv2']), {
      preflight: (given) => ({ identity: identityOf(given.split('.')[0] ?? given) }),
    });
    expect(run.asked('collectHost')).toEqual(['hv1', 'hv2']);
    expect(run.report?.preflights).toHaveLength(3);
    expect(run.outcome('hv1.corp.example')).toBeUndefined();
  });

  it('ends after the preflight in a dry run', async () => {
    const run = await runScript(fleetOf(names(4), { dryRun: true }), {
      preflight: (given) => (given === 'hv2' ? 'connectTimedOut' : undefined),
    });
    expect(run.asked('collectHost')).toEqual([]);
    expect(run.preflight('hv2')?.attempts).toHaveLength(3);
    expect(run.calls).toContain('writeReport');
    expect(run.calls).not.toContain('writeWorkbook');
    expect(run.calls.at(-1)).toBe('finishRun');
  });

  it('writes no workbook for smoke-collect', async () => {
    const run = await runScript(fleetOf(names(2), { workbook: false }), {});
    expect(run.asked('collectHost')).toHaveLength(2);
    expect(run.calls).not.toContain('writeWorkbook');
  });

  it('asks only unfinished hosts when it is resumed, and reports them all', async () => {
    const run = await runScript(fleetOf(names(5)), { finished: ['hv1', 'hv3', 'hv4'] });
    expect(run.asked('preflightHost').toSorted()).toEqual(['hv2', 'hv5']);
    expect(run.asked('collectHost').toSorted()).toEqual(['hv2', 'hv5']);
    expect(run.report?.outcomes.map(({ given }) => given)).toEqual(names(5));
  });

  it('ends properly where every host is finished already', async () => {
    const run = await runScript(fleetOf(names(2)), { finished: names(2) });
    expect(run.calls).toEqual(['openRun', 'writeReport', 'writeWorkbook', 'finishRun']);
    expect(run.status.runtimeStatus).toBe('Completed');
  });

  it('keeps its report where the workbook cannot be written, and says why', async () => {
    const full = await runScript(fleetOf(['hv1']), { workbook: () => 'no space is left' });
    expect(full.status.output).toMatchObject({ error: 'no space is left' });
    const bug = await runScript(fleetOf(['hv1']), { workbook: () => new Error('a bug') });
    expect(bug.status.runtimeStatus).toBe('Completed');
    expect(bug.status.output).toMatchObject({ error: expect.stringContaining('a bug') });
  });

  it('shows its phase only', async () => {
    const run = await runScript(fleetOf(['hv1']), {});
    expect(run.status.customStatus).toEqual({ phase: 'done' });
  });

  it('asks no more hosts once it is cancelled, and keeps what hosts had told before', async () => {
    const run = await runScript(fleetOf(names(6)), {
      collect: (given, attempt) => {
        if (given === 'hv1') return undefined;
        if (given === 'hv2') return attempt === 1 ? 'connectionLost' : 'cancelled';
        return 'cancelled';
      },
    });
    expect(run.outcome('hv1')).toMatchObject({ complete: true });
    expect(run.outcome('hv2')?.error?.code).toBe('connectionLost');
    expect(run.outcome('hv6')?.error?.code).toBe('cancelled');
    expect(run.asked('collectHost').filter((given) => given === 'hv6')).toHaveLength(1);
    expect(run.calls.at(-1)).toBe('finishRun');
  });

  it('is deterministic through any interleaving of hosts, failures and retries', async () => {
    const codes = [undefined, 'connectTimedOut', 'connectionLost', 'notHyperV', 'logonRefused'] as const;
    for (let round = 0; round < 6; round += 1) {
      const pick = <Value>(values: readonly Value[]): Value | undefined =>
        values[Math.floor(Math.random() * values.length)];
      const hosts = names(30).map((name) => entry(name, pick([undefined, 'lab', 'dmz'])));
      const run = await runScript(manifestOf(hosts), {
        takes: () => Math.random() * 6,
        preflight: () => pick(codes.slice(0, 3)),
        collect: () => pick(codes),
        reach: () => pick(codes.slice(0, 2)),
      });
      expect(run.status).toMatchObject({ runtimeStatus: 'Completed' });
      expect(run.report?.preflights.map(({ host }) => host.given)).toEqual(names(30));
    }
  });
});
