/** Instances inside a text property: CIM-XML (DSP0201), as `[EmbeddedInstance]` strings of Windows hold them. */
import { failure, type Result, success } from '../../result.ts';
import { attribute, child, parseXml, type XmlElement } from '../soap/xml.ts';
import type { CimWireInstance, CimWireValue } from '../winrm-session.ts';

/** Reads `<INSTANCE CLASSNAME="…"><PROPERTY …><VALUE>…`; a property without a value is nil. */
export function parseEmbeddedText(text: string): Result<CimWireInstance, string> {
  const parsed = parseXml(text);
  if (!parsed.ok) return parsed;
  const instance = parsed.value;
  if (instance.name !== 'INSTANCE') return failure(`<${instance.name}> is not an instance in CIM-XML`);
  return success({
    className: attribute(instance, 'CLASSNAME'),
    properties: Object.fromEntries(
      instance.children.flatMap((element) => {
        const name = attribute(element, 'NAME');
        const values = valuesOf(element);
        return name === undefined || values === undefined ? [] : [[name, values]];
      }),
    ),
  });
}

function valuesOf(property: XmlElement): readonly CimWireValue[] | undefined {
  if (property.name === 'PROPERTY') return [wireValue(child(property, 'VALUE'))];
  if (property.name !== 'PROPERTY.ARRAY') return undefined;
  return (child(property, 'VALUE.ARRAY')?.children ?? []).map(wireValue);
}

const wireValue = (value: XmlElement | undefined): CimWireValue =>
  value === undefined ? { kind: 'nil' } : { kind: 'text', text: value.text };
