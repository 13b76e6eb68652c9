import type { Behaviour } from './behaviour.ts';
import { makeBoard } from './host-hardware.ts';
import { makeHostNetworks } from './host-networks.ts';
import type { Culture } from './languages.ts';
import { languages } from './languages.ts';
import type {
  ClusterModel,
  HardwareModel,
  Machine,
  SharedVolumeModel,
  SwitchModel,
  VmModel,
  VolumeModel,
} from './model.ts';
import { instant } from './model.ts';
import type { OperatingSystem, OperatingSystemName } from './operating-systems.ts';
import { operatingSystems } from './operating-systems.ts';
import { behaviourOf, type Personality } from './personalities.ts';
import type { Random } from './random.ts';
import { randomFor } from './random.ts';

import type { VmHome } from './virtual-machine.ts';
import { makeVm, replicaOf } from './virtual-machine.ts';

/** Machines of the fleet, made from the host list's plan: clusters, hardware, networks, volumes and who owns which VM. */
export interface TopologyPlan {
  readonly seed: number;
  /** Milliseconds. */
  readonly now: number;
  /** Personality of every entry of the host list; entries listed twice are no machines of their own. */
  readonly personalities: readonly Personality[];
  readonly names: readonly (string | undefined)[];
  readonly vmCounts: readonly number[];
  readonly clusterShare: number;
  /** Sizes in list order, 1 for a host that stands alone; the rest stands alone. Overrides `clusterShare`. */
  readonly clusterSizes?: readonly number[];
  readonly operatingSystemShares: Readonly<Partial<Record<OperatingSystemName, number>>>;
  readonly languageShares: Readonly<Partial<Record<Culture, number>>>;
}

const domain = 'corp.example';
const gibibyte = 1024 ** 3;
const day = 86_400_000;

const shareList = <Key extends string>(shares: Readonly<Partial<Record<Key, number>>>): [Key, number][] =>
  Object.entries(shares) as [Key, number][];

/** Machines by place in the host list; undefined where an entry is a second mention. */
export function makeMachines(plan: TopologyPlan): (Machine | undefined)[] {
  const machines: (Machine | undefined)[] = plan.personalities.map(() => undefined);
  let clusterNumber = 0;
  for (const group of groupIntoClusters(plan)) {
    const random = randomFor(plan.seed, 'group', group[0] ?? 0);
    const os = operatingSystems[random.pickByShare(shareList(plan.operatingSystemShares))];
    const language = languages[random.pickByShare(shareList(plan.languageShares))];
    const switches = random.pick(['vSwitch-External', 'SETswitch', 'Tenant', 'ConvergedSwitch', 'vSwitch0']);
    const nodes: Machine[] = [];
    const cluster = group.length > 1 ? makeCluster(random, ++clusterNumber, os, nodes) : null;
    for (const index of group) {
      const own = behaviourOf({ personality: plan.personalities[index] ?? 'healthy' });
      const surroundings = {
        os: own.operatingSystem === undefined ? os : operatingSystems[own.operatingSystem],
        language: own.culture === undefined ? language : languages[own.culture],
        cluster,
        switchName: switches,
      };
      const machine = makeMachine(plan, index, surroundings, () => partnersOf(machines, index));
      machines[index] = machine;
      nodes.push(machine);
    }
  }
  return machines;
}

/** Places of the host list that belong together; a group of one stands alone. */
function groupIntoClusters({ seed, personalities, clusterShare, clusterSizes }: TopologyPlan): number[][] {
  const random = randomFor(seed, 'clusters');
  const behaviours = personalities.map((personality) => behaviourOf({ personality }));
  const places = [...behaviours.keys()].filter((index) => !behaviours[index]?.secondName);
  // With a mean size of 3.9, this many draws must be clusters for that share of hosts to be in one.
  const meanSize = 3.875;
  const chance = clusterShare >= 1 ? 1 : clusterShare / (meanSize * (1 - clusterShare) + clusterShare);
  const sizes = [...(clusterSizes ?? [])];
  const groups: number[][] = [];
  let at = 0;
  while (at < places.length) {
    const size = clusterSizes ? (sizes.shift() ?? 1) : random.chance(chance) ? drawClusterSize(random) : 1;
    const group = places.slice(at, at + size);
    at += size;
    const nodes = group.filter((index) => isNode(behaviours[index]));
    groups.push(nodes, ...group.filter((index) => !nodes.includes(index)).map((index) => [index]));
  }
  return groups.filter((group) => group.length > 0);
}

