import type { CimRepository } from './cim-repository.ts';
import { type Culture, languageShares } from './languages.ts';
import { instant, type Machine, type VmModel } from './model.ts';
import { type OperatingSystemName, operatingSystemShares } from './operating-systems.ts';
import { behaviourOf, type Personality } from './personalities.ts';
import { type Random, randomFor } from './random.ts';
import { hostRepository } from './repository/host-repository.ts';
import type { ClusterRole, HostView } from './repository/host-view.ts';
import type { SimulatedFleet, SimulatedHost, SimulatedVm } from './simulated-host.ts';
import { simulatedVm } from './simulated-vm.ts';
import { makeMachines } from './topology.ts';

/** What a fleet is made from. The same plan gives the same fleet. */
export interface FleetPlan {
  /** Entries of the host list, second mentions included. */
  readonly hosts: number;
  readonly seed: number;
  /** Mean VMs per host; without it the median is 14, as in real fleets. */
  readonly vms?: number;
  /** Every host that has VMs has exactly so many. */
  readonly vmsExactly?: number;
  /**
   * Shares by personality (the rest is healthy), or the personality of each entry in turn. Default: what real fleets
   * show.
   */
  readonly personalities?: Readonly<Partial<Record<Personality, number>>> | readonly (Personality | undefined)[];
  /**
   * Where the VM of a `vmMoves` host goes, or comes from; one VM a host.
   * - `listedHost` (default): to a healthy host of the list, of its own cluster where there is one. That host shows it
   *   as realized all the time, so that a run covers it there whenever it looks. Without a healthy host: as `elsewhere`.
   * - `elsewhere`: to a host that is not in the list; only the facts of the host it leaves still have it.
   * - `behindTheRun`: to a healthy node of its own cluster that stands earlier in the list, as soon as that node's last
   *   list was read. A run that asks one host after another sees it nowhere, unless it asks the node once more. Without
   *   such a node: as `elsewhere`.
   * - `fromElsewhere`: it arrives from a host that is not in the list once the facts were asked for: no facts have it.
   */
  readonly vmsMove?: 'listedHost' | 'elsewhere' | 'behindTheRun' | 'fromElsewhere';
  /** Names by place in the list, short or with a domain. */
  readonly names?: readonly (string | undefined)[];
  /** Share of hosts that are nodes of a cluster. Default 0.6. */
  readonly clusterShare?: number;
  /** Cluster sizes in list order, 1 for a host that stands alone; overrides the share. */
  readonly clusterSizes?: readonly number[];
  readonly operatingSystemShares?: Readonly<Partial<Record<OperatingSystemName, number>>>;
  readonly languageShares?: Readonly<Partial<Record<Culture, number>>>;
  /** Milliseconds that a host spends on one fact. Default 0. */
  readonly factCostMs?: number;
  /** Milliseconds for opening one virtual disk file. Default 0. */
  readonly vhdCostMs?: number;
  /** The fleet's clock, ISO 8601, UTC. */
  readonly now?: string;
}

/** Shares of sick hosts in real fleets. */
const sickShares: Readonly<Partial<Record<Personality, number>>> = {
  dead: 0.03,
  intermittent: 0.04,
  slow: 0.03,
  wrongCredentials: 0.02,
  vmmsStopped: 0.005,
  listedTwice: 0.02,
};

/** The first entries are healthy where shares are drawn: an account is proven on the first hosts of a list. */
const healthyFirst = 3;
/** VMs per host: lognormal with median 14 and 95th percentile 60; 4 % of hosts have none. */
const vmMedian = 14;
const vmSigma = 0.885;
const emptyShare = 0.04;
const mostVms = 400;
const defaultNow = '2026-11-23T02:00:00.000Z';

