import { expect, test } from 'vitest';
import { vLicense } from '../../src/collectors/v-license.ts';
import { hostFacts, hv01, rowFrom, rowsFrom } from './facts-builder.ts';

const licence = {
  ApplicationID: '55C92734-D682-4D71-983E-D6EC3F16059F',
  Name: 'Windows(R), ServerDatacenter edition',
  PartialProductKey: '3V66T',
  EvaluationEndDate: '1601-01-01T00:00:00.000000Z',
};

test('a licence shows the end of its key, the cores it covers, and never expires unless it is an evaluation', () => {
  expect(rowFrom(vLicense, hostFacts(hv01, { licences: [licence] }))).toEqual({
    Name: 'Windows(R), ServerDatacenter edition',
    Key: 'XXXXX-XXXXX-XXXXX-XXXXX-3V66T',
    Labels: null,
    'Cost Unit': 'cpuCore:16core',
    Total: 0,
    Used: 4,
    'Expiration Date': 'Never',
    Features: null,
    'VI SDK Server': 'hv01.corp.example',
    'VI SDK UUID': '4c4c4544-0042-4a10-8058-b7c04f4d3132',
  });
  const evaluation = { ...licence, EvaluationEndDate: '2027-03-30T21:00:00.000000Z' };
  expect(rowFrom(vLicense, hostFacts(hv01, { licences: [evaluation] }))['Expiration Date']).toEqual(
    new Date('2027-03-30T21:00:00Z'),
  );
});

test('products without a key, and those that are not Windows, are no licences of the host', () => {
  const office = { ...licence, ApplicationID: '0ff1ce15-a989-479d-af46-f275c6370663' };
  expect(rowsFrom(vLicense, hostFacts(hv01, { licences: [{ ...licence, PartialProductKey: null }, office] }))).toEqual(
    [],
  );
});
