/** The Windows Server versions of the fleet, and what differs between their Hyper-V's. */

/** Year of the release, as `cim-schema.json` marks what came later: `type@year`. */
export type Generation = 2012 | 2016 | 2019 | 2022 | 2025;

export interface OperatingSystem {
  readonly name: '2012 R2' | '2016' | '2019' | '2022' | '2025';
  readonly generation: Generation;
  /** Win32_OperatingSystem.Caption without the language's trademark signs. */
  readonly caption: string;
  readonly version: string;
  readonly buildNumber: string;
  /** Win32_OperatingSystem.OperatingSystemSKU: 8 Datacenter. */
  readonly sku: number;
  /** Msvm_VirtualSystemSettingData.Version of a VM made here. */
  readonly configurationVersion: string;
  /** Older versions that VMs brought from older hosts still have. */
  readonly olderConfigurationVersions: readonly string[];
  /** MSCluster_Cluster.ClusterFunctionalLevel. */
  readonly clusterFunctionalLevel: number;
}

export type OperatingSystemName = OperatingSystem['name'];

const windows = (
  name: OperatingSystemName,
  generation: Generation,
  version: string,
  configurationVersion: string,
  olderConfigurationVersions: readonly string[],
  clusterFunctionalLevel: number,
): OperatingSystem => ({
  name,
  generation,
  caption: `Microsoft Windows Server ${name} Datacenter`,
  version,
  buildNumber: version.split('.')[2] ?? '',
  sku: 8,
  configurationVersion,
  olderConfigurationVersions,
  clusterFunctionalLevel,
});

export const operatingSystems: Readonly<Record<OperatingSystemName, OperatingSystem>> = {
  '2012 R2': windows('2012 R2', 2012, '6.3.9600', '5.0', [], 8),
  '2016': windows('2016', 2016, '10.0.14393', '8.0', ['5.0'], 9),
  '2019': windows('2019', 2019, '10.0.17763', '9.0', ['5.0', '8.0'], 10),
  '2022': windows('2022', 2022, '10.0.20348', '10.0', ['8.0', '9.0'], 11),
  '2025': windows('2025', 2025, '10.0.26100', '12.0', ['9.0', '10.0'], 12),
};

/** Share of hosts by version. */
export const operatingSystemShares: Readonly<Record<OperatingSystemName, number>> = {
  '2012 R2': 0.12,
  '2016': 0.18,
  '2019': 0.3,
  '2022': 0.28,
  '2025': 0.12,
};
