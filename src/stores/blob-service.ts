import type { TokenCredential } from '@azure/identity';
import type {
  BlobServiceClient,
  RequestPolicy,
  RequestPolicyFactory,
  StoragePipelineOptions,
  WebResource,
} from '@azure/storage-blob';

/** How a storage account is asked: by an identity at its blob endpoint, or by a connection string. */
export type BlobAccount =
  | { readonly url: string; readonly identity: TokenCredential }
  | { readonly connectionString: string };

/** One call as it goes out; repeated ones too. */
export interface BlobCall {
  readonly method: string;
  /** Of the blob or container, without the account's own part, e.g. `/runs/20261123T020000Z-7f3a9c/run.json`. */
  readonly path: string;
  /** What is asked of it, e.g. `list` or `block`; empty for the blob itself. */
  readonly operation: string;
}

export interface BlobServiceOptions {
  /** Told of each call that goes out: what the account counts. */
  readonly onCall?: (call: BlobCall) => void;
  /** Tries of one call. Default 5, which bridge about eleven seconds. */
  readonly tries?: number;
  /** Longest time for one try of one call (up to 8 MiB), to the head of its answer, in milliseconds. Default 60 s. */
  readonly tryMs?: number;
}

/** The pauses between tries are 0, 1, 3, 7 … times this, in milliseconds. */
const retryDelayMs = 1_000;
const longestRetryDelayMs = 30_000;

/**
 * The client of a storage account. The SDK is loaded by the first call, and nothing is asked yet. Throws where the
 * connection string is none; that error is not to be shown, for it may quote from it.
 */
export async function blobService(
  account: BlobAccount,
  { onCall, tries = 5, tryMs = 60_000 }: BlobServiceOptions = {},
): Promise<BlobServiceClient> {
  const sdk = await import('@azure/storage-blob');
  const options: StoragePipelineOptions = {
    retryOptions: { maxTries: tries, retryDelayInMs: retryDelayMs, maxRetryDelayInMs: longestRetryDelayMs },
  };
  const { url, credential } =
    'identity' in account
      ? { url: account.url, credential: account.identity }
      : sdk.BlobServiceClient.fromConnectionString(account.connectionString);
  const pipeline = sdk.newPipeline(credential, options);
  const timedOut = () => new sdk.RestError('no answer in time', { code: 'ETIMEDOUT' });
  pipeline.factories.push(new InjectorPolicyFactory({ accountPath: new URL(url).pathname, onCall, tryMs, timedOut }));
  return new sdk.BlobServiceClient(url, pipeline);
}

interface CallWatch {
  readonly accountPath: string;
  readonly onCall: BlobServiceOptions['onCall'];
  readonly tryMs: number;
  readonly timedOut: () => Error;
}

/**
 * Sees every try of a call: tells of it, and ends it where no answer comes, for the SDK itself waits for ever. Factories
 * of this very name are run by the SDK for each try, all others once for all tries of a call.
 */
class InjectorPolicyFactory implements RequestPolicyFactory {
  private readonly parts: CallWatch;

  constructor(parts: CallWatch) {
    this.parts = parts;
  }

  create(next: RequestPolicy): RequestPolicy {
    const { accountPath, onCall, tryMs, timedOut } = this.parts;
    const account = accountPath.replace(/\/$/, '');
    return {
      sendRequest: async (request: WebResource) => {
        const { pathname, searchParams } = new URL(request.url);
        const path = decodeURIComponent(pathname.slice(account.length));
        onCall?.({ method: request.method, path, operation: searchParams.get('comp') ?? '' });
        request.timeout = tryMs;
        try {
          return await next.sendRequest(request);
        } catch (error) {
          const isOurs = error instanceof Error && error.name === 'AbortError' && !request.abortSignal?.aborted;
          throw isOurs ? timedOut() : error;
        }
      },
    };
  }
}
