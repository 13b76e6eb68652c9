import { makeGuest } from './guest-systems.ts';
import type {
  AdapterModel,
  CheckpointModel,
  ControllerModel,
  DriveModel,
  Machine,
  SwitchModel,
  VlanModel,
  VmModel,
} from './model.ts';
import { instant } from './model.ts';
import type { Random } from './random.ts';
import { randomFor } from './random.ts';
import { fileNameOf, makeNotes, makeVmName } from './vm-names.ts';

/** Device GUIDs that are the same on every VM. */
export const constantDevices = {
  ide: '83F8638B-8DCA-4152-9EDA-2CA8B33039B4',
  floppy: '8F0D2762-0B00-4E04-AF4F-19010527CB93',
  serial: '8E3A359F-559A-4B6A-98A9-1690A6100ED7',
  memory: '4764334d-e001-4176-82ee-5594ec9b530e',
  processor: 'b637f346-6a0e-4dec-af52-bd70cb80a21d',
  backup: '5CED1297-4598-4915-A5FC-AD21BB4D02A4',
  keyValuePairs: '2A34B1C2-FD73-4043-8A5B-DD2159BC743F',
  heartbeat: '84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47',
  shutdown: '9F8233AC-BE49-4C79-8EE3-E7E1985B2077',
  timeSync: '2497F4DE-E9FA-4204-80E4-4B75C46419C0',
  guestFiles: '6C09BB55-D683-4DA0-8931-C9BF705F6480',
} as const;

const day = 86_400_000;
/** Hyper-V's limit per VM. */
const maxCheckpoints = 50;

/** What a machine must know of itself before its VMs can be made. */
export type VmHome = Omit<Machine, 'vms' | 'planned' | 'groups'>;

/** One VM of a host, from its own stream: the same whatever the other VMs are. `now` in milliseconds. */
export function makeVm(seed: number, home: VmHome, vmIndex: number, now: number): VmModel {
  const random = randomFor(seed, 'vm', home.index, vmIndex);
  const id = random.guid();
  const name = makeVmName(random, home.index, vmIndex, home.language.newVirtualMachine);
  const { state, critical } = makeState(random);
  const generation = random.chance(home.os.generation === 2012 ? 0.15 : 0.6) ? 2 : 1;
  const createdAt = now - random.integer(20, 2500) * day - random.integer(0, day);
  const upTimeMs = state === 2 ? random.integer(60_000, 90 * day) : 0;
  const talks = state === 2 && !random.chance(0.08);
  const adapters = makeAdapters(random, home, generation, talks);
  const folder = `${storageRoot(random, home)}\\${folderNameOf(name, id)}`;
  const checkpoints = makeCheckpoints(random, home, name, now, state);
  const processors = random.pickByShare([
    [1, 15],
    [2, 40],
    [4, 28],
    [8, 12],
    [16, 4],
    [32, 1],
  ] as const);
  const domain = home.domain ?? 'workgroup.example';
  const guest = talks
    ? makeGuest(random, generation, `vm${home.index + 1}-${vmIndex + 1}.${domain}`, {
        ipv4: adapters.flatMap((adapter) => adapter.ipAddresses.filter((address) => !address.includes(':'))),
        ipv6: adapters.flatMap((adapter) => adapter.ipAddresses.filter((address) => address.includes(':'))),
      })
    : null;
  return {
    id,
    name,
    state,
    critical,
    generation,
    configurationVersion: random.chance(0.15)
      ? random.pick([home.os.configurationVersion, ...home.os.olderConfigurationVersions])
      : home.os.configurationVersion,
    createdAt: instant(createdAt),
    changedAt: instant(now - random.integer(0, 15 * day)),
    upTimeMs,
    notes: makeNotes(random),
    biosGuid: random.guid(),
    secureBoot: generation === 2 && !random.chance(0.15),
    startupDelayMs: random.chance(0.1) ? random.integer(1, 30) * 10_000 : 0,
    processors,
    processorLoad: state === 2 ? random.integer(0, 8) : 0,
    processorWeight: random.chance(0.05) ? random.pick([50, 200, 1000]) : 100,
    processorReservation: random.chance(0.03) ? random.pick([10_000, 50_000]) : 0,
    processorLimit: random.chance(0.03) ? random.pick([50_000, 75_000]) : 100_000,
    nested: home.os.generation > 2012 && random.chance(0.01),
    memory: makeMemory(random, state),
    adapters,
    controllers: makeControllers(random, generation, folder, fileNameOf(name), vmIndex),
    folder,
    leftOverChild: checkpoints.length === 0 && random.chance(0.005) ? random.guid() : null,
    checkpoints,
    guest,
    services: makeServices(randomFor(seed, 'services', home.index, vmIndex), processors, guest !== null),
    replicationMode: 0,
    highlyAvailable:
      home.cluster !== null && !random.chance(0.1)
        ? {
            priority: random.pickByShare([
              [2000, 85],
              [3000, 8],
              [1000, 5],
              [0, 2],
            ] as const),
            checkHeartbeat: !random.chance(0.1),
            antiAffinity: random.chance(0.05) ? random.pick(['DomainControllers', 'SqlNodes']) : null,
          }
        : null,
  };
}

