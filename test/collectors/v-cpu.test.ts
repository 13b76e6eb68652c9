import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vCpu } from '../../src/collectors/v-cpu.ts';
import { checkpoint, guid, hostFacts, hv01, rowFrom, vm, without } from './facts-builder.ts';

const id = guid(1);
const processor = (traits: NonNullable<Parameters<typeof vm>[2]>['processor']) =>
  rowFrom(vCpu, hostFacts(hv01, vm(id, 'web01', { processor: traits })));

describe('frequencies', () => {
  test('a running VM may use its processors times the speed of the host, and uses its share of the whole host', () => {
    // 2 × 2,000 MHz; 10 % of 8 × 2,000 MHz.
    expect(rowFrom(vCpu, hostFacts(hv01, vm(id, 'web01')))).toMatchObject({ CPUs: 2, Max: 4000, Overall: 1600 });
  });

  test('usage is never more than the VM may use', () => {
    const row = rowFrom(vCpu, hostFacts(hv01, vm(id, 'web01', { summary: { ProcessorLoad: 60 } })));
    expect(row).toMatchObject({ Max: 4000, Overall: 4000 });
  });

  test('a VM that is off uses nothing, but keeps its reservation and limit', () => {
    const off = vm(id, 'web01', {
      system: { EnabledState: 3 },
      processor: { Reservation: '25000', Limit: '50000' },
    });
    expect(rowFrom(vCpu, hostFacts(hv01, off))).toMatchObject({ Max: 0, Overall: 0, Reservation: 1000, Limit: 2000 });
  });

  test('a limit of 100 % is no limit', () => {
    expect(processor({})).toMatchObject({ Reservation: 0, Limit: -1 });
  });

  test('frequencies are blank, not 0, where the speed of the host is not known', () => {
    const row = rowFrom(vCpu, without(hostFacts(hv01, vm(id, 'web01')), 'hostProcessors'));
    expect(row).toMatchObject({ CPUs: 2, Max: null, Overall: null, Reservation: null, Limit: -1 });
  });
});

describe('sockets', () => {
  test.each([
    // CPUs, per NUMA node, nodes per socket → sockets, cores
    ['2', '8', '1', 1, 2],
    ['16', '8', '1', 2, 8],
    ['16', '8', '2', 1, 16],
    ['6', '4', '1', 2, 3],
    ['5', '4', '1', 5, 1],
    ['240', '64', '1', 4, 60],
  ])(
    '%s processors, %s in a NUMA node, %s nodes in a socket: %i sockets of %i cores',
    (cpus, perNode, nodes, sockets, cores) => {
      const row = processor({
        VirtualQuantity: cpus,
        MaxProcessorsPerNumaNode: perNode,
        MaxNumaNodesPerSocket: nodes,
      });
      expect(row).toMatchObject({ Sockets: sockets, 'Cores p/s': cores });
    },
  );

  test('sockets are blank where the host does not tell its NUMA limits', () => {
    expect(processor({ MaxNumaNodesPerSocket: null })).toMatchObject({ Sockets: null, 'Cores p/s': null });
  });
});

test('weight makes level and shares: 10 shares per weight and processor', () => {
  expect(processor({})).toMatchObject({ Level: 'normal', Shares: 2000 });
  expect(processor({ Weight: 200 })).toMatchObject({ Level: 'custom', Shares: 4000 });
});

