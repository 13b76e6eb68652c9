// Makes hosts' rows on a thread of its own: what host-rows-threads.ts starts.

import { parentPort, workerData } from 'node:worker_threads';
import { type RowsRequest, rowsMaker } from './host-rows.ts';
import type { RowsAnswer, RowsQuestion } from './host-rows-threads.ts';

const makeRows = rowsMaker(workerData as RowsRequest);

parentPort?.on('message', async ({ id, source }: RowsQuestion) => {
  const rows = await makeRows(source);
  const answer: RowsAnswer = { id, rows };
  // Handed over, not copied.
  parentPort?.postMessage(
    answer,
    rows.tabs.map(([, packed]) => packed.buffer),
  );
});