/** A host without Hyper-V, or with a Windows of its own, is no node of a Hyper-V cluster. */
const isNode = (behaviour: Behaviour | undefined): boolean =>
  behaviour?.hyperV !== 'notInstalled' && behaviour?.operatingSystem === undefined;

function drawClusterSize(random: Random): number {
  const drawn = random.pickByShare([
    ['2', 45],
    ['3–4', 30],
    ['5–8', 20],
    ['9–16', 5],
  ] as const);
  if (drawn === '2') return 2;
  if (drawn === '3–4') return random.integer(3, 4);
  return drawn === '5–8' ? random.integer(5, 8) : random.integer(9, 16);
}

function makeCluster(random: Random, number: number, os: OperatingSystem, nodes: readonly Machine[]): ClusterModel {
  const name = `HVCL${String(number).padStart(3, '0')}`;
  const sharedVolumes = Array.from({ length: random.integer(1, 4) }, (_, place): SharedVolumeModel => {
    const capacity = random.pick([2, 4, 8]) * 1024 * gibibyte;
    return {
      guid: random.guid().toLowerCase(),
      name: `C:\\ClusterStorage\\Volume${place + 1}`,
      capacity,
      free: Math.floor(capacity * (0.1 + 0.5 * random.next())),
    };
  });
  return {
    name,
    fqdn: `${name.toLowerCase()}.${domain}`,
    address: `10.77.${Math.floor(number / 250)}.${(number % 250) + 1}`,
    instanceId: random.guid().toLowerCase(),
    os,
    sharedVolumes,
    nodes,
  };
}

interface Surroundings {
  readonly os: OperatingSystem;
  readonly language: Machine['language'];
  readonly cluster: ClusterModel | null;
  readonly switchName: string;
}

/** The machine that shares replicas and copied VMs with this one: half the fleet away, never in the same cluster. */
function partnersOf(machines: readonly (Machine | undefined)[], index: number): BaseMachine | undefined {
  const half = Math.floor(machines.length / 2);
  if (half === 0 || index >= 2 * half) return undefined;
  const partner = machines[index < half ? index + half : index - half] as BaseMachine | undefined;
  const self = machines[index];
  if (partner === undefined || self === undefined) return undefined;
  return partner.cluster !== null && partner.cluster === self.cluster ? undefined : partner;
}

interface BaseMachine extends Machine {
  /** Its VMs before replicas and copies are taken from the partner. */
  baseVms(): readonly VmModel[];
}

