import type { Services } from '../services.ts';

interface Look {
  readonly at: number;
  readonly answer: Promise<boolean>;
}

type IsCancelled = Services['isCancelled'];

/** By whoever answers, then by run: services are handed out anew for each call, but this function of theirs stays. */
const looks = new WeakMap<IsCancelled, Map<string, Look>>();

/**
 * Looks for a run's cancel mark on behalf of all activities of this process: 32 hosts that are being collected, each
 * looking every so often, cost the store one call in that time. A look that failed is repeated by the next who asks.
 */
export function lookForCancel(runId: string, isCancelled: IsCancelled, holdsMs: number): Promise<boolean> {
  const byRun = looks.get(isCancelled) ?? new Map<string, Look>();
  looks.set(isCancelled, byRun);
  const last = byRun.get(runId);
  if (last && performance.now() - last.at < holdsMs) return last.answer;
  const look = { at: performance.now(), answer: isCancelled(runId) };
  byRun.set(runId, look);
  look.answer.catch(() => {
    if (byRun.get(runId) === look) byRun.delete(runId);
  });
  return look.answer;
}
