import { z } from 'zod';
import type { HostRecord } from './host-record.ts';

const text = z.string();
const outcome = z.discriminatedUnion('status', [
  z.looseObject({
    status: z.literal('ok'),
    properties: z.array(text),
    // Looked at with one call: there may be a hundred thousand rows.
    rows: z.custom<unknown[][]>((rows) => Array.isArray(rows) && rows.every(Array.isArray)),
  }),
  z.looseObject({ status: z.literal('absent'), message: text }),
  z.looseObject({ status: z.literal('failed'), error: z.looseObject({ code: text, message: text }) }),
]);

const baseline = z
  .looseObject({ at: text, vms: z.array(z.looseObject({ id: text, name: text, state: z.number() })) })
  .nullable();
const error = z.looseObject({ code: text, host: text, message: text, advice: text, retryable: z.boolean() });
const collector = z.looseObject({
  tab: text,
  status: z.enum(['ok', 'error']),
  failedFacts: z.array(text),
  missingFacts: z.array(text),
  rowCount: z.number(),
  covered: z.array(text),
  unjoined: z.array(text),
  emptyFacts: z.array(text),
});
const attempt = z.looseObject({
  stage: z.enum(['preflight', 'collect']),
  startedAt: text,
  durationMs: z.number(),
  outcome: z.enum(['ok', 'failed']),
  requests: z.number(),
  connections: z.number(),
});

const record = z.looseObject({
  schemaVersion: z.literal(1),
  runId: text,
  host: z.looseObject({ given: text, host: text, scheme: z.enum(['http', 'https']), port: z.number() }),
  identity: z.looseObject({
    fqdn: text.nullable(),
    computerName: text.nullable(),
    domain: text.nullable(),
    smbiosUuid: text.nullable(),
  }),
  complete: z.boolean(),
  gatheredBy: z.enum(['script', 'cim']),
  baselineBefore: baseline,
  baselineAfter: baseline,
  facts: z.record(text, outcome),
  collectors: z.array(collector),
  attempts: z.array(attempt),
  notes: z.array(error),
  error: error.optional(),
  collectedAt: text.refine((at) => !Number.isNaN(Date.parse(at))),
});

/** True where a value read back from a store has the shape of a record; what a later version adds does not matter. */
export const isHostRecord = (value: unknown): value is HostRecord => record.safeParse(value).success;
