import { finished, PassThrough, type Readable } from 'node:stream';

/**
 * A stream whose failure, a broken connection among them, is told in the store's words. With `stalledAfterMs`, nothing
 * new for so long (while its reader waits) is such a failure too.
 */
export function withStoreErrors(
  source: Readable,
  explain: (error: Error) => unknown,
  stalledAfterMs?: number,
): Readable {
  const content = new PassThrough();
  const fail = (error: Error): void => {
    content.destroy(asError(explain(error)));
  };
  finished(source, { writable: false }, (error) => {
    if (error) fail(error);
  });
  const watch = stalledAfterMs === undefined ? undefined : watchForStall(source, content, stalledAfterMs, fail);
  content.once('close', () => {
    watch?.();
    source.destroy();
  });
  return source.pipe(content);
}

/** Calls `fail` once nothing came for the time given, unless it is the reader who is slow; answers how to stop. */
function watchForStall(source: Readable, content: PassThrough, ms: number, fail: (error: Error) => void): () => void {
  const timer = setTimeout(() => {
    if (content.writableNeedDrain) timer.refresh();
    else fail(Object.assign(new Error('nothing came'), { code: 'ETIMEDOUT' }));
  }, ms);
  source.on('data', () => timer.refresh());
  return () => clearTimeout(timer);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