/** Makes a fleet: one model from a seed, and from it what each host shows as CIM. Repositories are made when asked. */
export function buildFleet(plan: FleetPlan): SimulatedFleet {
  const now = Date.parse(plan.now ?? defaultNow);
  const personalities = drawPersonalities(plan);
  const machines = makeMachines({
    seed: plan.seed,
    now,
    personalities,
    names: plan.names ?? [],
    vmCounts: personalities.map((personality, index) => drawVmCount(plan, personality, index)),
    clusterShare: plan.clusterShare ?? 0.6,
    clusterSizes: plan.clusterSizes,
    operatingSystemShares: plan.operatingSystemShares ?? operatingSystemShares,
    languageShares: plan.languageShares ?? languageShares,
  });
  const { factCostMs = 0, vhdCostMs = 0 } = plan;
  const shown = showMachines(machines, moves(machines, plan.vmsMove ?? 'listedHost'), {
    now: instant(now),
    factCostMs,
    vhdCostMs,
  });
  return {
    seed: plan.seed,
    hosts: personalities.map((_, index) => shown[index] ?? secondMention(plan.seed, shown, index)),
  };
}

/** One host of each kind that a newcomer should see, among healthy ones. */
const demonstrationSickness: readonly Personality[] = [
  'empty',
  'dead',
  'wrongCredentials',
  'noRights',
  'notHyperV',
  'intermittent',
  'vmMoves',
  'listedTwice',
  'cutOffMidScript',
  'blackHole',
];

/**
 * The fleet of the quickstart: every way a host can fail at least once from 13 hosts on, spread behind healthy hosts.
 * `vms`: mean per host.
 */
export function demonstrationFleet(seed: number, hosts = 20, vms = 12): SimulatedFleet {
  const places = Array.from({ length: Math.max(0, hosts - healthyFirst) }, (_, index) => healthyFirst + index);
  const sickPlaces = randomFor(seed, 'demonstration').shuffle(places);
  const personalities: Personality[] = Array.from({ length: hosts }, () => 'healthy');
  for (const [index, personality] of demonstrationSickness.entries()) {
    const place = sickPlaces[index];
    if (place !== undefined) personalities[place] = personality;
  }
  return buildFleet({ hosts, seed, vms, personalities });
}

const isList = (given: FleetPlan['personalities']): given is readonly (Personality | undefined)[] =>
  Array.isArray(given);

function drawPersonalities({ hosts, seed, personalities = sickShares }: FleetPlan): Personality[] {
  const given = personalities;
  if (isList(given)) return Array.from({ length: hosts }, (_, index) => given[index] ?? 'healthy');
  const shares = Object.entries(given) as [Personality, number][];
  const sick = shares.reduce((sum, [, share]) => sum + share, 0);
  const drawn = [...shares, ['healthy', Math.max(0, 1 - sick)] as const];
  return Array.from({ length: hosts }, (_, index) =>
    index < healthyFirst ? 'healthy' : randomFor(seed, 'personality', index).pickByShare(drawn),
  );
}

function drawVmCount({ seed, vms, vmsExactly }: FleetPlan, personality: Personality, index: number): number {
  const behaviour = behaviourOf({ personality });
  if (behaviour.vms === 'none') return 0;
  if (vmsExactly !== undefined) return vmsExactly;
  const random = randomFor(seed, 'vm count', index);
  // A VM must be there to move, and another to stay behind.
  const least = behaviour.vms === 'oneLeaves' ? 2 : 1;
  const median = vms === undefined ? vmMedian : vms / Math.exp(vmSigma ** 2 / 2);
  if (vms === undefined && personality === 'healthy' && random.chance(emptyShare)) return 0;
  return Math.min(mostVms, Math.max(least, Math.round(random.logNormal(median, vmSigma))));
}

/** A VM on its way; undefined ends are hosts that are not in the list. */
interface Move {
  readonly from: Machine | undefined;
  readonly to: Machine | undefined;
  /** True: its new host has it only once that host's last list was read, and its old host loses it then. */
  readonly late: boolean;
  /** The VM as its present host has it. */
  readonly vm: () => VmModel | undefined;
}

