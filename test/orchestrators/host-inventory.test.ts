import { describe, expect, it } from 'vitest';
import { entry, manifestOf } from '../activities/fake-host.ts';
import { runScript } from './run-harness.ts';

const two = manifestOf([entry('hv1'), entry('hv2')]);

describe('the inventory of one host', () => {
  it('is tried again after a pause while the host drops out, twice at most', async () => {
    const run = await runScript(two, { collect: (given) => (given === 'hv2' ? 'connectionLost' : undefined) });
    expect(run.asked('collectHost').filter((given) => given === 'hv2')).toHaveLength(3);
    expect(run.outcome('hv2')).toMatchObject({ complete: false, error: { code: 'connectionLost' } });
  });

  it('is complete where a retry brings the rest', async () => {
    const run = await runScript(two, {
      collect: (given, attempt) => (given === 'hv2' && attempt === 1 ? 'shellGone' : undefined),
    });
    expect(run.outcome('hv2')).toMatchObject({ complete: true });
    expect(run.outcome('hv2')?.error).toBeUndefined();
  });

  it('is not tried again for what a retry cannot mend, authentication above all', async () => {
    for (const code of ['logonRefused', 'accessDenied', 'noHyperVRights'] as const) {
      const run = await runScript(two, { collect: (given) => (given === 'hv2' ? code : undefined) });
      expect(run.asked('collectHost').filter((given) => given === 'hv2')).toHaveLength(1);
    }
  });

  it('begins with another preflight where the host did not answer the first', async () => {
    const run = await runScript(two, {
      preflight: (given, attempt) => (given === 'hv2' && attempt === 1 ? 'connectTimedOut' : undefined),
    });
    expect(run.preflight('hv2')).toMatchObject({ reachable: true });
    expect(run.preflight('hv2')?.attempts).toHaveLength(2);
    expect(run.outcome('hv2')).toMatchObject({ complete: true });
  });

  it('is over where Hyper-V is not usable there', async () => {
    const run = await runScript(two, {
      preflight: (given) => (given === 'hv2' ? 'notHyperV' : undefined),
    });
    expect(run.asked('collectHost')).toEqual(['hv1']);
    expect(run.asked('preflightHost')).toEqual(['hv1', 'hv2']);
  });

  it('never throws: what an activity threw becomes activityFailed, and the other hosts go on', async () => {
    const run = await runScript(two, { collect: (given) => (given === 'hv2' ? new Error('a bug') : undefined) });
    expect(run.status.runtimeStatus).toBe('Completed');
    expect(run.outcome('hv1')).toMatchObject({ complete: true });
    expect(run.outcome('hv2')?.error).toMatchObject({
      code: 'activityFailed',
      detail: expect.stringMatching(/a bug$/),
    });
  });
});
