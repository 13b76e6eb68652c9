import { createHash } from 'node:crypto';
import type { FactOutcomes } from '../facts/fact.ts';
import { bracketPath, sharingOf } from './datastore-path.ts';
import { diskUsage } from './joins/disk-usage.ts';
import { foldersOf } from './joins/folders.ts';
import type { HostView } from './joins/host-view.ts';

/** A short stand-in for a path that several hosts may know: the whole fleet's are held at once. */
const pathMark = (bracketed: string): string =>
  createHash('sha1').update(bracketed.toLowerCase()).digest('base64').slice(0, 12);

/** The mark of a path on storage that hosts share; undefined for one on a volume of the host. */
export function sharedMark(path: string, { datastores }: HostView): string | undefined {
  const bracketed = sharingOf(path, datastores) === 'host' ? null : bracketPath(path, datastores);
  return bracketed === null ? undefined : pathMark(bracketed);
}

/** What a host's summary tells of folders and disk files on storage that it shares with others. */
export interface SharedFolders {
  /** Marks of the folders that it looked at; `rank` 0: it listed all of it, 1: in part, 2: it could not. */
  readonly listed: readonly { readonly mark: string; readonly rank: number }[];
  /** Marks of the disk files that its VMs use, with those of their folders. */
  readonly used: readonly { readonly mark: string; readonly folder: string }[];
  /** True: it knows every disk file that its VMs use. */
  readonly knowsDisks: boolean;
}

/** Folders and disk files that several hosts know. */
export interface FleetFolders {
  /** Mark of a folder that several hosts looked at → FQDN of the one whose listing counts. */
  readonly speakers: ReadonlyMap<string, string>;
  /** Marks of disk files that a host uses in a folder which another host speaks for. */
  readonly usedElsewhere: ReadonlySet<string>;
  /** FQDNs of the hosts that know every disk file their VMs use. */
  readonly knowingDisks: ReadonlySet<string>;
}

export const noFolders: FleetFolders = { speakers: new Map(), usedElsewhere: new Set(), knowingDisks: new Set() };

/** Draws from a host's facts what other hosts' rows depend on. */
export function foldersSharedBy(view: HostView, facts: FactOutcomes): SharedFolders {
  const { paths, isKnown } = diskUsage(facts);
  return {
    listed: (foldersOf(facts) ?? []).flatMap(({ path, problem, filesLeftOut }) => {
      const mark = sharedMark(path, view);
      return mark === undefined ? [] : [{ mark, rank: problem !== null ? 2 : filesLeftOut > 0 ? 1 : 0 }];
    }),
    used: paths.flatMap((path) => {
      const mark = sharedMark(path, view);
      const folder = sharedMark(path.slice(0, path.lastIndexOf('\\')), view);
      return mark === undefined || folder === undefined ? [] : [{ mark, folder }];
    }),
    knowsDisks: isKnown,
  };
}

interface Member {
  readonly fqdn: string;
  readonly folders: SharedFolders;
}

/** One host speaks for each folder: that which saw most of it, then the first by name. */
export function fleetFolders(members: readonly Member[]): FleetFolders {
  const best = new Map<string, { readonly fqdn: string; readonly rank: number }>();
  const several = new Set<string>();
  for (const { fqdn, folders } of [...members].sort((one, other) => (one.fqdn < other.fqdn ? -1 : 1))) {
    for (const { mark, rank } of folders.listed) {
      const rival = best.get(mark);
      if (rival !== undefined && rival.fqdn !== fqdn) several.add(mark);
      if (rival === undefined || rank < rival.rank) best.set(mark, { fqdn, rank });
    }
  }
  const elsewhere = members.flatMap(({ fqdn, folders }) =>
    folders.used.filter(({ folder }) => (best.get(folder)?.fqdn ?? fqdn) !== fqdn).map(({ mark }) => mark),
  );
  return {
    speakers: new Map([...several].map((mark) => [mark, best.get(mark)?.fqdn ?? ''])),
    usedElsewhere: new Set(elsewhere),
    knowingDisks: new Set(members.filter(({ folders }) => folders.knowsDisks).map(({ fqdn }) => fqdn)),
  };
}
