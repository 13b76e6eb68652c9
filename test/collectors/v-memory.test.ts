import { describe, expect, test } from 'vitest';
import { emptyFleet } from '../../src/collectors/fleet.ts';
import { vMemory } from '../../src/collectors/v-memory.ts';
import { checkpoint, guid, hostFacts, hv01, rowFrom, vm, without } from './facts-builder.ts';

const id = guid(1);
const rowOf = (traits: Parameters<typeof vm>[2]) => rowFrom(vMemory, hostFacts(hv01, vm(id, 'db01', traits)));
const dynamic = { DynamicMemoryEnabled: true, VirtualQuantity: '2048', Reservation: '512', Limit: '8192' };

test('static memory is its startup size; what it shows as limit and minimum means nothing', () => {
  expect(rowOf({})).toMatchObject({
    'Size MiB': 4096,
    'Memory Reservation Locked To Max': 'False',
    Overhead: 0,
    Max: 4096,
    Consumed: 4096,
    'Consumed Overhead': 0,
    Private: 4096,
    Shared: 0,
    Swapped: 0,
    Ballooned: 0,
    Active: 4096,
    Entitlement: 0,
    'DRS Entitlement': 0,
    Level: 'normal',
    Shares: 40960,
    Reservation: 0,
    Limit: -1,
    'Hot Add': 'True',
  });
});

describe('dynamic memory', () => {
  test('grown beyond startup, it has the assigned size', () => {
    const row = rowOf({ memory: dynamic, summary: { MemoryUsage: '3000', MemoryAvailable: 25 } });
    expect(row).toMatchObject({
      'Size MiB': 3000,
      Max: 8192,
      Consumed: 3000,
      Private: 3000,
      Ballooned: 0,
      // 3000 × 75 %
      Active: 2250,
      // 3000 × 50 / 5
      Shares: 30000,
      Reservation: 512,
      Limit: 8192,
      'Hot Add': 'True',
    });
  });

  test('shrunk below startup, it keeps the startup size and shows what was taken back', () => {
    const row = rowOf({ memory: dynamic, summary: { MemoryUsage: '1500', MemoryAvailable: 50 } });
    expect(row).toMatchObject({ 'Size MiB': 2048, Consumed: 1500, Ballooned: 548, Active: 750 });
  });

  test('under pressure, the guest is not said to use more than it has', () => {
    const row = rowOf({ memory: dynamic, summary: { MemoryUsage: '3000', MemoryAvailable: -20 } });
    expect(row).toMatchObject({ Active: 3000 });
  });

  test('without a figure from the guest, all that is assigned counts as active', () => {
    const row = rowOf({ memory: dynamic, summary: { MemoryUsage: '3000', MemoryAvailable: 2147483647 } });
    expect(row).toMatchObject({ Active: 3000 });
  });

  test('off, it has its startup size, its limit, and nothing assigned', () => {
    const row = rowOf({ system: { EnabledState: 3 }, memory: dynamic, summary: { MemoryUsage: '0' } });
    expect(row).toMatchObject({
      'Size MiB': 2048,
      Max: 8192,
      Consumed: 0,
      Private: 0,
      Ballooned: 0,
      Active: 0,
      Swapped: 0,
      Reservation: 512,
    });
  });

  test('the default limit of 1 TiB is no limit', () => {
    expect(rowOf({ memory: { ...dynamic, Limit: '1048576' } })).toMatchObject({ Limit: -1, Max: 1048576 });
  });
});

test('a paused VM keeps its memory, a saved one does not', () => {
  expect(rowOf({ system: { EnabledState: 9 } })).toMatchObject({ Powerstate: 'suspended', Consumed: 4096 });
  expect(rowOf({ system: { EnabledState: 6 } })).toMatchObject({ Powerstate: 'suspended', Consumed: 0 });
});

test('smart paging in use is an unknown amount, not 0', () => {
  expect(rowOf({ summary: { SwapFilesInUse: true } })).toMatchObject({ Swapped: null });
});

test('another priority than 50 makes the level custom, and its shares', () => {
  // 4096 × 100 / 5
  expect(rowOf({ memory: { Weight: 10000 } })).toMatchObject({ Level: 'custom', Shares: 81920 });
});

test.each([
  ['5.0', 'False'],
  ['6.2', 'True'],
  ['8.0', 'True'],
  ['10.0', 'True'],
  ['12.0', 'True'],
  [null, null],
])('static memory of configuration version %s: Hot Add %s', (version, expected) => {
  expect(rowOf({ settings: { Version: version } })).toMatchObject({ 'Hot Add': expected });
});

test('what the host assigned is blank, not 0, where it could not be read; the startup size of static memory is known', () => {
  const host = without(hostFacts(hv01, vm(id, 'db01')), 'summaries');
  expect(rowFrom(vMemory, host)).toMatchObject({ 'Size MiB': 4096, Consumed: null, Active: null, Swapped: null });
  const grown = without(hostFacts(hv01, vm(id, 'db01', { memory: dynamic })), 'summaries');
  expect(rowFrom(vMemory, grown)).toMatchObject({ 'Size MiB': null, Ballooned: null, Reservation: 512 });
});

test('everything of the memory settings is blank where they failed', () => {
  const host = without(hostFacts(hv01, vm(id, 'db01')), 'memory');
  const row = rowFrom(vMemory, host);
  for (const name of ['Size MiB', 'Max', 'Ballooned', 'Active', 'Level', 'Shares', 'Reservation', 'Limit']) {
    expect([name, row[name]]).toEqual([name, null]);
  }
  expect(vMemory.collect(host, emptyFleet).coverage).toMatchObject({ status: 'error', covered: [], rowCount: 1 });
});

test('the memory of a checkpoint is not the memory of its VM', () => {
  const host = hostFacts(hv01, checkpoint(guid(50), id), vm(id, 'db01'));
  expect(rowFrom(vMemory, host)).toMatchObject({ 'Size MiB': 4096, Consumed: 4096 });
  expect(vMemory.collect(host, emptyFleet).coverage.unjoined).toEqual([]);
});
