import type { CimDiskFile, CimRepository, DiskFileTrouble } from '../../src/simulator/cim-repository.ts';

const virtualization = 'root/virtualization/v2';

/** A file of 40 GiB capacity that takes 5 GiB; `parent` makes it a differencing disk. */
export const diskFile = (
  path: string,
  more: { readonly parent?: string; readonly trouble?: DiskFileTrouble; readonly byJob?: true } = {},
): CimDiskFile => {
  const { parent = '', ...rest } = more;
  return {
    path,
    settings: {
      BlockSize: 33_554_432,
      Format: 3,
      LogicalSectorSize: 512,
      MaxInternalSize: '42949672960',
      ParentPath: parent,
      Path: path,
      PhysicalSectorSize: 4096,
      Type: parent === '' ? 3 : 4,
      VirtualDiskId: '6E0C9D7C-7C3B-4E53-9A67-0F4B5B0C1D01',
    },
    state: {
      Alignment: 1,
      FileSize: '5368709120',
      FragmentationPercentage: 7,
      InUse: true,
      MinInternalSize: null,
      PhysicalSectorSize: 4096,
      Timestamp: { datetime: '2026-11-20T08:15:30.250000Z' },
    },
    ...rest,
  };
};

/** The only instance of a class of services. */
const service = (className: string, name: string) => ({
  className,
  keys: ['SystemCreationClassName', 'SystemName', 'CreationClassName', 'Name'],
  properties: {
    SystemCreationClassName: 'string',
    SystemName: 'string',
    CreationClassName: 'string',
    Name: 'string',
  },
  instances: [
    {
      className,
      values: {
        SystemCreationClassName: 'Msvm_ComputerSystem',
        SystemName: 'HV01',
        CreationClassName: className,
        Name: name,
      },
    },
  ],
});

/** The same host with the service whose method tells the summaries. */
export function withSummaryService(repository: CimRepository): CimRepository {
  const className = 'Msvm_VirtualSystemManagementService';
  const classes = { ...repository.namespaces[virtualization], [className]: service(className, 'vmms') };
  return { ...repository, namespaces: { ...repository.namespaces, [virtualization]: classes } };
}

/** A host to which these paths are attached, in this order, and on which these files are. */
export function repositoryOfDisks(attached: readonly string[], diskFiles: readonly CimDiskFile[]): CimRepository {
  const image = (path: string, index: number, subType = 'Virtual Hard Disk') => ({
    className: 'Msvm_StorageAllocationSettingData',
    values: {
      InstanceID: `Microsoft:A\\B\\0\\${index}\\L`,
      ResourceType: 31,
      ResourceSubType: `Microsoft:Hyper-V:${subType}`,
      HostResource: [path],
    },
  });
  return {
    namespaces: {
      [virtualization]: {
        Msvm_StorageAllocationSettingData: {
          className: 'Msvm_StorageAllocationSettingData',
          keys: ['InstanceID'],
          properties: {
            InstanceID: 'string',
            ResourceType: 'uint16',
            ResourceSubType: 'string',
            HostResource: 'string[]',
          },
          instances: [
            ...attached.map((path, index) => image(path, index)),
            image('C:\\ISO\\setup.iso', 99, 'Virtual CD/DVD Disk'),
          ],
        },
        Msvm_ImageManagementService: service('Msvm_ImageManagementService', 'vhdsvc'),
      },
      'root/cimv2': {},
    },
    registry: {},
    diskFiles,
  };
}
