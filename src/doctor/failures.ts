/** Findings made from errors. */
import type { HostError } from '../inventory/host-error.ts';
import type { WinrmError } from '../winrm/winrm-error.ts';
import { costsOfEverything } from './costs.ts';
import type { Finding } from './finding.ts';
import { mendingOf, type Patient } from './mending.ts';

/** What the error says, on one line: the other side's own words where there are some. */
export function saidBy({ message, detail, host }: Pick<HostError, 'message' | 'detail' | 'host'>): string {
  // The host's name stands above all of its steps.
  const sentence = message.startsWith(`${host}: `) ? message.slice(host.length + 2) : message;
  return detail === undefined || detail === '' ? sentence : `${sentence} (${detail})`;
}

/** After this nothing of the host can be had. */
export const fatal = (error: HostError | WinrmError, patient: Patient): Finding => ({
  status: 'failed',
  code: error.code,
  seen: saidBy(error),
  costs: costsOfEverything(),
  mending: mendingOf(error, patient),
  fatal: true,
});

/** After this nothing more can be asked. */
export const ending = (error: HostError | WinrmError, patient: Patient): Finding => ({
  ...fatal(error, patient),
  ends: true,
});
