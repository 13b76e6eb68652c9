/** What a guest tells of its operating system, as it tells it; empty texts where it tells nothing. */
export interface GuestOs {
  readonly name: string;
  /** OSVersion: of Linux it is the kernel's. */
  readonly version: string;
  readonly majorVersion: string;
  readonly build: string;
  readonly architecture: string;
}

/** What a running guest told of itself. */
export interface GuestSighting {
  /** Lower-case GUID. */
  readonly vmId: string;
  /** Where that id means this VM: the cluster's FQDN, else the host's SMBIOS UUID, else its FQDN. */
  readonly place: string;
  /** ISO 8601, UTC. */
  readonly seenAt: string;
  readonly os: GuestOs;
  readonly dnsName: string | null;
  readonly ip: string | null;
}

/** The last sighting of each VM, by {@link guestKey}. */
export type KnownGuests = ReadonlyMap<string, GuestSighting>;

/** What somebody states of a VM's guest: a line of the guest OS file. Null: nothing. */
export interface StatedGuest {
  /** Name or id of the VM, as given. */
  readonly vm: string;
  /** Name of its host, where the VM's own is not enough. */
  readonly host: string | null;
  /** As it is to stand in the workbook. */
  readonly os: string | null;
  readonly dnsName: string | null;
  readonly ip: string | null;
}

/** A VM of a host, as far as knowledge of its guest is concerned. */
export interface GuestSubject {
  /** Lower-case GUID. */
  readonly vmId: string;
  readonly vmName: string;
  readonly place: string;
  /** True: it is off or saved, so that its guest can tell nothing. */
  readonly isOff: boolean;
  /** True: it runs, and its guest tells nothing of its system, because it is just starting or Data Exchange is off. */
  readonly isSilent: boolean;
  /** The primary IP address that its guest has now. */
  readonly address: string | null;
}

/** The subjects of one host. */
export interface HostGuests {
  readonly given: string;
  readonly fqdn: string;
  readonly subjects: readonly GuestSubject[];
}

/** What is told of a guest by others than itself. */
export interface GuestKnowledge {
  readonly stated: StatedGuest | null;
  readonly lastSeen: GuestSighting | null;
}

export interface ToldGuest extends GuestKnowledge {
  /** The host, as given. */
  readonly given: string;
  readonly vmId: string;
  readonly vmName: string;
}

/** Most guests that are remembered: of more, those seen longest ago are forgotten. */
const mostKnownGuests = 200_000;

/** Under which a guest is remembered: its VM id, and where it was seen. */
export const guestKey = ({ vmId, place }: Pick<GuestSighting, 'vmId' | 'place'>): string => `${vmId} ${place}`;

/** What is known after these sightings; an older one never replaces a newer. */
export function remember(known: KnownGuests, sightings: readonly GuestSighting[], most = mostKnownGuests): KnownGuests {
  const all = new Map(known);
  for (const sighting of sightings) {
    const key = guestKey(sighting);
    if ((all.get(key)?.seenAt ?? '') <= sighting.seenAt) all.set(key, sighting);
  }
  if (all.size <= most) return all;
  const newest = [...all].toSorted(([, one], [, other]) => (one.seenAt < other.seenAt ? 1 : -1));
  return new Map(newest.slice(0, most));
}

export interface ToldGuests {
  /** VMs of which something is told, in the order of the hosts. */
  readonly told: readonly ToldGuest[];
  /** Stated guests of no VM of the run. */
  readonly unmatched: readonly StatedGuest[];
  /** Stated guests that several VMs of the run could be: they are told of none. */
  readonly ambiguous: readonly StatedGuest[];
}

/**
 * Finds for each VM what is stated of its guest, and for those that are off, or run and tell nothing, when it was last
 * seen. An address is no one's for ever: that of a VM which runs is not told from memory, nor one that another has now.
 */
export function tellGuests(
  hosts: readonly HostGuests[],
  known: KnownGuests,
  stated: readonly StatedGuest[],
): ToldGuests {
  const matches = new Map<string, StatedGuest>();
  const unmatched: StatedGuest[] = [];
  const ambiguous: StatedGuest[] = [];
  const subjectsOf = subjectIndex(hosts);
  for (const guest of stated) {
    const found = subjectsOf(guest);
    if (found.length === 0) unmatched.push(guest);
    // One that moved during the run is there twice, and the same VM.
    else if (new Set(found.map(({ vm }) => vm)).size > 1) ambiguous.push(guest);
    else for (const { key } of found) matches.set(key, guest);
  }
  const taken = new Set(hosts.flatMap(({ subjects }) => subjects.flatMap(({ address }) => address ?? [])));
  const seen = ({ vmId, place, isOff, isSilent }: GuestSubject): GuestSighting | null => {
    const last = isOff || isSilent ? known.get(guestKey({ vmId, place })) : undefined;
    if (last === undefined) return null;
    return isOff && !taken.has(last.ip ?? '') ? last : { ...last, ip: null };
  };
  const told = hosts.flatMap(({ given, subjects }) =>
    subjects.flatMap((subject): ToldGuest[] => {
      const { vmId, vmName } = subject;
      const statedGuest = matches.get(`${given} ${vmId}`) ?? null;
      const lastSeen = seen(subject);
      return statedGuest || lastSeen ? [{ given, vmId, vmName, stated: statedGuest, lastSeen }] : [];
    }),
  );
  return { told, unmatched, ambiguous };
}

/** A VM as one host has it. */
interface Candidate {
  /** `given id`. */
  readonly key: string;
  /** The same for one VM on whichever host. */
  readonly vm: string;
  /** Lower-case names of its host. */
  readonly hosts: readonly string[];
}

/** The VMs that a stated guest may mean: by id, or by name, on any host or on the one that it names. */
function subjectIndex(hosts: readonly HostGuests[]): (guest: StatedGuest) => readonly Candidate[] {
  const index = new Map<string, Candidate[]>();
  for (const { given, fqdn, subjects } of hosts) {
    const names = [given, fqdn, fqdn.split('.')[0] ?? fqdn].map((name) => name.toLowerCase());
    for (const { vmId, vmName, place } of subjects) {
      for (const name of new Set([vmId, vmName.toLowerCase()])) {
        const candidates = index.get(name) ?? [];
        candidates.push({ key: `${given} ${vmId}`, vm: guestKey({ vmId, place }), hosts: names });
        index.set(name, candidates);
      }
    }
  }
  return ({ vm, host }) => {
    const name = vm.toLowerCase();
    const candidates = index.get(name) ?? index.get(name.replace(/^vm-/, '')) ?? [];
    return candidates.filter(({ hosts: on }) => host === null || on.includes(host.toLowerCase()));
  };
}
