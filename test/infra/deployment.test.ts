import { beforeAll, describe, expect, it } from 'vitest';
import { bicepIsThere, type Deployment, deployment, ofType, storageType, theOne } from './bicep.ts';

const roleNames: Readonly<Record<string, string>> = {
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
};

/** Who may do what on which resource: "app: Key Vault Secrets User on vaults/kv-…". */
function grants(deployed: Deployment): readonly string[] {
  return ofType(deployed, 'Microsoft.Authorization/roleAssignments').map(({ id, properties }) => {
    const who = properties.principalId.includes('Microsoft.ManagedIdentity') ? 'app' : properties.principalId;
    const role = roleNames[properties.roleDefinitionId.split('/').at(-1)];
    const scope = /\/providers\/Microsoft\.[A-Za-z]+\/([^[]+?)\/providers\/Microsoft\.Authorization/.exec(id)?.[1];
    return `${who}: ${role} on ${scope}`;
  });
}

describe.skipIf(!bicepIsThere)('a deployment with the least parameters', () => {
  let deployed: Deployment;
  beforeAll(async () => {
    deployed = await deployment();
  });

  it('has two storage accounts without shared keys, without public blobs, with TLS 1.2', () => {
    const accounts = ofType(deployed, storageType);
    expect(accounts.map(({ name }) => name.slice(0, 13))).toEqual(['sthosthvtools', 'strunshvtools']);
    for (const { properties } of accounts) {
      expect(properties).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: 'TLS1_2',
        supportsHttpsTrafficOnly: true,
        publicNetworkAccess: 'Enabled',
      });
    }
    const containers = ofType(deployed, `${storageType}/blobServices/containers`);
    expect(containers.map(({ name, properties }) => [name.split('/').at(-1), properties])).toEqual([
      ['runs', { publicAccess: 'None' }],
      ['config', { publicAccess: 'None' }],
    ]);
  });

  it('grants the app what it needs, and nobody anything else', () => {
    const [host, runs] = ofType(deployed, storageType).map(({ name }) => name);
    const vault = theOne(deployed, 'Microsoft.KeyVault/vaults').name;
    const insights = theOne(deployed, 'Microsoft.Insights/components').name;
    expect(grants(deployed).toSorted()).toEqual([
      `app: Key Vault Secrets User on vaults/${vault}`,
      `app: Monitoring Metrics Publisher on components/${insights}`,
      `app: Storage Blob Data Contributor on storageAccounts/${runs}/blobServices/default/containers/runs`,
      `app: Storage Blob Data Owner on storageAccounts/${host}`,
      `app: Storage Blob Data Reader on storageAccounts/${runs}/blobServices/default/containers/config`,
      `app: Storage Queue Data Contributor on storageAccounts/${host}`,
      `app: Storage Table Data Contributor on storageAccounts/${host}`,
    ]);
  });

  it('deletes old runs, but not what is known of guests', () => {
    const { rules } = theOne(deployed, `${storageType}/managementPolicies`).properties.policy;
    const deleting = rules.filter((rule: { definition: { actions: object } }) => 'baseBlob' in rule.definition.actions);
    expect(deleting).toHaveLength(1);
    expect(deleting[0].definition.actions.baseBlob).toEqual({ delete: { daysAfterModificationGreaterThan: 365 } });
    const prefixes: readonly string[] = deleting[0].definition.filters.prefixMatch;
    const isDeleted = (blob: string) => prefixes.some((prefix) => blob.startsWith(prefix));
    expect(isDeleted('runs/20261123T020000Z-7f3a9c/run.json')).toBe(true);
    expect(isDeleted('runs/known-guests.json.gz')).toBe(false);
    expect(isDeleted('config/hosts.txt')).toBe(false);
  });

  it('deletes old versions of what runs left, and no version of the host list', () => {
    const { rules } = theOne(deployed, `${storageType}/managementPolicies`).properties.policy;
    const { definition } = rules.find(
      (rule: { definition: { actions: object } }) => 'version' in rule.definition.actions,
    );
    expect(definition).toMatchObject({
      filters: { prefixMatch: ['runs/'] },
      actions: { version: { delete: { daysAfterCreationGreaterThan: 14 } } },
    });
    expect(Object.keys(definition.actions)).toEqual(['version']);
  });

  it('runs on a 64-bit Windows plan, by https and TLS 1.2 only, without FTP and without passwords', () => {
    const plan = theOne(deployed, 'Microsoft.Web/serverfarms');
    expect(plan).toMatchObject({
      kind: 'app',
      sku: { name: 'P0v3', tier: 'Premium0V3' },
      properties: { reserved: false },
    });
    const app = theOne(deployed, 'Microsoft.Web/sites');
    expect(app).toMatchObject({ kind: 'functionapp', properties: { httpsOnly: true, virtualNetworkSubnetId: null } });
    expect(app.properties.siteConfig).toMatchObject({
      alwaysOn: true,
      use32BitWorkerProcess: false,
      ftpsState: 'Disabled',
      minTlsVersion: '1.2',
      scmMinTlsVersion: '1.2',
      healthCheckPath: '/',
      ipSecurityRestrictionsDefaultAction: 'Allow',
    });
    const publishing = ofType(deployed, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    expect(publishing.map(({ properties }) => properties)).toEqual([{ allow: false }, { allow: false }]);
  });

  it('has a vault that grants by role, cannot be purged, and tells the workspace who read what', () => {
    const vault = theOne(deployed, 'Microsoft.KeyVault/vaults');
    expect(vault.properties).toMatchObject({
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
      publicNetworkAccess: 'Enabled',
    });
    expect(theOne(deployed, 'Microsoft.Insights/diagnosticSettings').id).toContain(`/vaults/${vault.name}/`);
  });

  it('takes telemetry from identities only', () => {
    expect(theOne(deployed, 'Microsoft.Insights/components').properties.DisableLocalAuth).toBe(true);
  });

  it.each([
    'Microsoft.Relay/namespaces',
    'Microsoft.Insights/scheduledQueryRules',
    'Microsoft.Network/privateEndpoints',
    'Microsoft.Network/privateDnsZones',
  ])('has no %s that nobody asked for', (type) => expect(ofType(deployed, type)).toEqual([]));

  it('holds no secret in its outputs', () => {
    expect(JSON.stringify(deployed.outputs)).not.toMatch(/listKeys|ConnectionString|primaryKey/i);
  });
});

describe.skipIf(!bicepIsThere)('who cares for the app', () => {
  it('puts accounts into the vault, writes the host list and reads the runs', async () => {
    const group = '33333333-3333-3333-3333-333333333333';
    const deployed = await deployment(`param operators = { principalId: '${group}', principalType: 'Group' }`);
    const [, runs] = ofType(deployed, storageType).map(({ name }) => name);
    const vault = theOne(deployed, 'Microsoft.KeyVault/vaults').name;
    expect(
      grants(deployed)
        .filter((grant) => grant.startsWith(group))
        .toSorted(),
    ).toEqual([
      `${group}: Key Vault Secrets Officer on vaults/${vault}`,
      `${group}: Storage Blob Data Contributor on storageAccounts/${runs}/blobServices/default/containers/config`,
      `${group}: Storage Blob Data Reader on storageAccounts/${runs}/blobServices/default/containers/runs`,
    ]);
    expect(grants(deployed)).toHaveLength(10);
  });
});
