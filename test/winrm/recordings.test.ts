import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parsePage } from '../../src/winrm/cim/instance.ts';
import { parseEnvelope } from '../../src/winrm/soap/envelope.ts';

const folder = fileURLToPath(new URL('../../../shared/recordings/wsman-hyperv/', import.meta.url));
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.xml')) : [];

const pageOf = (file: string) => {
  const message = parseEnvelope(readFileSync(`${folder}${file}`));
  const page = message.ok ? parsePage(message.value.body) : undefined;
  if (page === undefined) throw new Error(`${file} holds no page`);
  return page;
};

describe.skipIf(files.length === 0)('answers recorded from a live Hyper-V host', () => {
  test.each(files)('%s is read, every property once', (file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8');
    const { items } = pageOf(file);
    const values = items.flatMap(({ properties }) => Object.values(properties).flat());
    // Counted off the text itself: opening tags of the class's own prefix, less the instance elements.
    const written = text.match(/<p:\w/g)?.length ?? 0;
    expect(values).toHaveLength(written - items.length);
    expect(values.filter(({ kind }) => kind === 'nil')).toHaveLength(text.match(/xsi:nil="true"/g)?.length ?? 0);
    expect(values.filter(({ kind }) => kind === 'datetime')).toHaveLength(text.match(/<cim:Datetime>/g)?.length ?? 0);
  });

  test('a VM that is off has its name, its null values and its dates', () => {
    const [vm] = pageOf('recorded_computersystem_pull_vm_off.xml').items;
    expect(vm?.className).toBe('Msvm_ComputerSystem');
    expect(vm?.properties).toMatchObject({
      Caption: [{ kind: 'text', text: '仮想マシン' }],
      EnabledState: [{ kind: 'text', text: '3' }],
      InstanceID: [{ kind: 'nil' }],
      LastReplicationTime: [{ kind: 'datetime', text: '1601-01-01T00:00:00Z' }],
    });
  });

  test('references keep the class and the keys they point to', () => {
    const [element] = pageOf('recorded_affectedjobelement_pull_created.xml').items;
    expect(element?.properties.AffectedElement).toEqual([
      {
        kind: 'reference',
        className: 'Msvm_VirtualSystemSettingData',
        keys: { InstanceID: 'Microsoft:00000000-0000-4000-8000-000000000083' },
      },
    ]);
  });

  test('a page with a context goes on, one with an end of sequence does not', () => {
    expect(pageOf('recorded_computersystem_enumerate.xml')).toEqual({
      items: [],
      context: 'uuid:00000000-0000-4000-8000-000000000003',
    });
    expect(pageOf('recorded_affectedjobelement_pull_created.xml').context).toBeUndefined();
  });
});
