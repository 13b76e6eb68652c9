import { filesOfFolder, filesOfHost, foldersOfHost } from '../facts/list-folder.ts';
import { bracketFolder, bracketPath } from './datastore-path.ts';
import { foldersHere } from './folders-here.ts';
import { plural } from './health/finding.ts';
import { factProblem } from './joins/facts.ts';
import type { Folder, FolderFile } from './joins/folders.ts';
import { type HostSource, hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, sdkColumns } from './vm-columns.ts';

interface FileSubject extends HostSubject {
  /** As RVTools writes it, or what is to be said instead of a file. */
  readonly friendly: string;
  readonly file: FolderFile | null;
  readonly folder: Folder | null;
}

const sumUp = (folders: readonly Folder[], what: 'filesLeftOut' | 'foldersLeftOut'): number =>
  folders.reduce((sum, folder) => sum + folder[what], 0);

/** Longest list of folders in a sentence. */
const named = 3;

function unlisted(folders: readonly Folder[]): readonly string[] {
  const byProblem = new Map<string, string[]>();
  for (const { path, problem } of folders) {
    if (problem !== null) byProblem.set(problem, [...(byProblem.get(problem) ?? []), path]);
  }
  return [...byProblem].map(([problem, paths]) => {
    const more = paths.length > named ? ` and ${paths.length - named} more` : '';
    return `${plural(paths.length, 'folder')} could not be listed (${problem}): ${paths.slice(0, named).join(', ')}${more}`;
  });
}

/** What this tab lacks of a host, each as a sentence without its full stop. */
function gaps({ facts }: HostSource, folders: readonly Folder[]): readonly string[] {
  const problem = factProblem(facts, 'folders');
  if (problem !== undefined) return [`the files of VMs are not known (${problem})`];
  const files = sumUp(folders, 'filesLeftOut');
  const inside = sumUp(folders, 'foldersLeftOut');
  return [
    ...unlisted(folders),
    ...(files > 0
      ? [`${plural(files, 'file')} beyond the limit of ${filesOfFolder} a folder and ${filesOfHost} a host`]
      : []),
    ...(inside > 0 ? [`${plural(inside, 'folder')} too deep or beyond the limit of ${foldersOfHost} a host`] : []),
  ];
}

/** The files of a host in the order of their paths, then, as RVTools does, a row for each thing that is missing. */
function filesOf(source: HostSource): readonly FileSubject[] {
  const { host, fleet } = source;
  const folders = foldersHere(source);
  const files = folders.flatMap((folder) =>
    folder.files.map((file) => ({
      host,
      fleet,
      friendly: bracketPath(file.path, host.datastores) ?? file.path,
      file,
      folder,
    })),
  );
  const missing = gaps(source, folders).map((gap) => ({
    host,
    fleet,
    friendly: `This tab page is not complete, ${host.identity.fqdn}: ${gap}.`,
    file: null,
    folder: null,
  }));
  return [...files.sort((one, other) => (one.friendly < other.friendly ? -1 : 1)), ...missing];
}

const typeOf = (name: string): string | null => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? null;

/** vFileInfo: one row per file in the folders of VMs and their disks. */
export const vFileInfo = hostCollector<FileSubject>({
  tab: 'vFileInfo',
  requires: ['virtualSystems', 'storageAllocations', 'diskSettings', 'folders'],
  optional: [...hostColumnFacts, 'sharedVolumes', 'volumes'],
  subjects: filesOf,
  columns: {
    'Friendly Path Name': ({ friendly }) => friendly,
    'File Name': ({ file }) => file?.name ?? null,
    'File Type': ({ file }) => (file ? typeOf(file.name) : null),
    'File Size in bytes': ({ file }) => file?.bytes ?? null,
    Path: ({ folder, host }) => (folder ? (bracketFolder(folder.path, host.datastores) ?? folder.path) : null),
    'Internal Sort Column': ({ file, friendly }) => (file ? friendly : null),
    ...sdkColumns,
  },
});
