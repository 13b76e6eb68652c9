import { expect, test } from 'vitest';
import { parseInstance, parsePage } from '../../src/winrm/cim/instance.ts';
import { escapeXml, parseXml } from '../../src/winrm/soap/xml.ts';

const element = (xml: string) => {
  const parsed = parseXml(xml);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};
const propertiesOf = (xml: string) => parseInstance(element(`<i:C xmlns:i="urn:i">${xml}</i:C>`)).properties;

test('numbers, spaces and digits stay the text they are', () => {
  expect(propertiesOf('<i:A>0012</i:A><i:B>1e10</i:B><i:C>+123</i:C><i:D> x </i:D><i:E></i:E>')).toEqual({
    A: [{ kind: 'text', text: '0012' }],
    B: [{ kind: 'text', text: '1e10' }],
    C: [{ kind: 'text', text: '+123' }],
    D: [{ kind: 'text', text: ' x ' }],
    E: [{ kind: 'text', text: '' }],
  });
});

test('a property that comes several times is an array in order, empty and null elements included', () => {
  expect(propertiesOf('<i:A>2</i:A><i:B>x</i:B><i:A/><i:A xmlns:xsi="urn:x" xsi:nil="true"/>').A).toEqual([
    { kind: 'text', text: '2' },
    { kind: 'text', text: '' },
    { kind: 'nil' },
  ]);
});

test('embedded CIM-XML comes out as the text it is, entities resolved once', () => {
  expect(propertiesOf('<i:A>&lt;INSTANCE CLASSNAME=&quot;X&quot;&gt;&amp;lt;&#xD;&#10;é&#x1F600;</i:A>').A).toEqual([
    { kind: 'text', text: '<INSTANCE CLASSNAME="X">&lt;\r\né😀' },
  ]);
});

test('tens of thousands of entities in one value are no problem', () => {
  const [value] = propertiesOf(`<i:A>${'&lt;'.repeat(50_000)}</i:A>`).A ?? [];
  expect(value).toEqual({ kind: 'text', text: '<'.repeat(50_000) });
});

test('dates and intervals are told apart, whatever their prefix', () => {
  expect(
    propertiesOf(
      '<i:A><cim:Datetime>2013-04-15T16:28:43.4+08:00</cim:Datetime></i:A><i:B><Interval>P0DT0H30M0S</Interval></i:B>',
    ),
  ).toEqual({
    A: [{ kind: 'datetime', text: '2013-04-15T16:28:43.4+08:00' }],
    B: [{ kind: 'interval', text: 'P0DT0H30M0S' }],
  });
});

test('an embedded object keeps its class and its own values', () => {
  const snapshot =
    '<i:S xmlns:q="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Q_Class" xsi:type="q:Q_Class_Type"><q:Id>7</q:Id></i:S>';
  const untyped = '<i:T xmlns:q="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Q_Other"><q:Id>8</q:Id></i:T>';
  expect(propertiesOf(snapshot + untyped)).toEqual({
    S: [{ kind: 'instance', instance: { className: 'Q_Class', properties: { Id: [{ kind: 'text', text: '7' }] } } }],
    T: [{ kind: 'instance', instance: { className: 'Q_Other', properties: { Id: [{ kind: 'text', text: '8' }] } } }],
  });
});

test('a key that is a reference itself becomes an object path', () => {
  const inner =
    '<a:EndpointReference><a:ReferenceParameters><w:ResourceURI>http://x/root/v2/Inner</w:ResourceURI><w:SelectorSet>' +
    '<w:Selector Name="Id">a"b</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference>';
  const outer =
    '<i:R><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>http://x/root/v2/Outer</w:ResourceURI>' +
    `<w:SelectorSet><w:Selector Name="Part">${inner}</w:Selector></w:SelectorSet></a:ReferenceParameters></i:R>`;
  expect(propertiesOf(outer).R).toEqual([
    { kind: 'reference', className: 'Outer', keys: { Part: 'Inner.Id="a\\"b"' } },
  ]);
});

test('a projection has no class of its own', () => {
  expect(parseInstance(element('<w:XmlFragment><Name>a</Name></w:XmlFragment>')).className).toBeUndefined();
});

test('an empty context ends an enumeration, as Windows sometimes writes it', () => {
  const page = parsePage(
    element('<s:Body><n:PullResponse><n:EnumerationContext/><n:Items/></n:PullResponse></s:Body>'),
  );
  expect(page).toEqual({ items: [], context: undefined });
});

test.each([
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['a cut-off end', '<a><b>1</b><c>2</c>'],
  ['no XML at all', 'HTTP/1.1 400 Bad Request'],
  ['nothing', ''],
  ['thousands of levels', '<a>'.repeat(5_000) + '</a>'.repeat(5_000)],
])('XML with %s is refused', (_case, xml) => {
  expect(parseXml(xml).ok).toBe(false);
});

test('what we write, we read back', () => {
  const text = `a<b>&"c" \r\n 'd' é ]]> &amp;`;
  expect(element(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)).toMatchObject({ text });
});