function makeMachine(
  plan: TopologyPlan,
  index: number,
  { os, language, cluster, switchName }: Surroundings,
  partner: () => BaseMachine | undefined,
): BaseMachine {
  const random = randomFor(plan.seed, 'host', index);
  const hardware = makeHardware(random);
  const identity = makeIdentity(random, plan.names[index], index, cluster !== null);
  const vmFolder = random.pick(['D:\\Hyper-V', 'D:\\VMs', 'C:\\ProgramData\\Microsoft\\Windows\\Hyper-V']);
  const smbiosUuid = random.pickByShare([
    [random.guid(), 99],
    ['00000000-0000-0000-0000-000000000000', 0.5],
    ['FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', 0.5],
  ] as const);
  const switches = makeSwitches(random, switchName);
  const site = cluster?.name ?? `host ${index}`;
  const home: VmHome = {
    ...identity,
    index,
    personality: plan.personalities[index] ?? 'healthy',
    os,
    language,
    cluster,
    hardware,
    smbiosUuid,
    switches,
    board: makeBoard({
      seed: plan.seed,
      index,
      fqdn: identity.fqdn,
      storageNetwork: site,
      osName: os.name,
    }),
    networks: makeHostNetworks({
      seed: plan.seed,
      index,
      site,
      switches,
      generation: os.generation,
      adapterDescription: hardware.networkAdapterName,
    }),
    volumes: makeVolumes(random, cluster),
    vmFolder,
    bootedAt: instant(plan.now - random.integer(95 * day, 300 * day)),
  };
  const count = plan.vmCounts[index] ?? 0;
  let base: readonly VmModel[] | undefined;
  let vms: readonly VmModel[] | undefined;
  const baseVms = (): readonly VmModel[] => {
    base ??= Array.from({ length: count }, (_, vmIndex) => makeVm(plan.seed, home, vmIndex, plan.now));
    return base;
  };
  const groupsRandom = randomFor(plan.seed, 'groups', index);
  const planned = randomFor(plan.seed, 'planned', index).chance(0.02) ? makeVm(plan.seed, home, count, plan.now) : null;
  const grouped = os.generation >= 2016 && groupsRandom.chance(0.2);
  const groupIds = [groupsRandom.guid(), groupsRandom.guid()];
  return {
    ...home,
    baseVms,
    get vms() {
      vms ??= withPartner(plan.seed, index, baseVms(), partner()?.baseVms() ?? [], partner()?.index);
      return vms;
    },
    planned: planned && {
      ...planned,
      state: 3,
      upTimeMs: 0,
      guest: null,
      checkpoints: [],
      leftOverChild: null,
      critical: false,
    },
    get groups() {
      if (!grouped) return [];
      return groupIds.map((id, place) => ({
        id,
        name: place === 0 ? 'Production' : 'Infrastructure',
        members: this.vms.filter((_, vmIndex) => vmIndex % 3 === place).map((vm) => vm.id),
      }));
    },
  };
}

type Relation = 'replica' | 'copy' | undefined;

/** Share of VMs that are the replica of another host's VM, or a copy that kept its id. */
const replicaShare = 0.03;
const copyShare = 0.002;

/** What the VM in a slot has to do with the VM in the same slot of the partner. Both sides reckon it alike. */
function relationOf(seed: number, index: number, vmIndex: number): Relation {
  const random = randomFor(seed, 'relation', index, vmIndex);
  return random.pickByShare([
    ['replica', replicaShare],
    ['copy', copyShare],
    [undefined, 1 - replicaShare - copyShare],
  ] as const);
}

function withPartner(
  seed: number,
  index: number,
  own: readonly VmModel[],
  others: readonly VmModel[],
  partnerIndex: number | undefined,
): readonly VmModel[] {
  if (partnerIndex === undefined || others.length === 0) return own;
  return own.map((vm, vmIndex) => {
    const other = others[vmIndex];
    if (other === undefined) return vm;
    const mine = relationOf(seed, index, vmIndex);
    const theirs = relationOf(seed, partnerIndex, vmIndex);
    if (mine !== undefined && theirs !== undefined) return vm;
    if (mine === 'replica') return replicaOf(seed, other, vm);
    if (mine === 'copy') return { ...vm, id: other.id, name: other.name, biosGuid: other.biosGuid };
    return theirs === 'replica' ? { ...vm, replicationMode: 1 } : vm;
  });
}

function makeIdentity(random: Random, given: string | undefined, index: number, inCluster: boolean) {
  const long = random.chance(0.01);
  const alone = !inCluster && random.chance(0.03);
  const site = random.pick(['BER', 'FRA', 'TYO', 'LON', 'NYC']);
  const number = String(index + 1).padStart(4, '0');
  const [short = '', ...givenDomain] = (given ?? '').split('.');
  const dnsHostName = (given === undefined ? `HV-${site}-${number}${long ? '-HYPERV' : ''}` : short).toUpperCase();
  const joined = givenDomain.length > 0 ? givenDomain.join('.') : alone ? null : domain;
  return {
    name: dnsHostName.slice(0, 15),
    dnsHostName,
    domain: joined,
    fqdn: [dnsHostName.toLowerCase(), ...(joined === null ? [] : [joined])].join('.'),
  };
}

