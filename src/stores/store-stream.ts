import { finished, PassThrough, type Readable } from 'node:stream';

/** A stream whose failure, a broken connection among them, is told in the store's words. */
export function withStoreErrors(source: Readable, explain: (error: Error) => unknown): Readable {
  const content = new PassThrough();
  finished(source, { writable: false }, (error) => {
    if (error) content.destroy(asError(explain(error)));
  });
  content.once('close', () => source.destroy());
  return source.pipe(content);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