/** A guest that talks has heartbeat and Data Exchange; guest services are off unless somebody wanted them. */
function makeServices(random: Random, processors: number, talks: boolean): VmModel['services'] {
  return {
    backup: processors <= 16,
    timeSync: !random.chance(0.1),
    shutdown: !random.chance(0.02),
    heartbeat: talks || !random.chance(0.1),
    dataExchange: talks || !random.chance(0.1),
    guestFiles: random.chance(0.15),
  };
}

/** VMs of one name lie in folders of their own. */
function folderNameOf(name: string, id: string): string {
  return /^\w+-\d{3,}-\d{2,}$/.test(name) ? name : `${fileNameOf(name)}_${id.slice(0, 8)}`;
}

function makeState(random: Random): Pick<VmModel, 'state' | 'critical'> {
  const drawn = random.pickByShare([
    ['running', 78],
    ['off', 19],
    ['saved', 1.5],
    ['paused', 1],
    ['critical', 0.5],
  ] as const);
  if (drawn === 'critical') return { state: random.pick([3, 9]), critical: true };
  return { state: ({ running: 2, off: 3, saved: 6, paused: 9 } as const)[drawn], critical: false };
}

function makeMemory(random: Random, state: VmModel['state']): VmModel['memory'] {
  const startup = random.pickByShare([
    [1024, 6],
    [2048, 18],
    [4096, 32],
    [8192, 25],
    [16384, 13],
    [32768, 5],
    [65536, 1],
  ] as const);
  const dynamic = random.chance(0.4);
  const minimum = dynamic ? Math.max(512, startup / random.pick([1, 2, 4])) : startup;
  const maximum = dynamic ? startup * random.pick([1, 2, 4]) : startup;
  const inUse = state === 2 || state === 9;
  const assigned = dynamic ? 2 * random.integer(minimum / 2, maximum / 2) : startup;
  return {
    startup,
    dynamic,
    minimum,
    maximum,
    assigned: inUse ? assigned : 0,
    buffer: 20,
    weight: random.chance(0.05) ? random.pick([2500, 7500]) : 5000,
    available: random.integer(10, 45),
  };
}

function makeAdapters(random: Random, home: VmHome, generation: 1 | 2, talks: boolean): AdapterModel[] {
  if (random.chance(0.015)) return [];
  const count = random.pickByShare([
    [1, 82],
    [2, 14],
    [3, 2],
    [4, 1.3],
    [10, 0.7],
  ] as const);
  const vlans = [10, 20, 30, 110, 120, 2012, 4094];
  return Array.from({ length: count }, (_, place): AdapterModel => {
    const kind = generation === 1 && random.chance(0.06) ? 'emulated' : 'synthetic';
    const staticMac = random.chance(0.08);
    const suffix = Array.from({ length: 3 }, () => random.integer(0, 255).toString(16).padStart(2, '0')).join('');
    const started = talks || !random.chance(0.1);
    const connection = makeConnection(random, home.switches);
    const guid = random.guid();
    const { networkAdapter, legacyNetworkAdapter } = home.language;
    return {
      kind,
      device: kind === 'emulated' ? `${guid}\\0` : guid,
      name: random.chance(0.05) ? random.guid() : kind === 'emulated' ? legacyNetworkAdapter : networkAdapter,
      mac: staticMac || started ? `00155D${suffix.toUpperCase()}` : '000000000000',
      staticMac,
      connection,
      vlan: makeVlan(random, home, vlans),
      singleRootIo: random.chance(0.03),
      dhcp: random.chance(0.6),
      ipAddresses:
        talks && kind === 'synthetic' && connection.state === 'connected' ? makeAddresses(random, place) : [],
    };
  });
}

