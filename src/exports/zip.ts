import { createReadStream, type ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import yazl from 'yazl';

/** A file on local disk, and its name within the archive. */
export interface ZippedFile {
  readonly name: string;
  readonly path: string;
}

/**
 * A zip of files, made as it is read: one file after another, nothing held. Throws the error of a file that cannot be
 * read; whoever stops reading early leaves no file open.
 */
export async function* zipOf(
  files: readonly ZippedFile[],
  { modifiedAt }: { modifiedAt: Date },
): AsyncIterable<Uint8Array> {
  const zip = new yazl.ZipFile();
  // A PassThrough, though its declaration tells less.
  const out = zip.outputStream as Readable;
  let reading: ReadStream | undefined;
  zip.on('error', (error: Error) => out.destroy(error));
  for (const { name, path } of files) {
    zip.addReadStreamLazy(name, { mtime: modifiedAt }, (done) => {
      reading = createReadStream(path);
      reading.on('error', (error) => zip.emit('error', error));
      done(null, reading);
    });
  }
  zip.end();
  try {
    yield* out;
  } finally {
    reading?.destroy();
  }
}