function moves(machines: readonly (Machine | undefined)[], vmsMove: NonNullable<FleetPlan['vmsMove']>): Move[] {
  const healthy = machines.filter((machine): machine is Machine => machine?.personality === 'healthy');
  return machines.flatMap((host): Move[] => {
    if (host === undefined || behaviourOf(host).vms !== 'oneLeaves') return [];
    // A replica has its original elsewhere already: the VM that moves must be one of a kind, and best a running one.
    const vm = (): VmModel | undefined => {
      const single = host.vms.filter(
        ({ replicationMode, critical, highlyAvailable }) =>
          replicationMode === 0 && !critical && (vmsMove !== 'behindTheRun' || highlyAvailable !== null),
      );
      return single.find(({ state }) => state === 2) ?? single[0] ?? host.vms[0];
    };
    if (vmsMove === 'fromElsewhere') return [{ from: undefined, to: host, late: false, vm }];
    const mates = healthy.filter(({ cluster }) => cluster !== null && cluster === host.cluster);
    if (vmsMove === 'behindTheRun') {
      const to = mates.find(({ index }) => index < host.index);
      return [{ from: host, to, late: to !== undefined, vm }];
    }
    const destinations = vmsMove === 'listedHost' ? healthy : [];
    const inCluster = vmsMove === 'listedHost' ? mates : [];
    const later = destinations.filter(({ index }) => index > host.index);
    return [{ from: host, to: inCluster[0] ?? later[0] ?? destinations[0], late: false, vm }];
  });
}

/** The VM as its new host has it: on that host's switches and, without a shared volume, in its folder. */
function relocated(vm: VmModel, from: Machine, to: Machine): VmModel {
  const [first] = to.switches;
  const move = (path: string): string => path.replace(from.vmFolder, to.vmFolder);
  const sameVolumes = from.cluster !== null && from.cluster === to.cluster;
  return {
    ...vm,
    adapters: vm.adapters.map((adapter) =>
      adapter.connection.state === 'connected' && first !== undefined
        ? { ...adapter, connection: { state: 'connected', virtualSwitch: first } }
        : adapter,
    ),
    folder: sameVolumes ? vm.folder : move(vm.folder),
    controllers: sameVolumes
      ? vm.controllers
      : vm.controllers.map((controller) => ({
          ...controller,
          drives: controller.drives.map((drive) => ({ ...drive, image: drive.image && move(drive.image) })),
        })),
    highlyAvailable: sameVolumes ? vm.highlyAvailable : null,
  };
}

interface Showing {
  /** `yyyy-MM-ddTHH:mm:ss.ffffffZ`. */
  readonly now: string;
  readonly factCostMs: number;
  readonly vhdCostMs: number;
}

/** Which VMs each machine has before and after the moves. */
function whereabouts(allMoves: readonly Move[]) {
  const arriving = once(() =>
    allMoves.flatMap(({ from, to, late, vm }) => {
      const moving = vm();
      if (from === undefined || to === undefined || moving === undefined) return [];
      return [{ to, late, vm: relocated(moving, from, to) }];
    }),
  );
  const arrivalsOf = (machine: Machine, lateToo: boolean): VmModel[] =>
    allMoves.some(({ to }) => to === machine)
      ? arriving().flatMap(({ to, late, vm }) => (to === machine && (lateToo || !late) ? [vm] : []))
      : [];
  /** All nodes tell of a move within their cluster. */
  const lateMoveAround = ({ cluster }: Machine): Move | undefined =>
    cluster === null ? undefined : allMoves.find(({ late, to }) => late && to?.cluster === cluster);
  const vmOf = (machine: Machine, side: 'from' | 'to'): VmModel | undefined =>
    allMoves.find((move) => move[side] === machine && (side === 'from' || move.from === undefined))?.vm();
  return {
    /** True where the last baseline differs from the first. */
    changes: (machine: Machine): boolean =>
      lateMoveAround(machine) !== undefined ||
      allMoves.some(({ from, to }) => from === machine || (from === undefined && to === machine)),
    /** The machine that decides when: a late move happens once its new host was looked at. */
    lookedAt: (machine: Machine): Machine | undefined => lateMoveAround(machine)?.to,
    before: (machine: Machine): readonly VmModel[] => {
      const notYet = vmOf(machine, 'to');
      return [...machine.vms.filter((vm) => vm !== notYet), ...arrivalsOf(machine, false)];
    },
    after: (machine: Machine): readonly VmModel[] => {
      const gone = vmOf(machine, 'from');
      return [...machine.vms.filter((vm) => vm !== gone), ...arrivalsOf(machine, true)];
    },
  };
}

