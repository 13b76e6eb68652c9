import { describe, expect, it } from 'vitest';
import { bicepIsThere, deployment, ofType, storageType, theOne } from './bicep.ts';

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

  it('gives every resource the tags that a policy of the subscription asks for', async () => {
    const deployed = await deployment(
      [
        parameters(privately),
        "param endpoints = [{ host: 'hv01.corp.example', port: 5986 }]",
        "param alerts = { emails: ['night@corp.example'] }",
        "param tags = { costCenter: '4711', owner: 'virtualisation' }",
      ].join('\n'),
    );
    // What bears no location is a part of another resource, and takes no tags.
    const whole = deployed.resources.filter(({ location }) => location !== undefined);
    expect(new Set(whole.map(({ type }) => type)).size).toBeGreaterThan(11);
    for (const { type, tags } of whole) {
      expect({ type, tags }).toEqual({ type, tags: { costCenter: '4711', owner: 'virtualisation' } });
    }
  });
});
