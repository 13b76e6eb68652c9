import { Worker } from 'node:worker_threads';
import { type HostRows, type MakeRows, type RowsRequest, type RowsSource, rowsMaker } from './host-rows.ts';

/** With fewer hosts the threads would take longer to start than the rows to make. */
const fewestHosts = 30;

/** The same file as here, compiled or not. */
const program = new URL(`./host-rows-thread${import.meta.url.slice(-3)}`, import.meta.url);

/** How rows are made, and how many hosts' at a time. */
export interface RowMaking {
  readonly makeRows: MakeRows;
  readonly atATime: number;
}

/**
 * Hands `use` a maker of rows and stops its threads afterwards, whatever came of it. Making rows is work for the
 * processor alone; several threads share it where there are many hosts. A thread that breaks (memory, a bug) fails the
 * hosts that are under way on it, and so the workbook: rows that nobody made must not be missed in silence.
 */
export async function withRowMaking<Value>(
  request: RowsRequest,
  { hosts, threads }: { readonly hosts: number; readonly threads: number },
  use: (making: RowMaking) => Promise<Value>,
): Promise<Value> {
  if (hosts < fewestHosts || threads < 2) return await use({ makeRows: rowsMaker(request), atATime: 1 });
  const pool = Array.from({ length: threads }, () => startThread(request));
  let next = 0;
  try {
    return await use({
      makeRows: async (source) => {
        const thread = pool[next++ % pool.length];
        if (!thread) throw new Error('there is no thread to make rows');
        return await thread.makeRows(source);
      },
      // One more waits at each thread, so that none has to.
      atATime: 2 * threads,
    });
  } finally {
    await Promise.all(pool.map((thread) => thread.stop()));
  }
}

/** What a thread is asked; while it reads one record it may be making another's rows, so its answers carry the id. */
export interface RowsQuestion {
  readonly id: number;
  readonly source: RowsSource;
}
export interface RowsAnswer {
  readonly id: number;
  readonly rows: HostRows;
}

interface Waiting {
  readonly resolve: (rows: HostRows) => void;
  readonly reject: (reason: unknown) => void;
}

function startThread(request: RowsRequest): { readonly makeRows: MakeRows; readonly stop: () => Promise<unknown> } {
  // It needs nothing of the environment, where secrets may be.
  const worker = new Worker(program, { workerData: request, env: {}, execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let failure: unknown;
  const fail = (reason: unknown) => {
    failure ??= reason;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on('message', ({ id, rows }: RowsAnswer) => {
    waiting.get(id)?.resolve(rows);
    waiting.delete(id);
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`The thread that makes rows ended (code ${code})`)));
  return {
    makeRows: (source) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        asked += 1;
        waiting.set(asked, { resolve, reject });
        const question: RowsQuestion = { id: asked, source };
        worker.postMessage(question);
      }),
    stop: () => worker.terminate(),
  };
}
