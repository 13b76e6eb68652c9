import { beforeAll, describe, expect, it } from 'vitest';
import { bicepIsThere, deployment, ofType } from './bicep.ts';
import { type Row, rowsOf } from './kql-evaluation.ts';

const now = new Date('2026-11-25T06:00:00Z');
const hoursAgo = (hours: number): number => now.getTime() - hours * 3_600_000;

/** The trace of a run's end, as the app logs it. */
const runEnded = (hours: number, event: Readonly<Record<string, unknown>> = {}): Row => ({
  timestamp: hoursAgo(hours),
  message: JSON.stringify({
    event: 'runFinished',
    ...{ runId: '20261125T020000Z-nightly', trigger: 'timer', state: 'completed', dryRun: false },
    ...{ ok: 100, partial: 0, empty: 0, error: 0, knownNotCollected: 0, clusterNodesNotListed: 0 },
    ...event,
  }),
});
const otherTrace: Row = { timestamp: hoursAgo(0.2), message: '{"event":"activityDone","activity":"finishRun"}' };

describe.skipIf(!bicepIsThere)('an alert', () => {
  let queries: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const deployed = await deployment("param alerts = { emails: ['night@corp.example'] }");
    queries = new Map(
      ofType(deployed, 'Microsoft.Insights/scheduledQueryRules').map(({ name, properties }) => [
        name.replace(/^alert-hvtools-[a-z0-9]{13}-/, ''),
        properties.criteria.allOf[0].query,
      ]),
    );
  });
  const finds = (name: string, traces: readonly Row[], requests: readonly Row[] = []): readonly Row[] =>
    rowsOf(queries.get(name) ?? '', { traces: [otherTrace, ...traces], requests }, now);

  describe('about hosts in trouble', () => {
    const of = (event: Readonly<Record<string, unknown>>) => finds('hosts-in-trouble', [runEnded(0.5, event)]);

    it('is raised when more than five percent of the hosts are Partial or Error, and names the run', () => {
      expect(of({ ok: 94, partial: 2, error: 4 })).toEqual([
        {
          timestamp: hoursAgo(0.5),
          runId: '20261125T020000Z-nightly',
          found: '2 Partial and 4 Error of 100 hosts',
        },
      ]);
    });

    it('is not raised by five percent, nor by a run that is all well', () => {
      expect(of({ ok: 95, partial: 2, error: 3 })).toEqual([]);
      expect(of({})).toEqual([]);
    });

    it('does not count hosts that are Inventory Empty as trouble', () => {
      expect(of({ ok: 10, empty: 90 })).toEqual([]);
    });

    it('is not raised by dry runs and by runs that were cancelled', () => {
      expect(of({ ok: 0, error: 1, dryRun: true })).toEqual([]);
      expect(of({ ok: 0, error: 100, state: 'cancelled' })).toEqual([]);
    });

    it('counts the last end of a run that was logged twice', () => {
      const first = runEnded(0.6, { ok: 0, error: 100 });
      expect(finds('hosts-in-trouble', [first, runEnded(0.5)])).toEqual([]);
      expect(finds('hosts-in-trouble', [runEnded(0.5), first])).toEqual([]);
    });
  });

  describe('about what only a cluster knows', () => {
    const of = (event: Readonly<Record<string, unknown>>) => finds('vms-not-collected', [runEnded(0.5, event)]);

    it('is raised by one VM that no host showed, though every host of the list is well', () => {
      expect(of({ ok: 100, knownNotCollected: 1 })).toMatchObject([
        {
          runId: '20261125T020000Z-nightly',
          found: '1 VMs that no host showed, 0 nodes that are not in the host list',
        },
      ]);
    });

    it('is raised by a node that is not in the host list', () => {
      expect(of({ clusterNodesNotListed: 1 })).toHaveLength(1);
    });

    it('is not raised where nothing is missing, nor by dry runs and runs that were cancelled', () => {
      expect(of({})).toEqual([]);
      expect(of({ knownNotCollected: 5, dryRun: true })).toEqual([]);
      expect(of({ knownNotCollected: 5, state: 'cancelled' })).toEqual([]);
    });
  });

  describe('about a failed run', () => {
    it('is raised by a run without all of its files', () => {
      expect(finds('run-failed', [runEnded(0.5, { state: 'failed' })])).toMatchObject([
        { runId: '20261125T020000Z-nightly', found: 'not all files of the run could be made' },
      ]);
      expect(finds('run-failed', [runEnded(0.5), runEnded(0.4, { state: 'cancelled' })])).toEqual([]);
    });

    it('is raised by an orchestration that broke off and by a timer that could start nothing, not by a bad request', () => {
      const request = (name: string, success: string): Row => ({
        timestamp: hoursAgo(0.5),
        ...{ name, success, operation_Id: `of-${name}` },
      });
      const requests = [
        ...[request('inventoryRun', 'True'), request('startRun', 'False'), request('hostInventory', 'True')],
        ...[request('orchestration:inventoryRun', 'False'), request('nightlyInventory', 'False')],
      ];
      expect(finds('run-failed', [], requests).map(({ runId, found }) => [runId, found])).toEqual([
        ['of-orchestration:inventoryRun', 'orchestration:inventoryRun failed'],
        ['of-nightlyInventory', 'nightlyInventory failed'],
      ]);
    });
  });

  describe('about no run at all', () => {
    it('is raised when none has finished for 26 hours, and after the deployment until the first one has', () => {
      expect(finds('no-run', [runEnded(26.5)])).toHaveLength(1);
      expect(finds('no-run', [])).toHaveLength(1);
      expect(finds('no-run', [runEnded(25.5)])).toEqual([]);
    });

    it('takes neither a dry run nor a failed or cancelled one for a run', () => {
      for (const event of [{ dryRun: true }, { state: 'failed' }, { state: 'cancelled' }]) {
        expect(finds('no-run', [runEnded(1, event)])).toHaveLength(1);
      }
    });
  });
});