function makeConnection(random: Random, switches: readonly SwitchModel[]): AdapterModel['connection'] {
  if (random.chance(0.03)) return { state: 'disconnected' };
  if (random.chance(0.003)) return { state: 'switchGone', switchId: random.guid(), switchName: 'Old switch' };
  const [first, ...others] = switches;
  if (first === undefined) return { state: 'disconnected' };
  const virtualSwitch = others.length > 0 && random.chance(0.2) ? random.pick(others) : first;
  return { state: 'connected', virtualSwitch };
}

function makeVlan(random: Random, home: VmHome, vlans: readonly number[]): VlanModel {
  const mode = random.pickByShare([
    ['untagged', 55],
    ['access', 42],
    ['trunk', 1],
    ['private', 0.5],
    ['isolation', 1.5],
  ] as const);
  if (mode === 'untagged') return { mode };
  if (mode === 'trunk')
    return {
      mode,
      native: 0,
      allowed: random
        .shuffle(vlans)
        .slice(0, 3)
        .sort((a, b) => a - b),
    };
  if (mode === 'private') {
    const kind = random.pick(['isolated', 'community', 'promiscuous'] as const);
    return { mode, kind, primary: 300, secondary: kind === 'isolated' ? 301 : 302 };
  }
  return { mode: 'access', id: random.pick(vlans), isolation: mode === 'isolation' && home.os.generation >= 2022 };
}

function makeAddresses(random: Random, place: number): string[] {
  const word = (): string => random.integer(0, 0xffff).toString(16);
  const addresses = [`10.${random.integer(0, 63)}.${random.integer(0, 255)}.${random.integer(2, 254)}`];
  if (random.chance(0.03)) addresses.unshift(`169.254.${random.integer(1, 254)}.${random.integer(1, 254)}`);
  addresses.push(`fe80::${word()}:${word()}:${word()}:${word()}`);
  if (place === 0 && random.chance(0.1)) addresses.push(`2001:db8::${word()}`);
  return addresses;
}

function storageRoot(random: Random, home: VmHome): string {
  if (home.cluster !== null) return random.pick(home.cluster.sharedVolumes).name;
  return random.chance(0.02) ? '\\\\fs01\\vms$' : home.vmFolder;
}

function diskCount(random: Random): number {
  if (random.chance(0.007)) return 0;
  const drawn = random.pickByShare([
    ['1', 45],
    ['2', 28],
    ['3', 13],
    ['4–8', 12],
    ['9+', 2],
  ] as const);
  if (drawn === '4–8') return random.integer(4, 8);
  return drawn === '9+' ? random.integer(9, 20) : Number(drawn);
}

