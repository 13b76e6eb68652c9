import type { TokenCredential } from '@azure/identity';
import { failure, type Result, success } from '../result.ts';
import { type BlobAccount, type BlobServiceOptions, blobService } from './blob-service.ts';
import { blobStore } from './blob-store.ts';
import type { Store } from './store.ts';

/** The settings that say where runs are kept, the first of them that is set winning. */
export interface StorageSettings {
  /** `RUNS_BLOB_URL`. */
  readonly runsBlobUrl?: string;
  /** `RUNS_STORAGE`. */
  readonly runsStorage?: string;
  /** `AzureWebJobsStorage`. */
  readonly appStorage?: string;
  /** `AzureWebJobsStorage__blobServiceUri`. */
  readonly appStorageBlobUrl?: string;
  /** `AzureWebJobsStorage__accountName`. */
  readonly appStorageAccount?: string;
}

/** What the Functions app keeps in its storage account. */
export interface AppStores {
  /** Container `runs`. */
  readonly runs: Store;
  /** Container `config`, where `hosts.txt` may lie. */
  readonly config: Store;
}

/** Why there is nowhere to keep runs; names a setting, never its value. */
export interface UnusableStorage {
  readonly setting: string;
  readonly message: string;
}

/** The stores in blob containers, as the settings say. Nothing is asked yet: whether they are there shows at first use. */
export async function openAppStores(
  settings: StorageSettings,
  identity: () => Promise<TokenCredential>,
  options: BlobServiceOptions = {},
): Promise<Result<AppStores, UnusableStorage>> {
  const found = accountSetting(settings);
  if (!found)
    return failure({
      setting: 'RUNS_BLOB_URL',
      message:
        'There is no storage account to keep runs in: RUNS_BLOB_URL, RUNS_STORAGE or AzureWebJobsStorage must be set.',
    });
  const { setting, value, by } = found;
  const account: BlobAccount = by === 'key' ? { connectionString: value } : { url: value, identity: await identity() };
  try {
    const service = await blobService(account, options);
    const container = (name: string): Store => blobStore(service.getContainerClient(name));
    return success({ runs: container('runs'), config: container('config') });
  } catch {
    // The SDK's own words may quote the connection string.
    const mustBe = by === 'key' ? 'the connection string' : 'the blob endpoint';
    return failure({ setting, message: `${setting} must be ${mustBe} of a storage account.` });
  }
}

interface AccountSetting {
  readonly setting: string;
  readonly value: string;
  readonly by: 'identity' | 'key';
}

function accountSetting(settings: StorageSettings): AccountSetting | undefined {
  const { runsBlobUrl, runsStorage, appStorage, appStorageBlobUrl, appStorageAccount } = settings;
  if (runsBlobUrl) return { setting: 'RUNS_BLOB_URL', value: runsBlobUrl, by: 'identity' };
  if (runsStorage) return { setting: 'RUNS_STORAGE', value: runsStorage, by: 'key' };
  if (appStorage) return { setting: 'AzureWebJobsStorage', value: appStorage, by: 'key' };
  if (appStorageBlobUrl)
    return { setting: 'AzureWebJobsStorage__blobServiceUri', value: appStorageBlobUrl, by: 'identity' };
  if (!appStorageAccount) return undefined;
  const value = `https://${appStorageAccount}.blob.core.windows.net`;
  return { setting: 'AzureWebJobsStorage__accountName', value, by: 'identity' };
}
