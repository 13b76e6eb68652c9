import type { TokenCredential } from '@azure/identity';
import type { AzureIdentity } from './settings.ts';

/**
 * Gets the tokens for Azure's services: in Azure from the managed identity (the user-assigned one where its client id is
 * set), elsewhere from whoever is logged on there (`az login` and the like). Nothing is asked yet. The SDK is loaded by
 * the first call, so that a start without it stays short.
 */
export async function azureCredential({ clientId, isManaged }: AzureIdentity): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  if (!isManaged) return new DefaultAzureCredential({ managedIdentityClientId: clientId });
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
