import { expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vNic } from '../../src/collectors/v-nic.ts';
import { hostFacts, hv01, rowFrom, rowsFrom, without } from './facts-builder.ts';
import { lbfoTeam, management, nic, teamNic, uplink } from './host-facts-builder.ts';

const onBus = (n: number) => ({
  netAdapterHardware: [{ Name: `Ethernet ${n}`, SegmentNumber: 0, BusNumber: 59, DeviceNumber: 0, FunctionNumber: 1 }],
});

test('a physical adapter shows driver, speed, switch and its place on the bus', () => {
  expect(rowFrom(vNic, hostFacts(hv01, nic(1), onBus(1), uplink([1])))).toEqual({
    Host: 'hv01.corp.example',
    Datacenter: 'corp.example',
    Cluster: 'hv01',
    'Network Device': 'Ethernet 1',
    Driver: 'mlx5',
    Speed: 10_000,
    Duplex: 'True',
    MAC: '00:0a:f7:00:00:01',
    Switch: 'vSwitch0',
    'Uplink port': 'Uplink 1',
    PCI: '0000:3b:00.1',
    WakeOn: 'False',
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
});

test('an adapter whose link is down has no speed, and says so', () => {
  const down = nic(1, { MediaConnectState: 2, TransmitLinkSpeed: '0', FullDuplex: null });
  expect(rowFrom(vNic, hostFacts(hv01, down))).toMatchObject({ Speed: null, Duplex: 'Link is down!', Switch: null });
});

test.each(['18446744073709551615', '9223372036854775807'])('the speed %s means that it is not known', (speed) => {
  expect(rowFrom(vNic, hostFacts(hv01, nic(1, { TransmitLinkSpeed: speed }))).Speed).toBeNull();
});

test('members of a team are ways out of the switch on it, those that stand by last; adapters of software have no row', () => {
  const host = hostFacts(
    hv01,
    nic(1),
    nic(2),
    teamNic(3, 'Team1'),
    lbfoTeam('Team1', [2, 1], 5, true),
    uplink([3]),
    management(1),
  );
  expect(rowsFrom(vNic, host).map((row) => [row['Network Device'], row.Switch, row['Uplink port']])).toEqual([
    ['Ethernet 1', 'vSwitch0', 'Uplink 2'],
    ['Ethernet 2', 'vSwitch0', 'Uplink 1'],
  ]);
});

test('an adapter without a driver file is named by its description, and a place that is not told is blank', () => {
  const row = rowFrom(vNic, hostFacts(hv01, nic(1, { DriverName: null })));
  expect(row).toMatchObject({ Driver: 'Mellanox ConnectX-4 Lx #1', PCI: null });
});

test('without the list of adapters the collector is in error, and shows none', () => {
  const { coverage } = vNic.collect(without(hostFacts(hv01, nic(1)), 'netAdapters', 'factDenied'), emptyFleet);
  expect(coverage).toMatchObject({ status: 'error', failedFacts: ['netAdapters: factDenied'], rowCount: 0 });
});
