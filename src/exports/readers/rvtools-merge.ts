import { isBlank, namedVm, type Reader } from './reader.ts';

/** RVToolsMerge, which puts several workbooks into one. */
export const rvtoolsMerge: Reader = {
  name: 'RVToolsMerge',
  look(remark) {
    const seen = new Set<string>();
    return {
      row(tab, row) {
        if (tab !== 'vInfo') return;
        const vm = namedVm(row);
        const uuid = String(row['VM UUID'] ?? '');
        if (isBlank(row, 'VM UUID')) remark('no VM UUID', vm);
        else if (seen.has(uuid)) remark('a VM UUID that another VM has', vm);
        seen.add(uuid);
        if (isBlank(row, 'OS according to the configuration file')) remark('no operating system', vm);
      },
    };
  },
};
