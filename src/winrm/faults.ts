/** SOAP faults: read from both carriers that Windows uses, and mapped by number to our error codes. */

import { codesByFaultNumber, codesByStatus, codesBySubcode } from './fault-codes.ts';
import { child, descend, descendants, type XmlElement } from './soap/xml.ts';
import { windowsNumber } from './windows-number.ts';
import { type WinrmError, type WinrmErrorCode, winrmError } from './winrm-error.ts';

export interface SoapFault {
  /** WSManFault/@Code and MSFT_WmiError/error_Code, unsigned, in that order; empty where the host gives none. */
  readonly numbers: readonly number[];
  /** Local name of the innermost subcode, e.g. `TimedOut`. */
  readonly subcode: string | undefined;
  /** All the host says, on one line. */
  readonly text: string;
}

/** Fault numbers that the client acts upon. */
export const faultNumbers = {
  busy: 170,
  /** The host still works on the message that was sent again. */
  stillPending: 1359,
  invalidContext: 2150858779,
  contextTimedOut: 2150858780,
  timedOut: 2150858793,
} as const;

const longestText = 2_000;

/** Reads an s:Fault. */
export function parseFault(fault: XmlElement): SoapFault {
  const detail = child(fault, 'Detail');
  const inDetail = detail === undefined ? [] : descendants(detail);
  const wsman = inDetail.filter(({ name }) => name === 'WSManFault').map(({ attributes }) => attributes.Code);
  const wmi = inDetail.filter(({ name }) => name === 'error_Code').map(({ text }) => text.trim());
  return {
    numbers: [...wsman, ...wmi].flatMap(unsigned),
    subcode: innermostSubcode(child(fault, 'Code')),
    text: textOf([descend(fault, 'Reason', 'Text'), ...inDetail.filter(saysSomething)]),
  };
}

const unsigned = (text: string | undefined): number[] => {
  const number = windowsNumber(text ?? '');
  return number === undefined ? [] : [number];
};

function innermostSubcode(code: XmlElement | undefined): string | undefined {
  const subcode = child(code, 'Subcode');
  if (subcode === undefined) return undefined;
  return innermostSubcode(subcode) ?? child(subcode, 'Value')?.text.trim().split(':').at(-1);
}

const saysSomething = ({ name, children }: XmlElement): boolean =>
  children.length === 0 && name !== 'error_Code' && name !== 'error_Type' && name !== 'error_WindowsErrorMessage';

/** Windows says the same in several places: each text once. */
function textOf(elements: readonly (XmlElement | undefined)[]): string {
  const texts = elements
    .map((element) => (element?.text ?? '').replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  return [...new Set(texts)].join(' | ').slice(0, longestText);
}

/** True if the fault carries this number. */
export const hasNumber = (fault: SoapFault | undefined, number: number): boolean =>
  fault?.numbers.includes(number) ?? false;

/** The code of a subcode that is in the table itself: `toString` is a name that every object has. */
const subcodeOf = ({ subcode = '' }: SoapFault): WinrmErrorCode | undefined =>
  Object.hasOwn(codesBySubcode, subcode) ? codesBySubcode[subcode] : undefined;

/** What a host says where nobody reads a command's stdin any more: ERROR_BROKEN_PIPE, ERROR_NO_DATA and their HRESULTs. */
const pipeEnded: ReadonlySet<number> = new Set([109, 232, 2147942509, 2147942632]);

/** True where a Send came too late: the command has ended. */
export const isPipeEnded = (fault: SoapFault | undefined): boolean =>
  fault?.numbers.some((number) => pipeEnded.has(number)) ?? false;

/** The error a fault stands for. */
export function faultError(host: string, fault: SoapFault): WinrmError {
  const code =
    fault.numbers.map((number) => codesByFaultNumber[number]).find((known) => known !== undefined) ??
    subcodeOf(fault) ??
    'wsmanFault';
  const number = fault.numbers.map((value) => `${value} (0x${value.toString(16).toUpperCase()})`).join(', ');
  const detail = [number, fault.subcode, fault.text].filter((part) => part !== undefined && part !== '').join(': ');
  return winrmError(code, host, undefined, detail);
}

/** The error an HTTP status stands for, where no SOAP fault explains it; `what` says what came instead. */
export function statusError(host: string, status: number, what: string, sealed: boolean): WinrmError {
  const detail = what === '' ? `HTTP ${status} without a body` : `HTTP ${status}: ${what}`;
  return winrmError(codeOfStatus(status, what === '', sealed), host, undefined, detail);
}

function codeOfStatus(status: number, empty: boolean, sealed: boolean): WinrmErrorCode {
  const known = codesByStatus[status];
  if (known !== undefined) return known;
  // Windows refuses what is not encrypted without a word.
  if (status === 500 && empty && !sealed) return 'unencryptedRefused';
  if (status >= 500) return 'serviceFailed';
  return status >= 300 && status < 400 ? 'notWinrm' : 'protocolViolation';
}
