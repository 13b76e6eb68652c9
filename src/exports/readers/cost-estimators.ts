import { isBlank, namedVm, type Reader } from './reader.ts';

/** Cost estimators. */
export const costEstimators: Reader = {
  name: 'Cost estimators',
  look: (remark) => ({
    row(tab, row) {
      if (tab === 'vInfo' && isBlank(row, 'Cluster')) remark('no cluster', namedVm(row));
    },
  }),
};
