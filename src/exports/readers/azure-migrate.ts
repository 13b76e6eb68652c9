import { isBlank, type NamedVm, namedVm, type Reader } from './reader.ts';

const osColumn = 'OS according to the configuration file';
/** It refuses an import of so many servers. */
const tooManyServers = 20_000;
/** Names that it knows operating systems by. */
const supportedName =
  /Windows|Red Hat|RHEL|CentOS|Rocky|AlmaLinux|Ubuntu|Debian|SUSE|SLES|Oracle|FreeBSD|Other (?:\S+ )*Linux/i;
/** What it sizes a server by, from vInfo and from tabs joined by VM UUID; a blank is no size. */
const sizes: Readonly<Record<string, readonly string[]>> = {
  vInfo: ['CPUs', 'Memory', 'Provisioned MiB', 'In Use MiB'],
  vMemory: ['Size MiB', 'Reservation'],
  vPartition: ['Capacity MiB', 'Consumed MiB'],
};
const joinedTabs = Object.keys(sizes).filter((tab) => tab !== 'vInfo');

/** Azure Migrate's import of RVTools workbooks. */
export const azureMigrate: Reader = {
  name: 'Azure Migrate import',
  look(remark) {
    let servers = 0;
    const lacking = new Map(joinedTabs.map((tab) => [tab, new Map<string, NamedVm>()]));
    return {
      row(tab, row) {
        const uuid = String(row['VM UUID'] ?? '');
        lacking.get(tab)?.delete(uuid);
        for (const column of sizes[tab] ?? []) {
          if (isBlank(row, column)) remark(`${column} of ${tab} is blank`, namedVm(row));
        }
        if (tab !== 'vInfo') return;
        servers += 1;
        const vm = namedVm(row);
        if (isBlank(row, 'VM UUID')) remark('no VM UUID', vm);
        else for (const vms of lacking.values()) vms.set(uuid, vm);
        if (isBlank(row, osColumn)) remark('no operating system', vm);
        else if (!supportedName.test(String(row[osColumn]))) remark('an operating system it does not know', vm);
      },
      end() {
        for (const [tab, vms] of lacking) for (const vm of vms.values()) remark(`no row in ${tab}`, vm);
        if (servers >= tooManyServers) remark(`${tooManyServers} servers or more`);
      },
    };
  },
};
