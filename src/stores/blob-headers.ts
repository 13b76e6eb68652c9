import { contentTypeOf, downloadNameOf } from './content-types.ts';

/** What a browser is told of a file, so that a click on it opens the right thing. */
export interface ContentHeaders {
  readonly contentType: string;
  /** Set where a browser unpacks the file by itself; whoever else fetches it gets the bytes as they are. */
  readonly contentEncoding?: 'gzip';
  readonly contentDisposition: string;
}

/**
 * Headers by a file's name. `hv1.json.gz` opens as `hv1.json`: its packing is told as an encoding, which browsers undo.
 * Tools that take the bytes under the blob's own name (az, azcopy, Storage Explorer) get a proper `.json.gz`.
 */
export function contentHeaders(name: string): ContentHeaders {
  const file = downloadNameOf(name);
  const isPacked = file.endsWith('.json.gz');
  const shown = isPacked ? file.slice(0, -'.gz'.length) : file;
  return {
    contentType: contentTypeOf(shown),
    ...(isPacked ? { contentEncoding: 'gzip' } : {}),
    contentDisposition: `attachment; ${fileNameParameters(shown)}`,
  };
}

/** RFC 6266: the plain name for all, and the true one where it is not ASCII. */
function fileNameParameters(file: string): string {
  const plain = file.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(file).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return plain === file ? `filename="${plain}"` : `filename="${plain}"; filename*=UTF-8''${encoded}`;
}