function makeControllers(
  random: Random,
  generation: 1 | 2,
  folder: string,
  fileName: string,
  vmIndex: number,
): ControllerModel[] {
  const extension = generation === 1 && random.chance(0.1) ? 'vhd' : 'vhdx';
  const disks = Array.from({ length: diskCount(random) }, (_, place): Omit<DriveModel, 'slot'> => {
    if (place > 0 && random.chance(0.008)) {
      // A number of its own within the host: VMs do not share a passed-through disk.
      return { kind: 'passThrough', image: null, diskNumber: 10 + vmIndex * 32 + place, shared: false };
    }
    const shared = place > 0 && random.chance(0.005);
    const suffix = place === 0 ? '' : `-${place + 1}`;
    const image = `${folder}\\Virtual Hard Disks\\${fileName}${suffix}.${shared ? 'vhds' : extension}`;
    return { kind: 'disk', image, diskNumber: null, shared };
  });
  const dvd: Omit<DriveModel, 'slot'>[] = random.chance(generation === 1 ? 0.9 : 0.5)
    ? [{ kind: 'dvd', image: random.chance(0.1) ? 'C:\\ISO\\setup.iso' : null, diskNumber: null, shared: false }]
    : [];
  const inSlots = (drives: readonly Omit<DriveModel, 'slot'>[]): DriveModel[] =>
    drives.map((drive, slot) => ({ ...drive, slot }));
  const second: ControllerModel[] = random.chance(0.05)
    ? [{ bus: 'scsi', device: random.guid(), number: 0, drives: [] }]
    : [];
  if (generation === 2) {
    const [boot, ...rest] = disks;
    const drives = inSlots([...(boot ? [boot] : []), ...dvd, ...rest]);
    return [{ bus: 'scsi', device: random.guid(), number: 0, drives }, ...second];
  }
  return [
    { bus: 'ide', device: constantDevices.ide, number: 0, drives: inSlots(disks.slice(0, 1)) },
    { bus: 'ide', device: constantDevices.ide, number: 1, drives: inSlots(dvd) },
    { bus: 'scsi', device: random.guid(), number: 0, drives: inSlots(disks.slice(1)) },
    ...second,
  ];
}

function makeCheckpoints(
  random: Random,
  home: VmHome,
  vmName: string,
  now: number,
  state: VmModel['state'],
): CheckpointModel[] {
  const drawn = random.pickByShare([
    ['0', 85],
    ['1', 9],
    ['2–5', 5],
    ['6+', 1],
  ] as const);
  const count =
    drawn === '2–5'
      ? random.integer(2, 5)
      : drawn === '6+'
        ? Math.min(maxCheckpoints, Math.round(random.logNormal(9, 0.5)) + 6)
        : Number(drawn);
  const first = now - random.integer(count + 1, 400) * day;
  return Array.from({ length: count }, (_, place): CheckpointModel => {
    const createdAt = first + Math.floor(((now - first) * place) / count);
    const automatic = home.os.generation >= 2019 && random.chance(0.1);
    return {
      id: random.guid(),
      name: `${vmName} - (${new Date(createdAt).toISOString().slice(0, 19).replace('T', ' - ')})`,
      createdAt: instant(createdAt),
      // Now and then somebody went back and made a branch.
      parent: place === 0 ? null : random.chance(0.1) ? random.integer(0, place - 1) : place - 1,
      kind: random.chance(0.1) ? 'Recovery' : 'Realized',
      withMemory: state === 2 && random.chance(0.4),
      automatic,
      notes: random.chance(0.2) ? 'Before the update' : '',
    };
  });
}

/** The VM as Hyper-V Replica keeps it at the other side: off, with recovery points instead of checkpoints. */
export function replicaOf(seed: number, source: VmModel, slot: VmModel): VmModel {
  const random = randomFor(seed, 'replica', slot.id);
  return {
    // It lies on its own host's volumes and hangs on its switches.
    ...slot,
    id: source.id,
    name: source.name,
    notes: source.notes,
    biosGuid: source.biosGuid,
    processors: source.processors,
    memory: { ...source.memory, assigned: 0 },
    adapters: slot.adapters.map((adapter) => ({ ...adapter, ipAddresses: [] })),
    state: 3,
    critical: false,
    upTimeMs: 0,
    processorLoad: 0,
    guest: null,
    leftOverChild: null,
    replicationMode: 2,
    checkpoints: Array.from({ length: random.integer(0, 2) }, (_, place) => ({
      id: random.guid(),
      name: `${source.name} - recovery point ${place + 1}`,
      createdAt: slot.changedAt,
      parent: place === 0 ? null : place - 1,
      kind: 'Replica:Standard',
      withMemory: false,
      automatic: false,
      notes: '',
    })),
  };
}
