import type { FactOutcomes } from '../../facts/fact.ts';
import type { Row } from '../../facts/fact-table.ts';
import { knownRows } from './facts.ts';

/** `ApplicationID` of Windows among the products that are licensed on a host. */
const windows = '55c92734-d682-4d71-983e-d6ec3f16059f';

/** The editions of Windows with a key on this host; undefined where they are not known. */
export const installedLicences = (facts: FactOutcomes): readonly Row<'licences'>[] | undefined =>
  knownRows(facts, 'licences')?.filter(
    ({ ApplicationID, PartialProductKey }) =>
      ApplicationID?.toLowerCase() === windows && Boolean(PartialProductKey?.trim()),
  );
