import { existsSync, readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import type { CimRepository, CimValue } from '../../../src/simulator/cim-repository.ts';
import { startFleet } from '../../../src/simulator/server/running-fleet.ts';
import { contextOf, enumerate, pull, RawConnection } from './raw-client.ts';
import { credential, fleetOf, smallHost } from './small-fleet.ts';

const folder = new URL('../../../../shared/recordings/wsman-hyperv/', import.meta.url);
const recorded = existsSync(folder);
if (!recorded) console.warn('the recorded answers of a real host are not here: nothing to compare with');

const hyperV = 'root/virtualization/v2';
/** Of the recorded classes: what the schema declares as arrays. */
const arrays = new Set(['OperationalStatus', 'StatusDescriptions']);

/** The recorder added a comment and line breaks to one file; GUIDs are different each time. */
const normalised = (xml: string): string =>
  xml
    .replace(/<\?xml[^>]*\?>|<!--[\s\S]*?-->/g, '')
    .replace(/>\n/g, '>')
    .trim()
    .replaceAll(/uuid:[0-9A-Fa-f-]{36}/g, 'uuid:…');

const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, removeNSPrefix: false });

const propertyPattern = /<p:(\w+)( xsi:nil="true"\/>| xmlns:a=[^>]*>[\s\S]*?<\/p:\1>|>[\s\S]*?<\/p:\1>)/g;

function recordedValue(name: string, rest: string): CimValue {
  if (rest.startsWith(' xsi:nil')) return null;
  const inner = rest.slice(rest.indexOf('>') + 1, rest.lastIndexOf('</'));
  const datetime = /^<cim:Datetime>(.*)Z<\/cim:Datetime>$/.exec(inner)?.[1];
  if (datetime !== undefined) {
    const [whole, fraction = ''] = datetime.split('.');
    return { datetime: `${whole}.${fraction.padEnd(6, '0')}Z` };
  }
  if (inner.includes('<w:Selector ')) {
    const path = /<w:ResourceURI>(.*)<\/w:ResourceURI>/.exec(inner)?.[1] ?? '';
    const selectors = [...inner.matchAll(/<w:Selector Name="(\w+)">([^<]*)</g)];
    return {
      reference: {
        className: path.slice(path.lastIndexOf('/') + 1),
        namespace: hyperV,
        keys: Object.fromEntries(selectors.map((match) => [match[1], match[2]])),
      },
    };
  }
  const text: string = parser.parse(`<x>${inner}</x>`).x;
  return arrays.has(name) ? [text] : text;
}

/** A repository that holds the recorded instance, and a second one so that the page has a next. */
function repositoryOf(xml: string): { className: string; repository: CimRepository } {
  const [, className = '', inner = ''] = /Items><p:(\w+) [^>]*>([\s\S]*)<\/p:\1><\/n:Items>/.exec(xml) ?? [];
  const values = Object.fromEntries(
    [...inner.matchAll(propertyPattern)].map(([, name = '', rest = '']) => [name, recordedValue(name, rest)]),
  );
  const names = Object.keys(values).reverse();
  const properties = Object.fromEntries(names.map((name) => [name, arrays.has(name) ? 'string[]' : 'string']));
  const instances = [
    { className, values },
    { className, values },
  ];
  const withArrays = { ...properties, Roles: 'string[]' };
  return {
    className,
    repository: {
      namespaces: { [hyperV]: { [className]: { className, properties: withArrays, keys: [], instances } } },
      registry: {},
    },
  };
}

describe.skipIf(!recorded)('an answer of a pretend host', () => {
  test.each([
    'recorded_computersystem_pull_host.xml',
    'recorded_computersystem_pull_vm_off.xml',
    'recorded_computersystem_pull_vm_running_a.xml',
    'recorded_pull_externalethernetport.xml',
    'recorded_pull_guestnetworkadapterconfiguration.xml',
    'recorded_affectedjobelement_pull_created.xml',
    'pull_response_xsinil_real.xml',
  ])('is what a real one said: %s', async (file) => {
    const recording = normalised(readFileSync(new URL(file, folder), 'utf8'));
    const { className, repository } = repositoryOf(recording);
    const fleet = await startFleet(fleetOf(smallHost({ repository, language: 'ja-JP' })), { credential });
    const connection = await RawConnection.open(fleet.hosts[0]?.url ?? '');
    const path = `${hyperV}/${className}`;
    const opened = await connection.soap(enumerate(path, { optimize: false, messageId: `uuid:${'0'.repeat(36)}` }));
    const enumerated = normalised(readFileSync(new URL('recorded_computersystem_enumerate.xml', folder), 'utf8'));
    expect(normalised(opened.text)).toBe(enumerated);
    const asked = { messageId: `uuid:${'0'.repeat(36)}` };
    let answer = await connection.soap(pull(path, contextOf(opened), asked));
    if (recording.includes('EndOfSequence')) answer = await connection.soap(pull(path, contextOf(answer), asked));
    expect(normalised(answer.text)).toBe(recording);
    connection.close();
    await fleet.close();
  });
});
