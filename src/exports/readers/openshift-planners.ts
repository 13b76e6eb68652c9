import { isBlank, namedVm, type Reader } from './reader.ts';

const needed = ['VM ID', 'VM', 'Cluster', 'VI SDK UUID'];

/** Migration planners for OpenShift. */
export const openshiftPlanners: Reader = {
  name: 'OpenShift migration planners',
  look(remark) {
    const empty = new Set(needed);
    let rows = 0;
    return {
      row(tab, row) {
        if (tab !== 'vInfo') return;
        rows += 1;
        for (const column of empty) if (!isBlank(row, column)) empty.delete(column);
        if (row.Template === 'True') remark('a template', namedVm(row));
      },
      end() {
        // Without a VM no column can hold anything, and the run has told why there is none.
        if (rows > 0) for (const column of empty) remark(`the column ${column} is wholly empty`);
      },
    };
  },
};
