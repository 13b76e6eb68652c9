import { describe, expect, it } from 'vitest';
import { entry, manifestOf } from '../activities/fake-host.ts';
import { runScript } from './run-harness.ts';

const nodes = ['n1', 'n2', 'n3'];
const run = manifestOf([...nodes, 'alone'].map((name) => entry(name)));

const collections = (asked: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...nodes, 'alone'].map((given) => [given, asked.filter((host) => host === given).length]));

describe('VMs that clusters know and no host showed', () => {
  it('have their owner asked once more, and whoever that leads to', async () => {
    const { asked, report } = await runScript(run, {
      nodes,
      unseen: (before) => [['n1'], ['n3']][before.length] ?? [],
    });
    expect(collections(asked('collectHost'))).toEqual({ n1: 2, n2: 1, n3: 2, alone: 1 });
    expect(report?.outcomes).toHaveLength(4);
  });

  it('are not looked for where no host is in a cluster, nor in a dry run', async () => {
    const nobody = await runScript(run, { unseen: () => ['n1'] });
    const dry = await runScript({ ...run, options: { ...run.options, dryRun: true } }, { nodes, unseen: () => ['n1'] });
    expect([nobody.calls, dry.calls].map((calls) => calls.includes('seekVms'))).toEqual([false, false]);
  });

  it('cost nothing where the search or the second asking fails', async () => {
    const failing = await runScript(run, { nodes, unseen: () => new Error('the store is away') });
    expect(failing.status.runtimeStatus).toBe('Completed');
    const lost = await runScript(run, {
      nodes,
      unseen: (before) => (before.length === 0 ? ['n2'] : []),
      collect: (given, attempt) => (given === 'n2' && attempt === 2 ? new Error('a bug') : undefined),
    });
    expect(lost.outcome('n2')).toEqual({ given: 'n2', record: 'hosts/n2', complete: true, mayBeNode: true });
    expect(collections(lost.asked('collectHost'))).toEqual({ n1: 1, n2: 2, n3: 1, alone: 1 });
  });

  it('do not risk an account that a resumed run has not proven yet', async () => {
    const { asked, report } = await runScript(manifestOf(nodes.map((name) => entry(name))), {
      nodes,
      finished: nodes,
      unseen: (before) => (before.length === 0 ? nodes : []),
      preflight: () => 'logonRefused',
    });
    expect(asked('preflightHost')).toEqual(['n1', 'n2']);
    expect(asked('collectHost')).toEqual([]);
    expect(report?.preflights.map(({ reachable }) => reachable)).toEqual([true, true, true]);
  });
});
