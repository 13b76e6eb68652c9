import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/facts/fact-rows.ts';

describe('reading the rows of a fact from a record', () => {
  it('finds columns by their stored names, whatever their order', () => {
    const groupMembers = {
      status: 'ok',
      properties: ['Member', 'Old', 'Collection'],
      rows: [[{ Name: 'm' }, 1, { InstanceID: 'c' }]],
    } as const;
    expect(rowsOf({ groupMembers }, 'groupMembers')).toEqual([
      { Collection: { InstanceID: 'c' }, Member: { Name: 'm' } },
    ]);
  });

  it('reads a property that an older table did not ask for as null, an array as empty', () => {
    const clusterGroups = { status: 'ok', properties: ['Name'], rows: [['g']] } as const;
    expect(rowsOf({ clusterGroups }, 'clusterGroups')).toEqual([
      {
        Name: 'g',
        GroupType: null,
        Priority: null,
        OwnerNode: null,
        State: null,
        FailoverThreshold: null,
        FailoverPeriod: null,
        AntiAffinityClassNames: [],
      },
    ]);
  });

  it('has no rows for a fact that was not asked, is absent or failed', () => {
    const failed = { status: 'failed', error: { code: 'factDenied', message: '' } } as const;
    const absent = { status: 'absent', message: '' } as const;
    expect(rowsOf({ clusters: absent, groups: failed }, 'clusters')).toBeUndefined();
    expect(rowsOf({ clusters: absent, groups: failed }, 'groups')).toBeUndefined();
    expect(rowsOf({}, 'memory')).toBeUndefined();
  });
});
