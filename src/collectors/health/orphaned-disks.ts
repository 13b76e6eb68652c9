import { nodeKey } from '../../inventory/cluster-knowledge.ts';
import { bracketPath, sharingOf, shortForm } from '../datastore-path.ts';
import { foldersHere } from '../folders-here.ts';
import { diskUsage } from '../joins/disk-usage.ts';
import { knownRows } from '../joins/facts.ts';
import type { Folder, FolderFile } from '../joins/folders.ts';
import type { HostSource } from '../per-host.ts';
import { sharedMark } from '../shared-folders.ts';
import { daysBetween, type Finding, plural } from './finding.ts';

const isDisk = (name: string): boolean => /\.a?vhdx?$/i.test(name);

/** A VHD set keeps its data in a differencing file beside it, which no setting names. */
const belongsToSet = ({ name }: FolderFile, { files }: Folder): boolean =>
  /\.avhdx$/i.test(name) && files.some((file) => /\.vhds$/i.test(file.name));

const leafOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1).toLowerCase();

/** Why nobody can say that a file is unused; undefined: it can be said. */
function doubt(path: string, { host, fleet, facts }: HostSource): string | undefined {
  const sharing = sharingOf(path, host.datastores);
  if (sharing === 'anybody') return 'they lie on a share, which hosts that were not read may use';
  if (!diskUsage(facts).isKnown) return 'a disk of a VM could not be read, and may hang on them';
  if (sharing === 'host') return undefined;
  const nodes = knownRows(facts, 'clusterNodes') ?? [];
  if (host.cluster.kind !== 'member' || nodes.length === 0) return 'the nodes that share their volume are not known';
  if (fleet.unseenVms.has(host.cluster.fqdn)) return 'the cluster knows VMs that no host showed';
  const read = (fleet.nodes.get(host.cluster.fqdn) ?? []).filter(({ fqdn }) => fleet.folders.knowingDisks.has(fqdn));
  const names = new Set(read.map(({ shortName }) => nodeKey(shortName)));
  return nodes.every(({ Name }) => names.has(nodeKey(Name ?? '')))
    ? undefined
    : 'not every disk of every node of the cluster was read';
}

/** Days for which a file may belong to what was just being made, moved or backed up while the host was read. */
const graceDays = 1;

/**
 * Disk files that nothing uses: no VM, checkpoint, planned VM or chain of any host that was read. A file is named only
 * where every host that may use it was read; others are counted, with the reason.
 */
export function orphanedDisks(source: HostSource): readonly Finding[] {
  const { host, fleet, facts } = source;
  const { paths, uses } = diskUsage(facts);
  // The same file may be attached by another of its names.
  const indirect = new Set(paths.filter((path) => shortForm(path).startsWith('\\\\')).map(leafOf));
  const candidates = foldersHere(source).flatMap((folder) =>
    folder.files.filter((file) => {
      if (!isDisk(file.name) || uses(file.path)) return false;
      if (belongsToSet(file, folder) || indirect.has(leafOf(file.path))) return false;
      const mark = sharedMark(file.path, host);
      if (mark !== undefined && fleet.folders.usedElsewhere.has(mark)) return false;
      const age = daysBetween(file.writtenAt, host.collectedAt);
      return age !== null && age >= graceDays;
    }),
  );
  const judged = new Map<string | undefined, FolderFile[]>();
  for (const file of candidates) {
    const reason = doubt(file.path, source);
    judged.set(reason, [...(judged.get(reason) ?? []), file]);
  }
  return [...judged].flatMap(([reason, files]): readonly Finding[] => {
    if (reason === undefined) return files.map((file) => orphan(file, source));
    const message = `${plural(files.length, 'disk file')} that no VM here uses could not be judged: ${reason}.`;
    return [{ name: host.identity.fqdn, message, type: 'Zombie' }];
  });
}

function orphan({ path, bytes, writtenAt }: FolderFile, { host }: HostSource): Finding {
  const size = bytes === null ? '' : ` It takes ${Math.round(bytes / 1_048_576)} MiB.`;
  const day = writtenAt?.toISOString().slice(0, 10) ?? '';
  return {
    name: bracketPath(path, host.datastores) ?? path,
    message: `Possibly orphaned: no VM or checkpoint of the hosts that were read uses this disk file, last written on ${day}.${size}`,
    type: 'Zombie',
  };
}
