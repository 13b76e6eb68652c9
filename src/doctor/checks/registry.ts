import { declarationOf } from '../../facts/fact-table.ts';
import { gatherRegistry } from '../../facts/registry-gathering.ts';
import type { Check } from '../check.ts';
import { costsOf, factsOfRegistry } from '../costs.ts';
import { ending } from '../failures.ts';
import { ok, skipped } from '../finding.ts';
import { joinGroup } from '../mending.ts';
import { patientOf } from '../patient.ts';

/** May the account read the registry by StdRegProv, as facts without a CIM class are read? */
export const registry: Check = {
  name: 'registry',
  title: 'Registry',
  phase: 'rights',
  look: async (examination) => {
    const { session, waits } = examination;
    const facts = factsOfRegistry();
    const declaration = facts.map(declarationOf).find((declared) => 'registryKey' in declared);
    if (declaration === undefined) return skipped('no fact is read from it');
    const endsAt = performance.now() + waits.preflightMs;
    const { outcome, error } = await gatherRegistry(session, declaration, () => endsAt - performance.now());
    if (error !== undefined || outcome === undefined) {
      return error === undefined ? skipped('no answer') : ending(error, patientOf(examination));
    }
    if (outcome.status !== 'failed')
      return ok(`HKLM\\${declaration.registryKey} ${outcome.status === 'ok' ? 'read' : 'is not there'}`);
    return {
      status: 'failed',
      code: outcome.error.code,
      seen: `HKLM\\${declaration.registryKey}: ${outcome.error.message}`,
      costs: costsOf(facts),
      mending: {
        where: 'host',
        what: 'Let the account call StdRegProv: in the window that opens, under Properties, Security, root/cimv2: Execute Methods and Remote Enable.',
        commands: ['wmimgmt.msc'],
        otherwise: {
          what: 'Make the account an administrator of the host.',
          commands: [joinGroup('administrators', patientOf(examination))],
          weakens:
            'An administrator may change everything on the host, and the password is stored where this program runs.',
        },
      },
    };
  },
};
