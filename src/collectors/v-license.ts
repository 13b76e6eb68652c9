import type { Row } from '../facts/fact-table.ts';
import { dateOf, textOf } from './cell-values.ts';
import { empty } from './empty-column.ts';
import { coresOf } from './host-figures.ts';
import { installedLicences } from './joins/licences.ts';
import { hostCollector, hostColumnFacts } from './per-host.ts';
import { type HostSubject, sdkColumns } from './vm-columns.ts';

interface LicenseSubject extends HostSubject {
  readonly licence: Row<'licences'>;
  readonly cores: number | null;
}

/** vLicense: one row per edition of Windows that a host has a key of. The key itself is never asked for. */
export const vLicense = hostCollector<LicenseSubject>({
  tab: 'vLicense',
  requires: ['licences'],
  optional: [...hostColumnFacts, 'hostProcessors'],
  subjects: ({ host, fleet, facts }) =>
    (installedLicences(facts) ?? []).map((licence) => ({ host, fleet, licence, cores: coresOf(facts) })),
  columns: {
    Name: ({ licence }) => textOf(licence.Name),
    // Its last five characters, by which an administrator knows it.
    Key: ({ licence }) => `XXXXX-XXXXX-XXXXX-XXXXX-${licence.PartialProductKey?.trim()}`,
    Labels: empty('Windows has no labels of licences'),
    'Cost Unit': () => 'cpuCore:16core',
    // RVTools' neutral number: a host does not know how many cores were bought.
    Total: () => 0,
    Used: ({ cores }) => cores,
    'Expiration Date': ({ licence }) => dateOf(licence.EvaluationEndDate) ?? 'Never',
    Features: empty('Windows does not list the features of a licence'),
    ...sdkColumns,
  },
});
