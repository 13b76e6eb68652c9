import {
  type DistributedSwitch,
  distributedSwitchesHere,
  distributedSwitchFacts,
  idInCluster,
  unshapedColumns,
} from './distributed-switches.ts';
import { empty } from './empty-column.ts';
import { hostCollector } from './per-host.ts';
import { placeColumns, sdkColumns } from './vm-columns.ts';

const noDiscovery = empty('the switches of Hyper-V speak no discovery protocol');
const noLinkAggregation = empty('link aggregation is set for the team of each host, not for a switch');
const noContact = empty('the switches of Hyper-V name no administrator');

/** dvSwitch: one row per external switch that the nodes of a cluster have under one name. */
export const dvSwitch = hostCollector<DistributedSwitch>({
  tab: 'dvSwitch',
  ...distributedSwitchFacts,
  subjects: distributedSwitchesHere,
  columns: {
    Switch: ({ shared }) => shared.name,
    Datacenter: placeColumns.Datacenter,
    // Readers take it for the name of the switch as well.
    Name: ({ shared }) => shared.name,
    Vendor: () => 'Microsoft Corporation',
    Version: ({ host }) => host.identity.product.version,
    Description: empty('notes of a switch are kept on each host, and may differ'),
    Created: empty('Hyper-V does not keep when a switch was made'),
    'Host members': ({ shared }) => shared.hosts.join(', '),
    'Max Ports': empty('Hyper-V makes ports when they are needed'),
    '# Ports': ({ shared, isWhole }) => (isWhole ? shared.ports : null),
    '# VMs': ({ shared, isWhole }) => (isWhole ? shared.vms : null),
    ...unshapedColumns,
    'CDP Type': noDiscovery,
    'CDP Operation': noDiscovery,
    'LACP Name': noLinkAggregation,
    'LACP Mode': noLinkAggregation,
    'LACP Load Balance Alg.': noLinkAggregation,
    'Max MTU': ({ shared }) => shared.mtu,
    Contact: noContact,
    'Admin Name': noContact,
    'Object ID': (subject) => `dvs-${idInCluster(subject, subject.shared.name)}`,
    ...sdkColumns,
  },
});
