/** Where the paths of a host lead, as far as it is known. */
export interface DatastoreMap {
  /** The prefix of a host volume's name: the host's FQDN, so that names are unique in a workbook. */
  readonly hostName: string;
  /** The prefix of a cluster shared volume's name: what stands in the column Cluster. */
  readonly clusterName: string;
  /** Mount paths of cluster shared volumes, e.g. `C:\ClusterStorage\Volume1`. */
  readonly sharedVolumes: readonly string[];
  /** `Win32_Volume.Name` and `.DeviceID` of fixed volumes; undefined where they are not known. */
  readonly volumes: readonly { readonly name: string; readonly deviceId: string }[] | undefined;
}

interface DatastorePath {
  readonly datastore: string;
  /** With forward slashes, without a leading one. */
  readonly relative: string;
}

const withBackslash = (path: string): string => (path.endsWith('\\') ? path : `${path}\\`);

/** The longest of the prefixes that a path lies under; mount points make more than one match. */
function longestPrefix(path: string, prefixes: readonly string[]): string | undefined {
  const lower = withBackslash(path).toLowerCase();
  return prefixes
    .filter((prefix) => lower.startsWith(withBackslash(prefix).toLowerCase()))
    .sort((one, other) => other.length - one.length)[0];
}

const leafOf = (path: string): string => path.split('\\').filter(Boolean).at(-1) ?? path;

/** `\\?\UNC\server\share` and `\\?\D:\` in the short form; other slashes as backslashes. */
export function shortForm(path: string): string {
  const text = path.trim().replaceAll('/', '\\');
  if (!text.startsWith('\\\\?\\')) return text;
  if (/^\\\\\?\\UNC\\/i.test(text)) return `\\\\${text.slice(8)}`;
  return /^\\\\\?\\[A-Z]:/i.test(text) ? text.slice(4) : text;
}

function below(path: string, prefix: string, datastore: string): DatastorePath {
  const rest = path.slice(Math.min(path.length, withBackslash(prefix).length));
  return { datastore, relative: rest.split('\\').filter(Boolean).join('/') };
}

/** `D:\` is `D`, the mount point `D:\Mounts\Fast\` is `D_Mounts_Fast`. */
const volumeLabel = (name: string): string => name.replace(':', '').split('\\').filter(Boolean).join('_');

/** The name of a volume of the host as a datastore: the host's FQDN makes it unique in a workbook. */
export const hostVolumeName = (name: string, map: DatastoreMap): string => `${map.hostName}_${volumeLabel(name)}`;

/** The name of a cluster shared volume as a datastore, from its mount path. */
export const sharedVolumeName = (mountPath: string, map: DatastoreMap): string =>
  `${map.clusterName}_${leafOf(mountPath)}`;

/** A CSV that the cluster did not tell of is still known by the folder in which Windows mounts all of them. */
function sharedVolumeOf(path: string, map: DatastoreMap): string | undefined {
  return longestPrefix(path, map.sharedVolumes) ?? /^[A-Z]:\\ClusterStorage\\[^\\]+/i.exec(path)?.[0];
}

function hostVolumeOf(path: string, map: DatastoreMap): DatastorePath | undefined {
  // Without the volumes a drive letter could hide a mount point: unknown.
  if (map.volumes === undefined) return undefined;
  const mounted = longestPrefix(
    path,
    map.volumes.map((volume) => volume.name),
  );
  const prefix = mounted ?? /^[A-Z]:\\/i.exec(path)?.[0];
  if (prefix !== undefined) return below(path, prefix, hostVolumeName(prefix, map));
  const byId = longestPrefix(
    path,
    map.volumes.map((volume) => volume.deviceId),
  );
  const volume = map.volumes.find(({ deviceId }) => deviceId === byId);
  return byId !== undefined && volume !== undefined ? below(path, byId, hostVolumeName(volume.name, map)) : undefined;
}

const found = new WeakMap<DatastoreMap, Map<string, DatastorePath | undefined>>();

/** Every tab asks for the same paths of a host: each is looked for once. */
function datastorePathOf(path: string, map: DatastoreMap): DatastorePath | undefined {
  const paths = found.get(map) ?? new Map<string, DatastorePath | undefined>();
  found.set(map, paths);
  if (!paths.has(path)) paths.set(path, findDatastorePath(path, map));
  return paths.get(path);
}

function findDatastorePath(path: string, map: DatastoreMap): DatastorePath | undefined {
  const text = shortForm(path);
  const share = /^\\\\(?![?.]\\)[^\\]+\\[^\\]+/.exec(text)?.[0];
  if (share !== undefined) return below(text, share, share);
  const sharedVolume = sharedVolumeOf(text, map);
  if (sharedVolume !== undefined) return below(text, sharedVolume, sharedVolumeName(sharedVolume, map));
  return hostVolumeOf(text, map);
}

/** Who may have files on the volume that a path lies on: this host, every node of its cluster, or anybody. */
export function sharingOf(path: string, map: DatastoreMap): 'host' | 'cluster' | 'anybody' {
  const text = shortForm(path);
  if (/^\\\\(?![?.]\\)/.test(text)) return 'anybody';
  return sharedVolumeOf(text, map) === undefined ? 'host' : 'cluster';
}

/** The datastore that a path lies on; null where the path is none, or its volume is not known. */
export const datastoreOf = (path: string | null | undefined, map: DatastoreMap): string | null =>
  (path ? datastorePathOf(path, map)?.datastore : undefined) ?? null;

/**
 * A file's path in RVTools' form, `[datastore] folder/file`. Datastores are `<cluster>_<leaf of the mount path>` for
 * a cluster shared volume (every cluster has a Volume1), `<host>_<drive>` for a volume of the host, found by longest
 * prefix, and `\\server\share` for SMB. Null where the path is none, or its volume is not known.
 */
export function bracketPath(path: string | null | undefined, map: DatastoreMap): string | null {
  const found = path ? datastorePathOf(path, map) : undefined;
  return found ? `[${found.datastore}] ${found.relative}`.trimEnd() : null;
}

/** A folder's path in RVTools' form, `[datastore] folder/`. Null as for {@link bracketPath}. */
export function bracketFolder(path: string | null | undefined, map: DatastoreMap): string | null {
  const text = bracketPath(path, map);
  return text === null || text.endsWith(']') ? text : `${text}/`;
}

/** Puts a path that Hyper-V keeps relative (2012 R2, `ConfigurationFile`) under its root. */
export function underRoot(root: string | null, path: string | null): string | null {
  if (!path) return null;
  if (/^(?:[A-Z]:\\|\\\\)/i.test(path)) return path;
  return root ? withBackslash(root) + path.replace(/^\\+/, '') : null;
}
