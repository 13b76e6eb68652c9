import { filesOfFolder, filesOfHost, hyperVFolders, partsOfPath } from '../../facts/list-folder.ts';
import type { CimRepository } from '../cim-repository.ts';

/** At the root of a drive, of a cluster shared volume or of a share. */
const isRoot = (path: string): boolean =>
  /^(?:[A-Z]:\\?|[A-Z]:\\ClusterStorage\\[^\\]+|\\\\[^\\]+\\[^\\]+)$/i.test(path);

/** What the script's block says of a folder, `told` files after the first of its run. */
export function folderListing(
  { folders = [] }: CimRepository,
  path: string,
  told: number,
): Readonly<Record<string, unknown>> | 'stuck' | 'unreachable' {
  const folder = folders.find((candidate) => candidate.path.toLowerCase() === path.toLowerCase());
  if (folder?.trouble === 'stuck' || folder?.trouble === 'unreachable') return folder.trouble;
  const remote = path.startsWith('\\\\');
  if (folder?.trouble === 'denied' || (remote && folder === undefined))
    return { ErrorCode: 'error UnauthorizedAccessException', ErrorText: `Access to the path '${path}' is denied.` };
  if (folder === undefined)
    return {
      ErrorCode: 'error ItemNotFoundException',
      ErrorText: `Cannot find path '${path}' because it does not exist.`,
    };
  const base = path.replace(/\\+$/, '');
  const inside = folder.folders.filter(
    ({ name, link }) =>
      !link && (!isRoot(path) || hyperVFolders.some((known) => known.toLowerCase() === name.toLowerCase())),
  );
  const tooDeep = base.split('\\').filter(Boolean).length >= partsOfPath;
  const files = folder.files.slice(0, Math.max(0, Math.min(filesOfFolder, filesOfHost - told)));
  return {
    FileNames: files.map(({ name }) => name),
    FileSizes: files.map(({ bytes }) => String(bytes)),
    FileTimes: files.map(({ writtenAt }) => writtenAt),
    Folders: tooDeep ? [] : inside.map(({ name }) => `${base}\\${name}`),
    FilesLeftOut: String(folder.files.length - files.length),
    FoldersLeftOut: String(tooDeep ? inside.length : 0),
  };
}
