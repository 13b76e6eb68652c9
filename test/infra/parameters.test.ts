import { describe, expect, it } from 'vitest';
import { bicepIsThere, deployment, ofType, storageType, theOne } from './bicep.ts';

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
