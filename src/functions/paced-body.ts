import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** The header by which the Functions host tells the worker's own HTTP server which call it forwards. */
const invocationIdHeader = 'x-ms-invocation-id';

/**
 * Answers under way, by the invocation that they belong to. `@azure/functions` keeps them to itself: with HTTP streaming on
 * it writes a body as fast as it can be read, whoever takes it, and leaves the answer open where reading fails.
 */
const answers = new Map<string, ServerResponse>();

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
  const id = request.headers[invocationIdHeader];
  if (typeof id !== 'string') return;
  answers.set(id, response);
  response.once('close', () => answers.delete(id));
});

/**
 * The body of a call's answer, read no faster than its caller takes it. Where reading fails, the caller's connection is
 * broken off, so that nobody waits for the rest or takes a part for the whole; where the caller goes, reading ends.
 */
export async function* pacedBody(content: Readable, invocationId: string): AsyncGenerator<Uint8Array> {
  const answer = answers.get(invocationId);
  const stop = (): void => {
    content.destroy();
  };
  answer?.once('close', stop);
  try {
    for await (const chunk of content) {
      yield chunk as Uint8Array;
      if (answer?.writableNeedDrain) await drained(answer);
    }
  } catch (thrown) {
    if (answer?.destroyed) return;
    answer?.destroy();
    throw thrown;
  } finally {
    answer?.off('close', stop);
    content.destroy();
  }
}

const drained = (answer: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      answer.off('drain', done);
      answer.off('close', done);
      resolve();
    };
    answer.once('drain', done);
    answer.once('close', done);
    if (answer.destroyed) done();
  });
