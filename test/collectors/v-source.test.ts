import { expect, test } from 'vitest';
import { buildFleet, summarize } from '../../src/collectors/fleet.ts';
import { vSource } from '../../src/collectors/v-source.ts';
import { type FactRows, hostFacts, hv01, rowFrom, rowsFrom, without } from './facts-builder.ts';

const cluster: FactRows = { clusters: [{ Name: 'CLU01', Fqdn: 'clu01.corp.example' }] };
const updated: FactRows = { windowsVersion: [{ UBR: 2700 }] };
/** The same host under another name. */
const named = (name: string, ...parts: readonly FactRows[]) => {
  const { hostSystem, ...rest } = hv01;
  return hostFacts(rest, { hostSystem: [{ ...hostSystem?.[0], Name: name, DNSHostName: name }] }, ...parts);
};

test('a host alone is a source of its own', () => {
  expect(rowFrom(vSource, hostFacts(hv01, updated))).toEqual({
    Name: 'Microsoft Hyper-V',
    'OS type': 'win32-x64',
    'API type': 'HostAgent',
    'API version': '10.0.20348',
    Version: '10.0.20348',
    'Patch level': '2700',
    Build: '20348',
    Fullname: 'Microsoft Windows Server 2022 Datacenter 10.0.20348 build-20348',
    'Product name': 'Microsoft Windows Server 2022 Datacenter',
    'Product version': '10.0',
    'Product line': 'hyperv',
    Vendor: 'Microsoft Corporation',
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
});

test('a cluster has one row, from the first node that tells which Windows it is', () => {
  const nodes = [
    without(named('HV01', cluster), 'operatingSystem'),
    named('HV03', cluster, updated),
    named('HV02', cluster, updated),
  ];
  const fleet = buildFleet(nodes.map(summarize));
  expect(nodes.map((node) => rowsFrom(vSource, node, fleet).length)).toEqual([0, 0, 1]);
  expect(nodes.flatMap((node) => rowsFrom(vSource, node, fleet))).toMatchObject([
    { 'API type': 'VirtualCenter', 'VI SDK Server': 'clu01.corp.example', 'Patch level': '2700' },
  ]);
});

test('a host whose Windows does not count its updates has no patch level', () => {
  expect(rowFrom(vSource, hostFacts(hv01))['Patch level']).toBeNull();
});
