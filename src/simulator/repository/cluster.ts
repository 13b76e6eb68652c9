import type { Values } from '../cim-classes.ts';
import type { ClusterModel, Machine } from '../model.ts';
import type { ClusterRole, HostView } from './host-view.ts';

/** root/MSCluster: every node tells the same. */

export const cluster = ({ machine: { cluster: model } }: HostView): Values[] =>
  model === null
    ? []
    : [
        {
          Name: model.name,
          Fqdn: model.fqdn,
          Caption: model.name,
          ClusterFunctionalLevel: model.os.clusterFunctionalLevel,
          DrainOnShutdown: 1,
          DynamicQuorumEnabled: 1,
          EnableSharedVolumes: 1,
          AutoBalancerLevel: 1,
          AutoBalancerMode: 2,
          MaxNumberOfNodes: 64,
          QuorumType: 'Node and File Share Majority',
          SharedVolumesRoot: 'C:\\ClusterStorage',
        },
      ];

/** 0 up, 1 down, 2 paused. */
function nodeState(node: Machine): number {
  if (node.personality === 'dead') return 1;
  return node.board.paused ? 2 : 0;
}

export const nodes = ({ machine: { cluster: model } }: HostView): Values[] =>
  (model?.nodes ?? []).map((node, place) => ({
    Name: node.name,
    BuildNumber: Number(node.os.buildNumber),
    Id: String(place + 1),
    MajorVersion: Number(node.os.version.split('.')[0]),
    MinorVersion: Number(node.os.version.split('.')[1]),
    FaultDomain: [`Site:${node.name.split('-')[1] ?? 'HQ'}`, `Rack:R${(place % 3) + 1}`],
    NodeDrainStatus: node.board.paused ? 2 : 0,
    NodeWeight: 1,
    State: nodeState(node),
    StatusInformation: 0,
  }));

interface NamedRole extends ClusterRole {
  readonly groupName: string;
  readonly highlyAvailable: NonNullable<ClusterRole['vm']['highlyAvailable']>;
}

/** A group bears its VM's name; the cluster numbers names that are taken. */
function namedRoles(view: HostView): NamedRole[] {
  const taken = new Map<string, number>();
  return view.roles().flatMap((role) => {
    const { highlyAvailable, name } = role.vm;
    if (highlyAvailable === null) return [];
    const before = taken.get(name.toLowerCase()) ?? 0;
    taken.set(name.toLowerCase(), before + 1);
    return [{ ...role, highlyAvailable, groupName: before === 0 ? name : `${name} ${before + 1}` }];
  });
}

const firstNode = (model: ClusterModel): string => model.nodes[0]?.name ?? '';

export function groups(view: HostView): Values[] {
  const { cluster: model } = view.machine;
  if (model === null) return [];
  const core = (name: string, groupType: number): Values => ({
    Name: name,
    GroupType: groupType,
    IsCore: true,
    OwnerNode: firstNode(model),
    Priority: 0,
    State: 0,
  });
  return [
    core('Cluster Group', 1),
    core('Available Storage', 2),
    ...namedRoles(view).map(({ groupName, highlyAvailable, owner, vm }) => ({
      Name: groupName,
      AntiAffinityClassNames: highlyAvailable.antiAffinity === null ? null : [highlyAvailable.antiAffinity],
      AutoFailbackType: 0,
      FailoverPeriod: 6,
      FailoverThreshold: 4294967295,
      GroupType: 111,
      Id: vm.biosGuid.toLowerCase(),
      IsCore: false,
      OwnerNode: owner.name,
      PersistentState: vm.state === 2,
      Priority: highlyAvailable.priority,
      State: vm.state === 2 ? 0 : 1,
    })),
  ];
}

const resource = (name: string, type: string, group: string, node: string, online: boolean): Values => ({
  Name: name,
  Type: type,
  OwnerGroup: group,
  OwnerNode: node,
  // 2 online, 3 offline.
  State: online ? 2 : 3,
  CoreResource: group === 'Cluster Group',
  IsAlivePollInterval: 4294967295,
  LooksAlivePollInterval: 4294967295,
  RestartPeriod: 900_000,
  RestartThreshold: 1,
});

const privateProperties = (properties: Readonly<Record<string, string | number>>) => ({
  embedded: { className: 'MSCluster_Property', properties },
});

export function resources(view: HostView): Values[] {
  const { cluster: model } = view.machine;
  if (model === null) return [];
  const node = firstNode(model);
  return [
    {
      ...resource('Cluster IP Address', 'IP Address', 'Cluster Group', node, true),
      PrivateProperties: privateProperties({ Address: model.address, SubnetMask: '255.255.255.0', EnableDhcp: 0 }),
    },
    {
      ...resource('Cluster Name', 'Network Name', 'Cluster Group', node, true),
      PrivateProperties: privateProperties({ Name: model.name, DnsName: model.name.toLowerCase() }),
    },
    ...model.sharedVolumes.map((_, place) => ({
      ...resource(`Cluster Disk ${place + 1}`, 'Physical Disk', `CSV ${place + 1}`, node, true),
      IsClusterSharedVolume: true,
    })),
    ...namedRoles(view).flatMap(({ groupName, highlyAvailable, owner, vm }) => {
      // The cluster writes ids in lower case, Hyper-V in upper case.
      const common = { VmID: vm.id.toLowerCase(), DependsOnSharedVolumes: model.sharedVolumes[0]?.guid ?? '' };
      const bag = (properties: Readonly<Record<string, string | number>>) =>
        privateProperties({ ...common, ...properties });
      return [
        {
          ...resource(`Virtual Machine ${groupName}`, 'Virtual Machine', groupName, owner.name, vm.state === 2),
          PrivateProperties: bag({
            CheckHeartbeat: highlyAvailable.checkHeartbeat ? 1 : 0,
            OfflineAction: 1,
            ShutdownAction: 0,
            StartMemory: vm.memory.startup,
            VmState: vm.state,
          }),
        },
        {
          ...resource(
            `Virtual Machine Configuration ${groupName}`,
            'Virtual Machine Configuration',
            groupName,
            owner.name,
            true,
          ),
          PrivateProperties: bag({ VmStoreRootPath: vm.folder }),
        },
      ];
    }),
  ];
}

/** A rule that keeps two roles apart, where there are two. */
export function rules(view: HostView): Values[] {
  const [first, second] = namedRoles(view);
  if (first === undefined || second === undefined) return [];
  return [{ Name: 'KeepApart', RuleType: 2, Enabled: 1, Groups: [first.groupName, second.groupName] }];
}

export const sharedVolumes = ({ machine: { cluster: model } }: HostView): Values[] =>
  (model?.sharedVolumes ?? []).map((volume) => ({
    Name: volume.name,
    VolumeName: `\\\\?\\Volume{${volume.guid}}\\`,
    FaultState: 0,
    BackupState: 0,
    VolumeOffset: '1048576',
  }));

/** The partitions of the cluster's disks, in megabytes; the shared volumes lie on one each. */
export const diskPartitions = ({ machine: { cluster: model } }: HostView): Values[] =>
  (model?.sharedVolumes ?? []).map((volume) => ({
    FileSystem: 'CSVFS',
    FreeSpace: Math.floor(volume.free / 1_048_576),
    PartitionNumber: 2,
    Path: `\\\\?\\Volume{${volume.guid}}\\`,
    TotalSize: Math.floor(volume.capacity / 1_048_576),
    VolumeGuid: volume.guid,
    VolumeLabel: volume.name.split('\\').at(-1) ?? '',
  }));
