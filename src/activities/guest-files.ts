import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { inRun, knownGuestsFile, runFiles } from '../inventory/file-names.ts';
import {
  type GuestSighting,
  guestKey,
  type KnownGuests,
  remember,
  type StatedGuest,
  type ToldGuest,
} from '../inventory/guests.ts';
import type { Store } from '../stores/store.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Longest text that is believed, in characters: guests write these, and may write anything. */
const text = z.string().max(4_096);
const sighting = z.object({
  vmId: text,
  place: text,
  seenAt: z.iso.datetime(),
  os: z.object({ name: text, version: text, majorVersion: text, build: text, architecture: text }),
  dnsName: text.nullable(),
  ip: text.nullable(),
});
const statedGuests = z.array(
  z.object({
    vm: text,
    host: text.nullable(),
    os: text.nullable(),
    dnsName: text.nullable(),
    ip: text.nullable(),
  }),
);
const knownGuests = z.object({ schemaVersion: z.literal(1), guests: z.array(z.unknown()) });

/** Largest file that is unpacked, in bytes. */
const largestUnpacked = 512 * 1024 * 1024;

/** Why a file with guests is of no use: it holds something else, or its disk does not give it. */
export type GuestFileTrouble = 'spoilt' | 'unreadable';

/** Guests as earlier runs saw them; entries that are none are passed over. A bad file is no failure: nobody is known. */
export async function readKnownGuests(
  store: Store,
): Promise<{ readonly known: KnownGuests; readonly trouble?: GuestFileTrouble }> {
  let content: Buffer | undefined;
  try {
    content = await store.read(knownGuestsFile);
  } catch {
    return { known: new Map(), trouble: 'unreadable' };
  }
  return await parseKnownGuests(content);
}

async function parseKnownGuests(
  content: Buffer | undefined,
): Promise<{ readonly known: KnownGuests; readonly trouble?: 'spoilt' }> {
  if (!content) return { known: new Map() };
  try {
    const unpacked = await decompress(content, { maxOutputLength: largestUnpacked });
    const { guests } = knownGuests.parse(JSON.parse(unpacked.toString('utf8')));
    const valid = guests.flatMap((guest): GuestSighting[] => {
      const parsed = sighting.safeParse(guest);
      return parsed.success ? [parsed.data] : [];
    });
    return { known: new Map(valid.map((guest) => [guestKey(guest), guest])) };
  } catch {
    return { known: new Map(), trouble: 'spoilt' };
  }
}

/** Adds what a run saw of guests to what is known. Runs that end at the same moment lose nothing of each other's. */
export async function rememberGuests(store: Store, sightings: readonly GuestSighting[]): Promise<void> {
  await store.update(knownGuestsFile, async (content) => {
    const { known } = await parseKnownGuests(content);
    const guests = [...remember(known, sightings).values()];
    return await compress(JSON.stringify({ schemaVersion: 1, guests }));
  });
}

export interface StoredStatements {
  readonly stated: readonly StatedGuest[];
  /** Bytes of the file; null where there is none. */
  readonly size: number | null;
  readonly trouble?: GuestFileTrouble;
}

/** What the user states of guests, as the run was started with it. A bad file must not cost the run its report. */
export async function readStatedGuests(store: Store, runId: string): Promise<StoredStatements> {
  let content: Buffer | undefined;
  try {
    content = await store.read(inRun(runId, runFiles.statedGuests));
  } catch {
    return { stated: [], size: null, trouble: 'unreadable' };
  }
  if (!content) return { stated: [], size: null };
  try {
    return { stated: statedGuests.parse(JSON.parse(content.toString('utf8'))), size: content.length };
  } catch {
    return { stated: [], size: content.length, trouble: 'spoilt' };
  }
}

/** Keeps with the run what was stated of guests when it was started. */
export const writeStatedGuests = (store: Store, runId: string, guests: readonly StatedGuest[]): Promise<void> =>
  store.write(inRun(runId, runFiles.statedGuests), JSON.stringify(guests, null, 2));

/** Keeps for the workbook what the report tells of guests; nothing told, no file. */
export async function writeToldGuests(store: Store, runId: string, told: readonly ToldGuest[]): Promise<number | null> {
  const name = inRun(runId, runFiles.toldGuests);
  if (told.length === 0) {
    await store.remove(name);
    return null;
  }
  const content = await compress(JSON.stringify(told));
  await store.write(name, content);
  return content.length;
}

/** What is told of guests, by the host's entry. */
export async function readToldGuests(store: Store, runId: string): Promise<ReadonlyMap<string, readonly ToldGuest[]>> {
  const content = await store.read(inRun(runId, runFiles.toldGuests));
  if (!content) return new Map();
  const told = JSON.parse((await decompress(content)).toString('utf8')) as readonly ToldGuest[];
  const byHost = new Map<string, ToldGuest[]>();
  for (const guest of told) {
    const guests = byHost.get(guest.given) ?? [];
    guests.push(guest);
    byHost.set(guest.given, guests);
  }
  return byHost;
}