function showMachines(
  machines: readonly (Machine | undefined)[],
  allMoves: readonly Move[],
  { now, factCostMs, vhdCostMs }: Showing,
): (SimulatedHost | undefined)[] {
  const { changes, lookedAt, before, after } = whereabouts(allMoves);
  /** A role belongs to the node that has it among its own VMs; one that moves belongs to the node it leaves. */
  const rolesBefore = (machine: Machine): readonly ClusterRole[] =>
    (machine.cluster?.nodes ?? []).flatMap((owner) => {
      const there = new Set(before(owner));
      return owner.vms.flatMap((vm) => (there.has(vm) ? [{ vm, owner }] : []));
    });
  const rolesAfter = (machine: Machine): readonly ClusterRole[] =>
    (machine.cluster?.nodes ?? []).flatMap((owner) => after(owner).map((vm) => ({ vm, owner })));
  const repositoryOf = (
    machine: Machine,
    vms: (machine: Machine) => readonly VmModel[],
    roles: (machine: Machine) => readonly ClusterRole[],
  ): CimRepository => {
    const view: HostView = {
      machine,
      vms: () => vms(machine),
      planned: () => (machine.planned === null ? [] : [machine.planned]),
      roles: () => roles(machine),
    };
    return hostRepository(view, now);
  };
  return machines.map((machine) => {
    if (machine === undefined) return undefined;
    const { hyperV } = behaviourOf(machine);
    const hidden = hyperV === 'hidden' || hyperV === 'stopped';
    return showMachine(
      machine,
      () => (hidden ? [] : before(machine).map((vm) => simulatedVm(vm, machine.os.generation))),
      () => repositoryOf(machine, before, rolesBefore),
      changes(machine) ? () => repositoryOf(machine, after, rolesAfter) : undefined,
      { factCostMs, vhdCostMs, movesBehind: lookedAt(machine)?.index },
    );
  });
}

function showMachine(
  machine: Machine,
  makeVms: () => readonly SimulatedVm[],
  makeRepository: () => CimRepository,
  makeRepositoryAfter: (() => CimRepository) | undefined,
  { movesBehind, ...costs }: Pick<Showing, 'factCostMs' | 'vhdCostMs'> & Pick<SimulatedHost, 'movesBehind'>,
): SimulatedHost {
  const vms = once(makeVms);
  const repository = once(makeRepository);
  const repositoryAfter = makeRepositoryAfter && once(makeRepositoryAfter);
  return {
    name: machine.name,
    fqdn: machine.fqdn,
    personality: machine.personality,
    cluster: machine.cluster?.name ?? null,
    smbiosUuid: machine.smbiosUuid,
    machine,
    ...costs,
    ...(movesBehind === undefined ? {} : { movesBehind }),
    language: machine.language.culture,
    get vms() {
      return vms();
    },
    get repository() {
      return repository();
    },
    get repositoryAfter() {
      return repositoryAfter?.();
    },
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The second name of an earlier healthy host; of a later one where no earlier is healthy. */
function secondMention(seed: number, shown: readonly (SimulatedHost | undefined)[], index: number): SimulatedHost {
  const random: Random = randomFor(seed, 'second mention', index);
  const healthy = [...shown.entries()].flatMap(([place, host]) => (host?.personality === 'healthy' ? [place] : []));
  const earlier = healthy.filter((place) => place < index);
  const candidates = earlier.length > 0 ? earlier : healthy;
  if (candidates.length === 0) throw new RangeError('A host can be listed twice only beside a healthy one.');
  const sameAs = random.pick(candidates);
  const host = shown[sameAs];
  if (host === undefined) throw new RangeError(`There is no host ${sameAs}.`);
  return {
    name: host.name,
    fqdn: host.fqdn,
    personality: 'listedTwice',
    cluster: host.cluster,
    smbiosUuid: host.smbiosUuid,
    ...(host.machine && { machine: host.machine }),
    factCostMs: host.factCostMs,
    vhdCostMs: host.vhdCostMs,
    language: host.language,
    sameAs,
    get vms() {
      return host.vms;
    },
    get repository() {
      return host.repository;
    },
  };
}
