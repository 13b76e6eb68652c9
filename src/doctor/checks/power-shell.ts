import type { Check } from '../check.ts';
import { skipped } from '../finding.ts';

/** Version, language mode and culture of PowerShell, and whether the collector script starts; found in the shell. */
export const powerShell: Check = {
  name: 'powerShell',
  title: 'PowerShell',
  phase: 'rights',
  look: async ({ known }) => known.powerShell ?? skipped('there was no shell to start it in'),
};
