import type { HttpRequest } from '@azure/functions';

/** The body as text; undefined where it is longer, in bytes. No more of it than that is held. */
export async function textUpTo(longest: number, { body }: Pick<HttpRequest, 'body'>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > longest) return undefined;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
