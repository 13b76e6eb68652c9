import { describe, expect, test } from 'vitest';
import { guidOf, parseInstanceId } from '../../../src/collectors/joins/instance-id.ts';
import { parseObjectPath } from '../../../src/collectors/joins/object-path.ts';

const config = 'B549384C-0000-4000-8000-00000000000A';
const device = 'F28E3C2A-0000-4000-8000-00000000000B';

describe('InstanceID', () => {
  test.each([
    [`Microsoft:${config}`, ''],
    [`Microsoft:${config}\\${device}`, device.toLowerCase()],
    [
      `microsoft:${config.toLowerCase()}\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\0\\0\\D`,
      '83f8638b-8dca-4152-9eda-2ca8b33039b4\\0\\0\\d',
    ],
  ])('%s belongs to a configuration', (text, expected) => {
    expect(parseInstanceId(text)).toEqual({ kind: 'settings', configId: config.toLowerCase(), device: expected });
  });

  test('a definition is a template, a guest network names its VM, and anything else is unknown', () => {
    expect(parseInstanceId('Microsoft:Definition\\4764334D-E001-4176-82EE-5594EC9B530E\\Default').kind).toBe(
      'template',
    );
    expect(parseInstanceId(`Microsoft:GuestNetwork\\${config}\\${device}`)).toEqual({
      kind: 'guestNetwork',
      configId: config.toLowerCase(),
      device: device.toLowerCase(),
    });
    for (const text of [null, '', config, `Other:${config}`, 'Microsoft:Definitions', `Microsoft:${config}x\\1`]) {
      expect(parseInstanceId(text).kind).toBe('unknown');
    }
  });

  test('GUIDs are compared in lower case, without braces; the name of a host is none', () => {
    expect(guidOf(`{${config}}`)).toBe(config.toLowerCase());
    expect(guidOf('WIN-667A0LKMU6R')).toBeUndefined();
    expect(guidOf(null)).toBeUndefined();
  });
});

describe('object path', () => {
  const instanceId = `Microsoft:${config}\\${device}\\0`;
  test.each([
    [
      'as WMI writes it',
      `\\\\HOST\\root\\virtualization\\v2:Msvm_X.InstanceID="Microsoft:${config}\\\\${device}\\\\0"`,
    ],
    ['with single backslashes', `\\\\HOST\\root\\virtualization\\v2:Msvm_X.InstanceID="${instanceId}"`],
    [
      'escaped once more',
      `\\\\\\\\HOST\\\\root\\\\virtualization\\\\v2:Msvm_X.InstanceID=\\"Microsoft:${config}\\\\\\\\${device}\\\\\\\\0\\"`,
    ],
    [
      'without a host, with slashes',
      `root/virtualization/v2:Msvm_X.InstanceID="Microsoft:${config}\\\\${device}\\\\0"`,
    ],
    ['of a class alone', `Msvm_X.InstanceID="${instanceId}"`],
  ])('%s', (_, text) => {
    expect(parseObjectPath(text)).toEqual({ className: 'Msvm_X', keys: { instanceid: instanceId } });
  });

  test('several keys are told apart', () => {
    const text = `\\\\H\\root\\virtualization\\v2:Msvm_DiskDrive.CreationClassName="Msvm_DiskDrive",DeviceID="Microsoft:${config}\\\\7",SystemCreationClassName="Msvm_ComputerSystem",SystemName="H"`;
    expect(parseObjectPath(text)?.keys).toEqual({
      creationclassname: 'Msvm_DiskDrive',
      deviceid: `Microsoft:${config}\\7`,
      systemcreationclassname: 'Msvm_ComputerSystem',
      systemname: 'H',
    });
  });

  test('a file is no object path', () => {
    expect(parseObjectPath('D:\\VMs\\a.vhdx')).toBeUndefined();
    expect(parseObjectPath(null)).toBeUndefined();
  });
});
