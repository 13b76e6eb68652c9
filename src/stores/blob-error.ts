import { StoreError, type StoreErrorCode, type StoreFailure } from './store-error.ts';

type Doing = StoreFailure['doing'];

/** Which blob of which container could not be had. */
export interface BlobPlace {
  readonly file: string;
  readonly place: string;
  readonly doing: Doing;
}

/** The codes of Azure Storage, and of the network before it, that mean something to the store's user. */
const codes: Readonly<Record<string, StoreErrorCode>> = {
  ServerBusy: 'storeThrottled',
  OperationTimedOut: 'storeThrottled',
  InternalError: 'storeThrottled',
  ContainerNotFound: 'storeContainerMissing',
  ContainerBeingDeleted: 'storeContainerMissing',
  ContainerDisabled: 'storeForbidden',
  AccountIsDisabled: 'storeForbidden',
  LeaseIdMissing: 'storeLeased',
  LeaseIdMismatchWithBlobOperation: 'storeLeased',
  InvalidBlockList: 'storeConflict',
  BlobAlreadyExists: 'storeConflict',
  ConditionNotMet: 'storeConflict',
  ENOTFOUND: 'storeAccountUnknown',
  ETIMEDOUT: 'storeTimedOut',
};

/** Where a code of Azure Storage says more than its kind does. */
const advices: Readonly<Record<string, string>> = {
  AuthorizationFailure:
    "Let the app in by the account's network rules, and give its identity the role Storage Blob Data Contributor.",
  AuthenticationFailed:
    'Check the key or the shared access signature (it may have run out), and the clock of this machine.',
  KeyBasedAuthenticationNotPermitted:
    'The account takes no keys: set RUNS_BLOB_URL and give the identity the role Storage Blob Data Contributor.',
  AccountIsDisabled: 'See the state of the storage account in the portal.',
  BlobImmutableDueToPolicy: 'Keep runs in a container without an immutability policy.',
  ContainerBeingDeleted: 'The container is just being deleted: wait a minute, then run again.',
};

/** An error as the storage SDK throws it. */
interface ServiceFailure {
  readonly name: string;
  readonly code?: unknown;
  readonly statusCode?: unknown;
}

/** The service's code of an error of the storage SDK, or the system's of one of the network; undefined for others. */
export function serviceCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, code, statusCode }: ServiceFailure = error;
  if (name !== 'RestError') return undefined;
  // The answer to a HEAD has no body, and some have no code: the status must do.
  if (typeof code === 'string' && code !== '') return code;
  return typeof statusCode === 'number' ? `HTTP ${statusCode}` : 'RestError';
}

/** What a failed call is to the store's user; an error that neither service nor network caused is handed on. */
export function blobError(blob: BlobPlace, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  if (isIdentityError(error))
    return new StoreError({ ...blob, code: 'storeNoIdentity', systemCode: (error as Error).name });
  const systemCode = serviceCodeOf(error);
  if (systemCode === undefined) return error;
  const code = codes[systemCode] ?? codeByStatus(error as ServiceFailure, blob.doing);
  return new StoreError({ ...blob, code, systemCode, advice: advices[systemCode] });
}

function codeByStatus({ statusCode }: ServiceFailure, doing: Doing): StoreErrorCode {
  // Without an answer it was the network, the name service or TLS.
  if (statusCode === undefined) return 'storeUnreachable';
  if (statusCode === 401 || statusCode === 403) return 'storeForbidden';
  if (statusCode === 429 || (typeof statusCode === 'number' && statusCode >= 500)) return 'storeThrottled';
  return doing === 'written' ? 'storeUnwritable' : 'storeUnreadable';
}

/** Names of what @azure/identity throws where it gets no token. */
const isIdentityError = (error: unknown): boolean =>
  error instanceof Error &&
  /^(CredentialUnavailableError|AuthenticationError|AuthenticationRequiredError|AggregateAuthenticationError)$/.test(
    error.name,
  );
