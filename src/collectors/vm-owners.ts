/** A VM as its host claims it. */
export interface VmClaim {
  /** Lower-case GUID. */
  readonly id: string;
  readonly running: boolean;
  readonly replica: boolean;
  /** Whether it is on the host's last list; undefined where that is not known. */
  readonly present?: boolean;
  /** A mark of its configuration file, where that lies on storage which hosts share. */
  readonly home?: string;
}

/** The VMs that a host claims, and when it did. */
export interface VmsOfHost {
  /** As in the column Host. */
  readonly fqdn: string;
  /** Null: standalone, or not known. */
  readonly cluster: { readonly fqdn: string } | null;
  /** The run that gathered its facts. */
  readonly runId?: string;
  /** When they were gathered, ISO 8601, UTC. */
  readonly readAt?: string;
  readonly vms: readonly VmClaim[];
}

interface Claim extends VmClaim {
  readonly fqdn: string;
  readonly cluster: string | undefined;
  readonly runId: string;
  readonly readAt: string;
}

/** Lower is better: a running VM that is no replica comes before all others, a replica that is off last. */
const rankOf = ({ running, replica }: Claim): number => (replica ? 2 : 0) + (running ? 0 : 1);

function betterOf(one: Claim, other: Claim): Claim {
  const difference = rankOf(one) - rankOf(other);
  return difference < 0 || (difference === 0 && one.fqdn <= other.fqdn) ? one : other;
}

/** A host's VMs as it claims them. */
const claimsOf = ({ fqdn, cluster, runId = '', readAt = '', vms }: VmsOfHost): readonly Claim[] =>
  vms.map((vm) => ({ ...vm, fqdn, cluster: cluster?.fqdn, runId, readAt }));

/** Sites may call their file servers and clusters alike. */
const domainOf = ({ fqdn }: Claim): string => (fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.')) : '');

/**
 * The claims that are stale because the VM was seen elsewhere later: two hosts were read one after the other, and it moved
 * in between. That it is one VM, and no copy, shows in its configuration file, which is the same on storage that both see.
 */
function overtaken(claims: readonly Claim[]): ReadonlySet<Claim> {
  const homes = new Map<string, Claim[]>();
  for (const claim of claims) {
    if (claim.home === undefined || claim.present === false) continue;
    const key = `${claim.id} ${claim.home} ${domainOf(claim)}`;
    const rivals = homes.get(key);
    if (rivals === undefined) homes.set(key, [claim]);
    else rivals.push(claim);
  }
  const stale = new Set<Claim>();
  for (const rivals of homes.values()) {
    const [best, next] = rivals.toSorted(byCredibility);
    // Of two that are as good as each other nobody knows which is stale.
    if (best === undefined || next === undefined || byCredibility(best, next) === 0) continue;
    for (const claim of rivals) if (claim !== best) stale.add(claim);
  }
  return stale;
}

/**
 * The most credible first: one of a last list; one of a later run; one that runs (a node that crashed still lists what
 * others have taken over); the latest.
 */
const byCredibility = (one: Claim, other: Claim): number =>
  Number(other.present === true) - Number(one.present === true) ||
  laterFirst(one.runId, other.runId) ||
  Number(other.running) - Number(one.running) ||
  laterFirst(one.readAt, other.readAt);

/** Run ids and times sort as texts. */
const laterFirst = (one: string, other: string): number => (one > other ? -1 : one < other ? 1 : 0);

/**
 * A VM that was read on one host and then moved to another has rows on both. Where one host's last list has it, it is
 * stale on every host whose last list has not. A replica lives beside its original, and never departs.
 * Where facts of several runs come together, a VM of a cluster is where the latest run found it; one whose configuration
 * file several hosts claim, where the last of them found it.
 */
export function departuresOf(hosts: readonly VmsOfHost[]): ReadonlyMap<string, ReadonlySet<string>> {
  const claims = hosts.flatMap(claimsOf).filter(({ replica }) => !replica);
  const arrivals = claims.filter(({ present }) => present === true);
  const arrived = new Set(arrivals.map(({ id }) => id));
  const latest = new Map<string, string>();
  for (const { id, cluster, runId } of arrivals) {
    const key = `${id} ${cluster}`;
    if (cluster !== undefined && runId > (latest.get(key) ?? '')) latest.set(key, runId);
  }
  const stale = overtaken(claims);
  const departed = new Map<string, Set<string>>();
  for (const claim of claims) {
    const { id, fqdn, cluster, runId, present } = claim;
    const isOutdated = runId < (latest.get(`${id} ${cluster}`) ?? '') || stale.has(claim);
    if (!(present === false && arrived.has(id)) && !isOutdated) continue;
    departed.set(id, (departed.get(id) ?? new Set()).add(fqdn));
  }
  return departed;
}

/** VM id → FQDN of the host whose row keeps it, of ids that several hosts claim. */
export function ownersOf(
  hosts: readonly VmsOfHost[],
  departed: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, string> {
  const best = new Map<string, Claim>();
  const contested = new Set<string>();
  for (const claim of hosts.flatMap(claimsOf)) {
    const { id, fqdn } = claim;
    if (departed.get(id)?.has(fqdn)) continue;
    const rival = best.get(id);
    if (rival !== undefined) contested.add(id);
    best.set(id, rival === undefined ? claim : betterOf(rival, claim));
  }
  return new Map([...contested].map((id) => [id, best.get(id)?.fqdn ?? '']));
}