describe('coverage', () => {
  test('settings of checkpoints, planned VMs and templates are neither rows nor gaps', () => {
    const host = hostFacts(hv01, vm(id, 'web01'), checkpoint(guid(50), id), {
      virtualSystems: [
        {
          InstanceID: `Microsoft:${guid(60)}`,
          VirtualSystemIdentifier: guid(60),
          VirtualSystemType: 'Microsoft:Hyper-V:System:Planned',
        },
      ],
      processors: [
        { InstanceID: `Microsoft:${guid(60)}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0`, VirtualQuantity: '8' },
        { InstanceID: 'Microsoft:Definition\\B637F346-6A0E-4DEC-AF52-BD70CB80A21D\\Default', VirtualQuantity: '1' },
      ],
    });
    expect(rowFrom(vCpu, host)).toMatchObject({ VM: 'web01', CPUs: 2 });
    expect(vCpu.collect(host, emptyFleet).coverage).toMatchObject({
      status: 'ok',
      rowCount: 1,
      covered: [id.toLowerCase()],
      unjoined: [],
      emptyFacts: [],
    });
  });

  const coverageOf = (host: Parameters<typeof vCpu.collect>[0]) => vCpu.collect(host, emptyFleet).coverage;

  test('keys of a strange form leave a blank row, an uncovered VM and an unjoined settings row', () => {
    const host = hostFacts(hv01, vm(id, 'web01', { processor: { InstanceID: 'Strange-1\\cpu' } }));
    expect(rowFrom(vCpu, host)).toMatchObject({ VM: 'web01', CPUs: null, Max: null, Overall: null });
    expect(coverageOf(host)).toMatchObject({
      covered: [],
      unjoined: ['processors: Strange-1\\cpu'],
      emptyFacts: ['processors'],
    });
  });

  test('processor settings that nobody claims are unjoined, even of a well-formed key', () => {
    const stray = `Microsoft:${guid(99)}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0`;
    const host = hostFacts(hv01, vm(id, 'web01'), { processors: [{ InstanceID: stray, VirtualQuantity: '2' }] });
    expect(coverageOf(host)).toMatchObject({ covered: [id.toLowerCase()], unjoined: [`processors: ${stray}`] });
  });

  test('keys join whatever their case', () => {
    const host = hostFacts(
      hv01,
      vm(id, 'web01', {
        processor: { InstanceID: `MICROSOFT:${id.toLowerCase()}\\B637F346-6A0E-4DEC-AF52-BD70CB80A21D\\0` },
      }),
    );
    expect(coverageOf(host)).toMatchObject({ covered: [id.toLowerCase()], unjoined: [] });
  });

  test('no processor row at all where there are VMs is a failed join; on a host without VMs it is nothing', () => {
    const withVms = hostFacts(hv01, { ...vm(id, 'web01'), processors: [] });
    expect(coverageOf(withVms).emptyFacts).toEqual(['processors']);
    expect(coverageOf(hostFacts(hv01))).toMatchObject({ status: 'ok', rowCount: 0, covered: [], emptyFacts: [] });
  });

  test('a failed fact that the tab needs makes it an error; its rows are kept with blanks', () => {
    const host = without(hostFacts(hv01, vm(id, 'web01')), 'processors', 'factTimedOut');
    expect(rowFrom(vCpu, host)).toMatchObject({ VM: 'web01', Powerstate: 'poweredOn', CPUs: null });
    expect(coverageOf(host)).toMatchObject({
      status: 'error',
      failedFacts: ['processors: factTimedOut'],
      rowCount: 1,
      covered: [],
      emptyFacts: [],
    });
  });

  test('a failed fact leaves its cells blank, and makes the collector an error even where rows can be made', () => {
    const host = without(hostFacts(hv01, vm(id, 'web01')), 'summaries');
    expect(rowFrom(vCpu, host)).toMatchObject({ Max: 4000, Overall: null });
    expect(coverageOf(host)).toMatchObject({
      status: 'error',
      failedFacts: ['summaries: factFailed'],
      missingFacts: [],
    });
  });

  test('a fact that the way of gathering cannot give is named, and is no failure', () => {
    const host = without(hostFacts(hv01, vm(id, 'web01')), 'clusterIdentity', 'notAvailableByCim');
    expect(coverageOf(host)).toMatchObject({ status: 'ok', failedFacts: [], missingFacts: ['clusterIdentity'] });
  });

  test('a class that a host may lack is no failure, one that every host has is', () => {
    expect(coverageOf(hostFacts(hv01, vm(id, 'web01'))).missingFacts).toEqual([]);
    const host = hostFacts(hv01, vm(id, 'web01'));
    const absent = {
      ...host,
      facts: { ...host.facts, processors: { status: 'absent', message: 'no class' } as const },
    };
    expect(coverageOf(absent).failedFacts).toEqual(['processors: absent']);
  });

  test('a fact that was never asked counts as not received', () => {
    const { virtualSystems: _, ...facts } = hostFacts(hv01, vm(id, 'web01')).facts;
    const host = { ...hostFacts(hv01), facts };
    expect(coverageOf(host)).toMatchObject({
      status: 'error',
      failedFacts: ['virtualSystems: factNotReceived'],
      // The VM's own GUID is the key of its active settings: the join still holds.
      covered: [id.toLowerCase()],
      unjoined: [],
    });
  });
});