function makeHardware(random: Random): HardwareModel {
  const [processorName, clockMhz, coresPerSocket] = random.pick([
    ['Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz', 2095, 16],
    ['Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz', 2397, 14],
    ['Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz', 1995, 32],
    ['AMD EPYC 7543 32-Core Processor                ', 2794, 32],
  ] as const);
  const [vendor, model] = random.pick([
    ['HPE', 'ProLiant DL380 Gen10'],
    ['Dell Inc.', 'PowerEdge R740'],
    ['LENOVO', 'ThinkSystem SR650'],
    ['FUJITSU', 'PRIMERGY RX2540 M5'],
  ] as const);
  return {
    vendor,
    model,
    sockets: random.chance(0.9) ? 2 : 1,
    coresPerSocket,
    threadsPerCore: random.chance(0.9) ? 2 : 1,
    clockMhz,
    processorName,
    memory: random.pick([256, 384, 512, 768]) * 1024,
    networkAdapterName: random.pick([
      'Mellanox ConnectX-4 Lx Ethernet Adapter',
      'Intel(R) Ethernet Converged Network Adapter X710',
    ]),
  };
}

function makeSwitches(random: Random, externalName: string): SwitchModel[] {
  const external: SwitchModel = {
    id: random.guid(),
    name: externalName,
    type: 'external',
    hostPort: random.guid(),
    uplinkPort: random.guid(),
    uplinkAdapter: random.guid(),
    hostVlan: random.chance(0.4) ? 10 : null,
  };
  const owned = { uplinkPort: null, uplinkAdapter: null, hostVlan: null };
  const internal: SwitchModel = {
    ...owned,
    id: random.guid(),
    name: 'Internal',
    type: 'internal',
    hostPort: random.guid(),
  };
  const isolated: SwitchModel = { ...owned, id: random.guid(), name: 'Private Lab', type: 'private', hostPort: null };
  return [external, ...(random.chance(0.25) ? [internal] : []), ...(random.chance(0.15) ? [isolated] : [])];
}

function makeVolumes(random: Random, cluster: ClusterModel | null): VolumeModel[] {
  const fixed = (name: string, letter: string | null, label: string | null, capacity: number): VolumeModel => ({
    guid: random.guid().toLowerCase(),
    name,
    driveLetter: letter,
    driveType: 3,
    fileSystem: 'NTFS',
    label,
    capacity,
    free: Math.floor(capacity * (0.1 + 0.6 * random.next())),
  });
  const reserved = fixed('', null, null, 524_288_000);
  const local = [
    { ...reserved, name: `\\\\?\\Volume{${reserved.guid}}\\` },
    fixed('C:\\', 'C:', 'OS', 240 * gibibyte),
    ...(cluster === null ? [fixed('D:\\', 'D:', 'VMs', random.pick([2, 4, 8]) * 1024 * gibibyte)] : []),
  ];
  const optical: VolumeModel = {
    ...fixed('E:\\', 'E:', null, 0),
    driveType: 5,
    fileSystem: null,
    capacity: 0,
    free: 0,
  };
  const shared = (cluster?.sharedVolumes ?? []).map(
    (volume): VolumeModel => ({
      guid: volume.guid,
      name: `${volume.name}\\`,
      driveLetter: null,
      driveType: 3,
      fileSystem: 'CSVFS',
      label: volume.name.split('\\').at(-1) ?? null,
      capacity: volume.capacity,
      free: volume.free,
    }),
  );
  return [...local, ...(random.chance(0.3) ? [optical] : []), ...shared];
}
