import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bicepIsThere, type Deployment, deployment, infraFolder, ofType, snapshot, theOne } from './bicep.ts';

const storageType = 'Microsoft.Storage/storageAccounts';
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

describe.skipIf(!bicepIsThere)('Hybrid Connections', () => {
  const bindings = (deployed: Deployment) => ofType(deployed, 'Microsoft.Web/sites/hybridConnectionNamespaces/relays');

  it('are those of the example: one for each host, in the relay and at the app', async () => {
    const deployed = await snapshot(join(infraFolder, 'main.bicepparam'));
    const connections = ofType(deployed, 'Microsoft.Relay/namespaces/hybridConnections');
    expect(connections.map(({ properties }) => JSON.parse(properties.userMetadata))).toEqual([
      [{ key: 'endpoint', value: 'hv01.corp.example:5986' }],
      [{ key: 'endpoint', value: 'hv02.corp.example:5986' }],
    ]);
    expect(connections.every(({ properties }) => properties.requiresClientAuthorization)).toBe(true);
    expect(
      bindings(deployed).map(({ properties: { hostname, port, relayName } }) => ({ hostname, port, relayName })),
    ).toEqual([
      { hostname: 'hv01.corp.example', port: 5986, relayName: 'hv01-corp-example-5986' },
      { hostname: 'hv02.corp.example', port: 5986, relayName: 'hv02-corp-example-5986' },
    ]);
    expect(deployed.outputs.hybridConnections).toEqual(['hv01-corp-example-5986', 'hv02-corp-example-5986']);
    const rules = ofType(deployed, 'Microsoft.Relay/namespaces/hybridConnections/authorizationRules');
    expect(rules.map(({ name, properties }) => `${name.split('/').at(-1)} ${properties.rights}`)).toEqual([
      ...['defaultSender Send', 'defaultSender Send'],
      ...['defaultListener Listen', 'defaultListener Listen'],
    ]);
  });

  it('have valid names, one for each endpoint, and one for the same endpoint given twice', async () => {
    const hosts = ['a-b.c', 'a.b-c', 'HV1.Corp.Example', 'hv1.corp.example', 'a--b.c', 'a.b.c'];
    const deployed = await deployment(`param endpoints = [
      ${hosts.map((host) => `{ host: '${host}', port: 5986 }`).join('\n      ')}
      { host: 'a-b.c', port: 5985 }
    ]`);
    const names = bindings(deployed).map(({ properties }) => properties.relayName);
    expect(names).toEqual([
      ...['a--b-c-5986', 'a-b--c-5986', 'hv1-corp-example-5986', 'a----b-c-5986', 'a-b-c-5986', 'a--b-c-5985'],
    ]);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,258}[a-z0-9]$/);
  });

  it('do not lead to what is no DNS name: a URL, an address, a name with a port', async () => {
    const wrong = ['https://hv1.corp.example', '10.0.0.4', 'hv1:5986', 'hv 1', 'fd00::1'];
    const endpoints = ['hv1.corp.example', ...wrong].map((host) => `{ host: '${host}', port: 5986 }`);
    await expect(deployment(`param endpoints = [\n${endpoints.join('\n')}\n]`)).rejects.toThrow(
      `No DNS name: ${wrong.join(', ')}`,
    );
  });

  it('are 220 at most, and so many still fit into what Azure takes as one template', async () => {
    const endpoints = (count: number) =>
      `param endpoints = map(range(1, ${count}), i => { host: 'hv\${i}.corp.example', port: 5986 })`;
    expect(bindings(await deployment(endpoints(220)))).toHaveLength(220);
    await expect(deployment(endpoints(221))).rejects.toThrow('220');
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

/** The CLI's engine does not know in which of Azure's clouds it is: this fills in the public one. */
function inPublicAzure(name: string): string {
  const [, form, value] = /format\('([^']*)', (.*?)\)\)?\]?$/.exec(name) ?? [];
  if (form === undefined || value === undefined) return name;
  return form.replace('{0}', value.includes('storage') ? 'core.windows.net' : '.vaultcore.azure.net');
}

describe.skipIf(!bicepIsThere)('a deployment into a network', () => {
  const network =
    '/subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet';
  const parameters = (...more: readonly string[]) =>
    ['param network = {', `appSubnetId: '${network}/subnets/app'`, ...more, '}'].join('\n');
  const privately = `privateEndpointSubnetId: '${network}/subnets/endpoints'`;
  const networkType = (type: string) => `Microsoft.Network/${type}`;

  it('sends everything through its subnet, and leaves storage and vault as they are', async () => {
    const deployed = await deployment(parameters());
    expect(theOne(deployed, 'Microsoft.Web/sites').properties).toMatchObject({
      virtualNetworkSubnetId: `${network}/subnets/app`,
      outboundVnetRouting: { allTraffic: true },
    });
    expect(ofType(deployed, networkType('privateEndpoints'))).toEqual([]);
    expect(theOne(deployed, 'Microsoft.KeyVault/vaults').properties.publicNetworkAccess).toBe('Enabled');
  });

  it('reaches storage and vault by private endpoints alone, and finds them by DNS', async () => {
    const deployed = await deployment(parameters(privately));
    const closed = [...ofType(deployed, storageType), ...ofType(deployed, 'Microsoft.KeyVault/vaults')];
    expect(closed).toHaveLength(3);
    for (const { properties } of closed) {
      expect(properties).toMatchObject({ publicNetworkAccess: 'Disabled', networkAcls: { defaultAction: 'Deny' } });
    }
    const endpoints = ofType(deployed, networkType('privateEndpoints'));
    expect(endpoints.map(({ properties }) => properties.privateLinkServiceConnections[0].properties.groupIds)).toEqual([
      ...[['blob'], ['queue'], ['table']],
      ...[['blob'], ['vault']],
    ]);
    for (const { properties } of endpoints) expect(properties.subnet.id).toBe(`${network}/subnets/endpoints`);
    const zones = ofType(deployed, networkType('privateDnsZones'));
    expect(zones.map(({ name }) => inPublicAzure(name))).toEqual([
      'privatelink.blob.core.windows.net',
      'privatelink.queue.core.windows.net',
      'privatelink.table.core.windows.net',
      'privatelink.vaultcore.azure.net',
    ]);
    const registrations = ofType(deployed, networkType('privateEndpoints/privateDnsZoneGroups')).map(
      ({ properties }) => properties.privateDnsZoneConfigs[0],
    );
    expect(
      registrations.map(({ name, properties }) => [
        name,
        inPublicAzure(properties.privateDnsZoneId.split('/privateDnsZones/').at(-1)),
      ]),
    ).toEqual([
      ['blob', 'privatelink.blob.core.windows.net'],
      ['queue', 'privatelink.queue.core.windows.net'],
      ['table', 'privatelink.table.core.windows.net'],
      ['blob', 'privatelink.blob.core.windows.net'],
      ['vault', 'privatelink.vaultcore.azure.net'],
    ]);
    const links = ofType(deployed, networkType('privateDnsZones/virtualNetworkLinks'));
    expect(links.map(({ properties }) => properties.virtualNetwork.id)).toEqual([network, network, network, network]);
  });

  it('makes no DNS zones where a hub has them', async () => {
    const deployed = await deployment(parameters(privately, 'createDnsZones: false'));
    expect(ofType(deployed, networkType('privateEndpoints'))).toHaveLength(5);
    expect(ofType(deployed, networkType('privateDnsZones'))).toEqual([]);
    expect(ofType(deployed, networkType('privateEndpoints/privateDnsZoneGroups'))).toEqual([]);
  });

  it('lets in only the callers that were named', async () => {
    const { properties } = theOne(
      await deployment("param allowedCallers = ['203.0.113.0/24', '198.51.100.7/32']"),
      'Microsoft.Web/sites',
    );
    expect(properties.siteConfig.ipSecurityRestrictionsDefaultAction).toBe('Deny');
    expect(properties.siteConfig.ipSecurityRestrictions).toMatchObject([
      { ipAddress: '203.0.113.0/24', action: 'Allow', priority: 100 },
      { ipAddress: '198.51.100.7/32', action: 'Allow', priority: 101 },
    ]);
  });
});

describe.skipIf(!bicepIsThere)('parameters', () => {
  it.each([
    ['an Elastic Premium plan', "param planSku = 'EP1'"],
    ['runs that are gone the next day', 'param keepRunsDays = 1'],
    ['alerts that mail nobody', 'param alerts = { emails: [] }'],
    ['a port that there is not', "param endpoints = [{ host: 'hv1.corp.example', port: 65536 }]"],
    ['an alert that looks back further than Azure does', "param alerts = { emails: ['a@b.c'], hoursWithoutRun: 48 }"],
  ])('refuse %s', async (_what, parameters) => {
    await expect(deployment(parameters)).rejects.toThrow();
  });

  it.each(['hv-tools', 'HvTools', '1hvtools', 'ab', 'longer-than-12'])(
    'refuse %s as the name of it all',
    async (name) => {
      await expect(deployment('', name)).rejects.toThrow();
    },
  );

  it('name every resource as its kind allows, with the shortest name and the longest', async () => {
    for (const name of ['abc', 'abcdefghijkl']) {
      const deployed = await deployment("param endpoints = [{ host: 'hv1.corp.example', port: 5986 }]", name);
      const names = (type: string) => ofType(deployed, type).map((resource) => resource.name);
      expect(names(storageType)).toEqual([
        expect.stringMatching(/^[a-z0-9]{3,24}$/),
        expect.stringMatching(/^[a-z0-9]{3,24}$/),
      ]);
      expect(new Set(names(storageType)).size).toBe(2);
      expect(names('Microsoft.KeyVault/vaults')).toEqual([expect.stringMatching(/^[a-z][a-z0-9-]{1,22}[a-z0-9]$/)]);
      expect(names('Microsoft.Relay/namespaces')).toEqual([expect.stringMatching(/^[a-z][a-z0-9-]{4,48}[a-z0-9]$/)]);
      expect(names('Microsoft.Web/sites')).toEqual([expect.stringMatching(/^[a-z][a-z0-9-]{0,58}[a-z0-9]$/)]);
    }
  });

  it('take a vault that may be emptied, for a trial', async () => {
    const { properties } = theOne(await deployment('param purgeProtection = false'), 'Microsoft.KeyVault/vaults');
    expect(properties.enablePurgeProtection ?? 'unset').toBe('unset');
  });
});
