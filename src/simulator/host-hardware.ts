import { randomFor } from './random.ts';

/** What a host tells of its board, its power plan, its licence and its storage adapters. */

export interface StorageAdapterModel {
  readonly name: string;
  readonly manufacturer: string;
  readonly pnpDeviceId: string;
  readonly driver: string;
  /** What it is as an initiator; null: it is none (RAID). */
  readonly initiator: {
    /** 1 Fibre Channel, 2 iSCSI. */
    readonly connection: 1 | 2;
    readonly nodeAddress: string;
    readonly portAddress: string;
    /** 2 operational, 6 link down. */
    readonly status: 2 | 6;
  } | null;
}

export interface BoardModel {
  readonly serialNumber: string;
  readonly biosVersion: string;
  /** `yyyy-MM-ddTHH:mm:ss.ffffffZ`. */
  readonly biosDate: string;
  readonly oemStrings: readonly string[];
  /** GUID of a power plan, as Windows ships it. */
  readonly powerPlan: string;
  /** Per cent of all logical processors. */
  readonly processorUsage: number;
  readonly migrationEnabled: boolean;
  readonly licence: { readonly name: string; readonly partialKey: string; readonly evaluationEnd: string | null };
  readonly storageAdapters: readonly StorageAdapterModel[];
  /** A node that was paused by its administrator. */
  readonly paused: boolean;
}

export const powerPlans = {
  balanced: '381b4222-f694-41f0-9685-ff5bb260df2e',
  highPerformance: '8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c',
  powerSaver: 'a1841308-3541-4fab-bc81-f71556f20b4a',
} as const;

const never = '1601-01-01T00:00:00.000000Z';

const raid: StorageAdapterModel = {
  name: 'Dell PERC H740P Mini',
  manufacturer: 'Dell',
  pnpDeviceId: 'PCI\\VEN_1000&DEV_0016&SUBSYS_1FC91028\\4&2C2F1A70&0&00E0',
  driver: 'megasas2i',
  initiator: null,
};

/** Windows' own initiator, which every host has. */
const iscsi = (fqdn: string): StorageAdapterModel => ({
  name: 'Microsoft iSCSI Initiator',
  manufacturer: 'Microsoft',
  pnpDeviceId: 'ROOT\\ISCSIPRT\\0000',
  driver: 'iScsiPrt',
  initiator: {
    connection: 2,
    nodeAddress: `iqn.1991-05.com.microsoft:${fqdn}`,
    portAddress: 'ISCSI ANY PORT',
    status: 2,
  },
});

const fibreChannel = (place: number, index: number, up: boolean): StorageAdapterModel => {
  const suffix = (index * 16 + place).toString(16).padStart(8, '0');
  return {
    name: 'QLogic QLE2692 16Gb FC Dual-port HBA',
    manufacturer: 'QLogic',
    pnpDeviceId: `PCI\\VEN_1077&DEV_2261&SUBSYS_02A81077\\4&1B2C3D4E&0&000${place}`,
    driver: 'ql2300i',
    initiator: {
      connection: 1,
      nodeAddress: `20000024${suffix}`,
      portAddress: `21000024${suffix}`,
      status: up ? 2 : 6,
    },
  };
};

export interface BoardPlan {
  readonly seed: number;
  readonly index: number;
  readonly fqdn: string;
  /** The same for all nodes of a cluster: they share a storage network, or none of them is on one. */
  readonly storageNetwork: string;
  readonly osName: string;
}

export function makeBoard({ seed, index, fqdn, storageNetwork, osName }: BoardPlan): BoardModel {
  const random = randomFor(seed, 'board', index);
  const onFibreChannel = randomFor(seed, 'storage network', storageNetwork).chance(0.35);
  const evaluating = random.chance(0.05);
  return {
    serialNumber: random.guid().slice(0, 8).replace('-', ''),
    biosVersion: random.pick(['U30', '2.12.2', 'IVE176F']),
    biosDate: `20${random.integer(18, 25)}-0${random.integer(1, 9)}-15T00:00:00.000000Z`,
    oemStrings: random.chance(0.5) ? ['Dell System', '5[0000]'] : [],
    powerPlan: random.pick([powerPlans.balanced, powerPlans.highPerformance, powerPlans.powerSaver]),
    processorUsage: random.integer(1, 90),
    migrationEnabled: random.chance(0.7),
    licence: {
      name: `Windows(R), ServerDatacenter edition (${osName})`,
      partialKey: random.pick(['3V66T', '8XDDG', 'QFFDN']),
      evaluationEnd: evaluating ? '2027-03-30T21:00:00.000000Z' : never,
    },
    storageAdapters: [
      raid,
      iscsi(fqdn),
      ...(onFibreChannel ? [fibreChannel(0, index, true), fibreChannel(1, index, !random.chance(0.2))] : []),
    ],
    paused: random.chance(0.04),
  };
}
