import { dvPort } from './dv-port.ts';
import { dvSwitch } from './dv-switch.ts';
import type { TabCollector } from './per-vm.ts';
import { vCd } from './v-cd.ts';
import { vCluster } from './v-cluster.ts';
import { vCpu } from './v-cpu.ts';
import { vDatastore } from './v-datastore.ts';
import { vDisk } from './v-disk.ts';
import { vFileInfo } from './v-file-info.ts';
import { vHba } from './v-hba.ts';
import { vHealth } from './v-health.ts';
import { vHost } from './v-host.ts';
import { vInfo } from './v-info.ts';
import { vLicense } from './v-license.ts';
import { vMemory } from './v-memory.ts';
import { vMultiPath } from './v-multi-path.ts';
import { vNetwork } from './v-network.ts';
import { vNic } from './v-nic.ts';
import { vPartition } from './v-partition.ts';
import { vPort } from './v-port.ts';
import { vRp } from './v-rp.ts';
import { vScVmk } from './v-sc-vmk.ts';
import { vSnapshot } from './v-snapshot.ts';
import { vSource } from './v-source.ts';
import { vSwitch } from './v-switch.ts';
import { vTools } from './v-tools.ts';
import { vUsb } from './v-usb.ts';

/** Every collector, in RVTools' order of tabs. A new tab is one new file and one line here. */
export const collectors: readonly TabCollector[] = [
  vInfo,
  vCpu,
  vMemory,
  vDisk,
  vPartition,
  vNetwork,
  vCd,
  vUsb,
  vSnapshot,
  vTools,
  vSource,
  vRp,
  vCluster,
  vHost,
  vHba,
  vNic,
  vSwitch,
  vPort,
  dvSwitch,
  dvPort,
  vScVmk,
  vDatastore,
  vMultiPath,
  vLicense,
  vFileInfo,
  vHealth,
];

/** The collector of a tab, by its exact name; undefined where there is none. */
export const collectorOf = (tab: string): TabCollector | undefined =>
  collectors.find((collector) => collector.tab === tab);

/** Tabs of all collectors, in RVTools' order. */
export const collectorNames: readonly string[] = collectors.map(({ tab }) => tab);
