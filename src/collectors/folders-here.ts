import { type Folder, foldersOf } from './joins/folders.ts';
import type { HostSource } from './per-host.ts';
import { sharedMark } from './shared-folders.ts';

/** The folders that the host speaks for: what several nodes list counts once. */
export function foldersHere({ host, fleet, facts }: HostSource): readonly Folder[] {
  return (foldersOf(facts) ?? []).filter(({ path }) => {
    const mark = sharedMark(path, host);
    const speaker = mark === undefined ? undefined : fleet.folders.speakers.get(mark);
    return (speaker ?? host.identity.fqdn) === host.identity.fqdn;
  });
}
