import { describe, expect, it } from 'vitest';
import { hostError } from '../../src/inventory/host-error.ts';
import { secondRecord } from '../../src/inventory/second-record.ts';
import { collector, perVm, record, vm } from './records.ts';

const first = record('hv1', { before: [vm(1), vm(2)] });
const later = (of: ReturnType<typeof record>) => ({
  ...of,
  attempts: of.attempts.map((attempt) => ({ ...attempt, startedAt: '2026-11-23T02:03:00.000Z' })),
  collectedAt: '2026-11-23T02:03:05.000Z',
});

describe('the record of a host that was asked once more', () => {
  it('is the second one, with the attempts of both, and what the first had shown is expected still', () => {
    const kept = secondRecord(first, later(record('hv1', { before: [vm(2), vm(3)] })));
    expect(kept).toMatchObject({ askedAgain: true, complete: true, collectedAt: '2026-11-23T02:03:05.000Z' });
    expect(kept.attempts).toHaveLength(2);
    expect(kept.baselineBefore?.vms.map(({ name }) => name)).toEqual(['vm1', 'vm2', 'vm3']);
    expect(kept.baselineAfter?.vms.map(({ name }) => name)).toEqual(['vm2', 'vm3']);
  });

  it.each([
    ['dropped out', record('hv1', { complete: false, error: hostError('connectionLost', 'hv1') })],
    ['did not tell its list of VMs', record('hv1', { after: null })],
    [
      'failed at what had been well',
      record('hv1', {
        collectors: perVm.map((tab) => collector(tab, [vm(1)], tab === 'vCPU' ? { status: 'error' } : {})),
      }),
    ],
  ])('is the first one where the host %s', (_, second) => {
    const kept = secondRecord(first, later(second));
    expect({ ...kept, attempts: [], askedAgain: false }).toEqual({ ...first, attempts: [], askedAgain: false });
    expect(kept.attempts).toHaveLength(2);
    expect(kept.askedAgain).toBe(true);
  });
});
