/** Where a run is found: this app's own URLs, never Durable's, whose key opens every orchestration. */
export interface RunUrls {
  readonly statusUrl: string;
  readonly filesUrl: string;
  readonly cancelUrl: string;
}

/**
 * The URLs of a run, from that of any call to this API: the same host and prefix, without its query, which may hold the
 * function key.
 */
export function runUrls(callUrl: string, runId: string): RunUrls {
  const statusUrl = `${runsUrl(callUrl)}/${runId}`;
  return { statusUrl, filesUrl: `${statusUrl}/files`, cancelUrl: `${statusUrl}/cancel` };
}

/** The URL of all runs. */
export function runsUrl(callUrl: string): string {
  const { origin, pathname } = new URL(callUrl);
  const [path = '/api/runs'] = /^.*?\/runs(?=\/|$)/i.exec(pathname) ?? [];
  return `${origin}${path}`;
}

/** The URL of one file of a run. */
export const fileUrl = (callUrl: string, runId: string, name: string): string =>
  `${runUrls(callUrl, runId).filesUrl}/${name.split('/').map(encodeURIComponent).join('/')}`;
