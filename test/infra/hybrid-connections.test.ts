import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bicepIsThere, type Deployment, deployment, infraFolder, ofType, snapshot } from './bicep.ts';

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
