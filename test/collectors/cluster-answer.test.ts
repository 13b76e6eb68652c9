import { describe, expect, it } from 'vitest';
import { clusterAnswer } from '../../src/collectors/cluster-answer.ts';
import type { Row } from '../../src/facts/fact-table.ts';
import { type FactRows, guid, hostFacts, hv01, without } from './facts-builder.ts';

const upper = (n: number): string => guid(n).toUpperCase();
const resource = (
  type: string,
  owner: { readonly group: string; readonly node?: string },
  properties: Record<string, string> | null = null,
): Partial<Row<'clusterResources'>> => ({
  Name: `${type} ${owner.group}`,
  Type: type,
  OwnerGroup: owner.group,
  OwnerNode: owner.node ?? 'HV01',
  PrivateProperties: properties,
});
const member = (resources: readonly Partial<Row<'clusterResources'>>[]): FactRows => ({
  clusters: [{ Name: 'CL1', Fqdn: 'CL1.corp.example' }],
  clusterNodes: [{ Name: 'HV01' }, { Name: 'HV02' }],
  clusterResources: resources,
});

describe('what a node tells of its cluster', () => {
  it('is which nodes there are, and which VMs, each by the name of its group and with its owner', () => {
    const answer = clusterAnswer(
      hostFacts(
        hv01,
        member([
          resource('Virtual Machine', { group: 'web' }, { VmID: upper(1) }),
          resource('Virtual Machine Configuration', { group: 'web' }, { VmID: guid(1) }),
          resource('Virtual Machine', { group: 'db', node: 'HV02' }, { vmid: guid(2) }),
          resource('Physical Disk', { group: 'CSV 1' }),
        ]),
      ),
    );
    expect(answer).toMatchObject({
      membership: 'member',
      name: 'CL1',
      fqdn: 'cl1.corp.example',
      failedFacts: [],
      nodes: ['HV01', 'HV02'],
      vms: [
        { id: guid(1).toLowerCase(), name: 'web', ownerNode: 'HV01' },
        { id: guid(2).toLowerCase(), name: 'db', ownerNode: 'HV02' },
      ],
    });
  });

  it('has a VM too that is known by its configuration alone', () => {
    const { vms } = clusterAnswer(
      hostFacts(hv01, member([resource('Virtual Machine Configuration', { group: 'off' }, { VmID: guid(1) })])),
    );
    expect(vms).toEqual([{ id: guid(1).toLowerCase(), name: 'off', ownerNode: 'HV01' }]);
  });

  it('tells VMs of one group apart by the names of their resources', () => {
    const { vms } = clusterAnswer(
      hostFacts(
        hv01,
        member([
          { ...resource('Virtual Machine', { group: 'both' }, { VmID: guid(1) }), Name: 'Virtual Machine one' },
          { ...resource('Virtual Machine', { group: 'both' }, { VmID: guid(2) }), Name: 'Virtual Machine two' },
        ]),
      ),
    );
    expect(vms?.map(({ name }) => name)).toEqual(['Virtual Machine one', 'Virtual Machine two']);
  });

  it('says so where a VM has no id to look for', () => {
    const answer = clusterAnswer(hostFacts(hv01, member([resource('Virtual Machine', { group: 'web' })])));
    expect(answer).toMatchObject({ vms: [], failedFacts: ['clusterResources: vmIdMissing'] });
  });

  it('has the names and addresses that the cluster and its roles are reached under', () => {
    const { accessPoints } = clusterAnswer(
      hostFacts(
        hv01,
        member([
          resource('Network Name', { group: 'Cluster Group' }, { Name: 'CL1' }),
          resource('IP Address', { group: 'Cluster Group' }, { Address: '10.0.0.9' }),
          resource('Network Name', { group: 'Files' }, { Name: 'SOFS1' }),
        ]),
      ),
    );
    expect(accessPoints?.toSorted()).toEqual(['10.0.0.9', 'cl1', 'cl1.corp.example', 'sofs1']);
  });

  it('is unknown, and not nothing, where the cluster cannot be read', () => {
    const host = hostFacts(hv01, member([]));
    expect(clusterAnswer(without(host, 'clusters', 'factDenied'))).toEqual({
      membership: 'unknown',
      name: null,
      fqdn: null,
      failedFacts: ['clusters: factDenied'],
    });
    const half = clusterAnswer(without(host, 'clusterResources', 'factTimedOut'));
    expect(half).toMatchObject({ membership: 'member', failedFacts: ['clusterResources: factTimedOut'] });
    expect(half.vms).toBeUndefined();
  });

  it('is unknown where the registry tells of a cluster that its namespace does not show', () => {
    const host = hostFacts(hv01, { clusterIdentity: [{ ClusterInstanceID: guid(9) }] });
    expect(clusterAnswer(host)).toMatchObject({ membership: 'unknown', failedFacts: ['clusters: absent'] });
  });

  it('is nothing from a host that stands alone, and from one that was not asked', () => {
    const alone = hostFacts(hv01);
    expect(clusterAnswer(alone)).toMatchObject({ membership: 'standalone', failedFacts: [] });
    expect(clusterAnswer({ ...alone, facts: {} })).toMatchObject({ membership: 'notAsked', failedFacts: [] });
  });
});
