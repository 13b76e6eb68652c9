import { describe, expect, it } from 'vitest';
import { type CollectInput, collectHost } from '../../src/activities/collect-host.ts';
import { finishRun } from '../../src/activities/finish-run.ts';
import { openRun } from '../../src/activities/open-run.ts';
import { preflightHost } from '../../src/activities/preflight-host.ts';
import { type WriteReportInput, writeReport } from '../../src/activities/write-report.ts';
import { writeWorkbook } from '../../src/activities/write-workbook.ts';
import { inRun, knownGuestsFile, runFiles } from '../../src/inventory/file-names.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store.ts';
import { StoreError } from '../../src/stores/store-error.ts';
import { entry, fakeFleet, healthyClasses, manifestOf, runId, runOptions } from './fake-host.ts';

/** A process that dies at its n-th write to the store, counted from 1; what was written before stays. */
function dyingAt(store: Store, write: number): Store {
  let writes = 0;
  const die = (name: string): void => {
    writes += 1;
    if (writes >= write)
      throw new StoreError({ code: 'storeUnwritable', file: name, doing: 'written', systemCode: 'EIO' });
  };
  return {
    ...store,
    write: async (name, content) => {
      die(name);
      await store.write(name, content);
    },
    create: async (name, content) => {
      die(name);
      return await store.create(name, content);
    },
  };
}

const options = { ...runOptions, csvTabs: true };

/** A run of two hosts whose facts are in the store, and what its report is written from. */
async function collectedRun() {
  const fleet = fakeFleet({
    hv1: { classes: healthyClasses() },
    hv2: { classes: healthyClasses(['mail']) },
  });
  const services: Services = { ...fleet.services, clock: () => new Date('2026-11-23T02:10:00.000Z') };
  const hosts = [entry('hv1'), entry('hv2')];
  await fleet.store.create(inRun(runId, runFiles.manifest), JSON.stringify(manifestOf(hosts, options)));
  const inputs: CollectInput[] = [];
  const reporting: {
    preflights: WriteReportInput['preflights'][number][];
    outcomes: WriteReportInput['outcomes'][number][];
  } = { preflights: [], outcomes: [] };
  for (const host of hosts) {
    const preflight = await preflightHost({ runId, host, options }, services);
    const { identity, attempts, notes } = preflight;
    const input: CollectInput = { runId, host, identity, attempts, notes, options };
    inputs.push(input);
    reporting.preflights.push(preflight);
    reporting.outcomes.push(await collectHost(input, services));
  }
  return { ...fleet, services, inputs, reporting: { runId, ...reporting } };
}

const contentOf = async (store: Store, name: string): Promise<string | undefined> => {
  const content = await store.read(name);
  return name.endsWith('.xlsx') ? 'a workbook' : content?.toString('base64');
};

/** Every file of the store by name; of a workbook that it is there, for it holds the time at which it was packed. */
async function contents(store: Store): Promise<ReadonlyMap<string, string | undefined>> {
  const names = await store.list(runId);
  const files = await Promise.all(
    [...names, knownGuestsFile].map(async (name) => [name, await contentOf(store, name)] as const),
  );
  return new Map(files);
}

