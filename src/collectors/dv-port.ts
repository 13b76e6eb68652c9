import { trueOrFalse } from './cell-values.ts';
import {
  type DistributedSwitch,
  distributedSwitchesHere,
  distributedSwitchFacts,
  idInCluster,
  unshapedColumns,
} from './distributed-switches.ts';
import { empty } from './empty-column.ts';
import type { PortGroup } from './joins/port-groups.ts';
import type { Vlan } from './network-name.ts';
import { hostCollector } from './per-host.ts';
import { sdkColumns } from './vm-columns.ts';

interface DistributedPort extends DistributedSwitch {
  readonly portGroup: PortGroup;
}

const noLink = empty('a port group of Hyper-V has no link of its own');
const noOrder = empty('which adapters of a team are in use is told by each host');
const noFailover = empty('the teams of Hyper-V have no such setting');
const noOverride = empty('a port group of Hyper-V has no settings that its ports could override');

/** 0 untagged; a trunk has no one number. */
function vlanNumber(vlan: Vlan): number | null {
  if (vlan.mode === 'access') return vlan.id;
  return vlan.mode === 'untagged' ? 0 : null;
}

/** dvPort: one row per VLAN in use on each switch of dvSwitch, over all its hosts. */
export const dvPort = hostCollector<DistributedPort>({
  tab: 'dvPort',
  ...distributedSwitchFacts,
  subjects: (source) =>
    distributedSwitchesHere(source).flatMap((subject) =>
      subject.shared.portGroups.map((portGroup) => ({ ...subject, portGroup })),
    ),
  columns: {
    Port: ({ portGroup }) => portGroup.name,
    Switch: ({ shared }) => shared.name,
    Type: () => 'earlyBinding',
    '# Ports': ({ portGroup, isWhole }) => (isWhole ? portGroup.ports : null),
    VLAN: ({ portGroup }) => vlanNumber(portGroup.vlan),
    Speed: noLink,
    'Full Duplex': noLink,
    Blocked: noLink,
    'Allow Promiscuous': () => 'False',
    'Mac Changes': ({ portGroup }) => trueOrFalse(portGroup.macSpoofing),
    'Active Uplink': noOrder,
    'Standby Uplink': noOrder,
    Policy: ({ shared }) => shared.policy,
    'Forged Transmits': ({ portGroup }) => trueOrFalse(portGroup.macSpoofing),
    ...unshapedColumns,
    'Reverse Policy': noFailover,
    'Notify Switch': noFailover,
    'Rolling Order': noFailover,
    'Check Beacon': noFailover,
    'Live Port Moving': noFailover,
    'Check Duplex': noFailover,
    'Check Error %': noFailover,
    'Check Speed': noFailover,
    Percentage: noFailover,
    'Block Override': noOverride,
    'Config Reset': noOverride,
    'Shaping Override': noOverride,
    'Vendor Config Override': noOverride,
    'Sec. Policy Override': noOverride,
    'Teaming Override': noOverride,
    'Vlan Override': noOverride,
    'Object ID': (subject) => `dvportgroup-${idInCluster(subject, `${subject.shared.name}/${subject.portGroup.name}`)}`,
    ...sdkColumns,
  },
});
