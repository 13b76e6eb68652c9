import type { WinrmError } from '../../winrm/winrm-error.ts';
import type { CimWireInstance } from '../../winrm/winrm-session.ts';
import type { Check } from '../check.ts';
import { costsOf, factsIn } from '../costs.ts';
import { saidBy } from '../failures.ts';
import { ok } from '../finding.ts';
import { letIn, mendingOf } from '../mending.ts';
import { patientOf } from '../patient.ts';

const namespace = 'root/cimv2';

/** May the account read root/cimv2: the host itself, its processors and volumes? */
export const windows: Check = {
  name: 'windows',
  title: 'Windows',
  phase: 'rights',
  look: async (examination) => {
    const { operatingSystem } = examination.known;
    if (operatingSystem !== undefined && !isError(operatingSystem)) {
      const text = (property: string): string => {
        const value = operatingSystem.properties[property]?.[0];
        return value?.kind === 'text' ? value.text.trim() : '';
      };
      return ok([text('Caption'), text('Version')].filter((part) => part !== '').join(', '));
    }
    const costs = costsOf(factsIn(namespace));
    if (operatingSystem === undefined)
      return { status: 'failed', code: 'emptyAnswer', seen: `${namespace} lists no operating system`, costs };
    const patient = patientOf(examination);
    const mending = operatingSystem.code === 'accessDenied' ? letIn(patient) : mendingOf(operatingSystem, patient);
    return {
      status: 'failed',
      code: operatingSystem.code,
      seen: `${namespace}: ${saidBy(operatingSystem)}`,
      costs,
      mending,
    };
  },
};

const isError = (value: CimWireInstance | WinrmError): value is WinrmError => 'code' in value;
