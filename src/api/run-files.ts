import { inRun } from '../inventory/file-names.ts';
import { isRunId } from '../inventory/run-id.ts';
import type { Services } from '../services.ts';
import { contentTypeOf, downloadNameOf } from '../stores/content-types.ts';
import { type ApiAnswer, refuse, runNotFound, unlessDown } from './answer.ts';
import { storedManifest } from './begin-run.ts';
import { listFiles, readState } from './run-listing.ts';
import type { RunRequest } from './run-status.ts';
import { fileUrl } from './run-urls.ts';

export interface RunFileRequest extends RunRequest {
  readonly method: string;
  /** Within the run, as it came: anything; empty for the list of all. */
  readonly name: string;
}

/**
 * `GET /api/runs/{runId}/files/{name}`: a file as a stream; without a name the list of them. Only a name that stands in
 * the run's own listing is ever opened.
 */
export async function runFile(request: RunFileRequest, services: Services): Promise<ApiAnswer> {
  const { url, runId, name, method } = request;
  if (!isRunId(runId)) return runNotFound(runId);
  return await unlessDown('The file could not be read', async () => {
    const { store } = services;
    if (name === '') return await listing(request, services);
    const files = await listFiles(services, runId, undefined);
    const listed = files.find((file) => file.name === name) ?? files.find((file) => file.name === decoded(name));
    if (!listed) return files.length === 0 ? runNotFound(runId) : fileNotFound(url, runId, name);
    const file = await store.open(inRun(runId, listed.name));
    if (!file) return fileNotFound(url, runId, name);
    if (method === 'HEAD') file.content.destroy();
    return {
      status: 200,
      headers: {
        'Content-Type': contentTypeOf(listed.name),
        'Content-Length': String(file.size),
        'Content-Disposition': `attachment; filename="${downloadNameOf(listed.name)}"`,
      },
      ...(method === 'HEAD' ? {} : { content: file.content }),
    };
  });
}

async function listing({ url, runId }: RunFileRequest, services: Services): Promise<ApiAnswer> {
  if (!(await storedManifest(services, runId))) return runNotFound(runId);
  const state = await readState(services.store, runId);
  const files = await listFiles(services, runId, state);
  return {
    status: 200,
    json: {
      runId,
      complete: state !== undefined,
      files: files.map(({ name, size }) => ({ name, size, url: fileUrl(url, runId, name) })),
    },
  };
}

/** Some hosts hand over a route's rest as it was sent, others decoded. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const fileNotFound = (url: string, runId: string, name: string): ApiAnswer =>
  refuse({
    code: 'fileNotFound',
    runId,
    message: `Run ${runId} has no file ${JSON.stringify(name.slice(0, 200))}.`,
    advice: `GET ${fileUrl(url, runId, '')} lists its files.`,
  });