describe('an activity that Durable hands out a second time', () => {
  it('openRun says the same, and copies nothing twice', async () => {
    const { services, store } = await collectedRun();
    const first = await openRun({ runId }, services);
    const written = [...store.written];
    expect(await openRun({ runId }, services)).toEqual(first);
    expect(store.written).toEqual(written);
  });

  it('openRun finishes taking over the records of the run that is retried', async () => {
    const { services, store } = await collectedRun();
    const retry = '20261124T020000Z-000001';
    const manifest = {
      ...manifestOf([entry('hv1'), entry('hv2')]),
      runId: retry,
      retryOf: { runId, taken: ['hv1', 'hv2'] },
    };
    await store.create(inRun(retry, runFiles.manifest), JSON.stringify(manifest));
    await expect(openRun({ runId: retry }, { ...services, store: dyingAt(store, 2) })).rejects.toThrow();
    const opened = await openRun({ runId: retry }, services);
    expect(opened.finished.map(({ preflight }) => preflight.host.given)).toEqual(['hv1', 'hv2']);
    for (const host of ['hv1', 'hv2'])
      expect(await store.read(`${retry}/hosts/${host}.json.gz`)).toEqual(
        await store.read(`${runId}/hosts/${host}.json.gz`),
      );
  });

  it('collectHost asks a host no more whose record is whole', async () => {
    const { services, inputs, reporting, sessions } = await collectedRun();
    const before = await contents(services.store);
    const opened = sessions.length;
    for (const [index, input] of inputs.entries())
      expect(await collectHost(input, services)).toEqual(reporting.outcomes[index]);
    expect(sessions.length).toBe(opened);
    expect(await contents(services.store)).toEqual(before);
  });

  it('collectHost asks a host again whose record was not kept', async () => {
    const { services, store, inputs, reporting } = await collectedRun();
    await store.remove(`${runId}/hosts/hv1.json.gz`);
    const [input] = inputs;
    if (!input) throw new Error('no input');
    const lost = await collectHost(input, { ...services, store: dyingAt(store, 1) });
    expect(lost).toMatchObject({ complete: false, error: { code: 'storeFailed' } });
    expect(await collectHost(input, services)).toMatchObject({ ...reporting.outcomes[0] });
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('writeReport makes the same files after it died at its write %i', async (write) => {
    const { services, store, reporting } = await collectedRun();
    await writeReport(reporting, { ...services, store: dyingAt(store, write) }).catch(() => undefined);
    const again = await writeReport(reporting, services);
    const files = await contents(store);
    const undisturbed = await collectedRun();
    const once = await writeReport(undisturbed.reporting, undisturbed.services);
    const sizes = (written: typeof once) => written.files.filter(({ name }) => !name.startsWith('hosts/'));
    expect(sizes(again)).toEqual(sizes(once));
    const reports = [runFiles.report, runFiles.coverage, runFiles.missingVms, runFiles.retryHosts, runFiles.toldGuests];
    for (const name of reports.map((file) => inRun(runId, file)))
      expect([name, files.get(name)]).toEqual([name, (await contents(undisturbed.store)).get(name)]);
    expect(files.get(knownGuestsFile)).toBe((await contents(undisturbed.store)).get(knownGuestsFile));
  });

  it('writeReport tells and remembers the same when it is done twice', async () => {
    const { services, store, reporting } = await collectedRun();
    const first = await writeReport(reporting, services);
    const files = await contents(store);
    expect(await writeReport(reporting, services)).toEqual(first);
    expect(await contents(store)).toEqual(files);
  });

  it.each([1, 2, 3])('writeWorkbook makes the same files after it died at its write %i', async (write) => {
    const { services, store, reporting } = await collectedRun();
    const { collected, fleet } = await writeReport(reporting, services);
    const input = { runId, collected, fleet };
    await writeWorkbook(input, { ...services, store: dyingAt(store, write) });
    const again = await writeWorkbook(input, services);
    const files = await contents(store);
    expect(again).toMatchObject({ ok: true });
    expect(await writeWorkbook(input, services)).toEqual(again);
    expect(await contents(store)).toEqual(files);
  });

  it('finishRun leaves the end that the run had first, and tells of it again', async () => {
    const { services, store, reporting, events } = await collectedRun();
    const { files } = await writeReport(reporting, services);
    await expect(finishRun({ runId, files }, { ...services, store: dyingAt(store, 1) })).rejects.toThrow();
    expect(events.filter(({ event }) => event === 'runFinished')).toEqual([]);
    const first = await finishRun({ runId, files }, services);
    const later = { ...services, clock: () => new Date('2026-11-23T02:11:00.000Z') };
    expect(await finishRun({ runId, files }, later)).toEqual(first);
    expect(JSON.parse(String(await store.read(inRun(runId, runFiles.state))))).toEqual(first);
    expect(events.filter(({ event }) => event === 'runFinished')).toHaveLength(2);
  });
});
