/** SOAP faults: read from both carriers that Windows uses, and mapped by number to our error codes. */
import { child, descend, descendants, type XmlElement } from './soap/xml.ts';
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

const codesByNumber: Readonly<Record<number, WinrmErrorCode>> = {
  5: 'accessDenied',
  170: 'hostBusy',
  995: 'shellGone',
  1223: 'shellGone',
  1326: 'accessDenied',
  1359: 'hostBusy',
  2147749890: 'resourceNotFound', // 0x80041002 WBEM_E_NOT_FOUND
  2147749891: 'accessDenied', // 0x80041003 WBEM_E_ACCESS_DENIED
  2147749902: 'resourceNotFound', // 0x8004100E WBEM_E_INVALID_NAMESPACE
  2147749904: 'resourceNotFound', // 0x80041010 WBEM_E_INVALID_CLASS
  2147749911: 'invalidQuery', // 0x80041017 WBEM_E_INVALID_QUERY
  2147942405: 'accessDenied', // 0x80070005 E_ACCESSDENIED
  2147943418: 'shellGone', // 0x800703FA, a registry key of the shell's is marked for deletion
  2150858752: 'resourceNotFound', // 0x80338000
  2150858770: 'resourceNotFound', // 0x80338012 DESTINATION_UNREACHABLE
  2150858778: 'invalidQuery', // 0x8033801A ENUMERATE_CANNOT_PROCESS_FILTER
  2150858779: 'operationTimedOut', // 0x8033801B INVALID_ENUMERATION_CONTEXT
  2150858780: 'operationTimedOut', // 0x8033801C ENUMERATE_TIMED_OUT
  2150858790: 'envelopeTooLarge', // 0x80338026
  2150858793: 'operationTimedOut', // 0x80338029
  2150858811: 'resourceNotFound', // 0x8033803B INVALID_RESOURCE_URI
  2150858815: 'operationQuota', // 0x8033803F QUOTA_LIMIT
  2150858823: 'envelopeTooLarge', // 0x80338047
  2150858824: 'envelopeTooLarge', // 0x80338048
  2150858825: 'envelopeTooLarge', // 0x80338049
  2150858843: 'shellGone', // 0x8033805B UNEXPECTED_SELECTORS
  2150859173: 'shellQuota', // 0x803381A5 QUOTA_MAX_SHELLS
  2150859174: 'operationQuota', // 0x803381A6 QUOTA_MAX_OPERATIONS
  2150859175: 'operationQuota', // 0x803381A7 QUOTA_USER
  2150859176: 'operationQuota', // 0x803381A8 QUOTA_SYSTEM
  2150859179: 'shellQuota', // 0x803381AB QUOTA_MAX_SHELLUSERS
  2150859180: 'shellsNotAllowed', // 0x803381AC
  2150859204: 'shellGone', // 0x803381C4
  2150859230: 'shellGone', // 0x803381DE
  2150859236: 'shellQuota', // 0x803381E4 QUOTA_MAX_SHELLS_PPQ
  2150859237: 'shellQuota', // 0x803381E5 QUOTA_MAX_USERS_PPQ
  2150859238: 'shellQuota', // 0x803381E6 QUOTA_MAX_PLUGINSHELLS_PPQ
  2150859239: 'operationQuota', // 0x803381E7 QUOTA_MAX_PLUGINOPERATIONS_PPQ
  2150859240: 'operationQuota', // 0x803381E8 QUOTA_MAX_OPERATIONS_USER_PPQ
  2150859241: 'operationQuota', // 0x803381E9 QUOTA_MAX_COMMANDS_PER_SHELL_PPQ
  2150859242: 'operationQuota', // 0x803381EA QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ
};

/** For faults without a number that we know: the subcodes that DSP0226 names. */
const codesBySubcode: Readonly<Record<string, WinrmErrorCode>> = {
  AccessDenied: 'accessDenied',
  CannotProcessFilter: 'invalidQuery',
  Concurrency: 'hostBusy',
  DestinationUnreachable: 'resourceNotFound',
  EncodingLimit: 'envelopeTooLarge',
  InvalidEnumerationContext: 'operationTimedOut',
  QuotaLimit: 'operationQuota',
  TimedOut: 'operationTimedOut',
};

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

const unsigned = (text: string | undefined): number[] =>
  text !== undefined && /^-?\d{1,10}$/.test(text) ? [Number(text) >>> 0] : [];

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

/** The error a fault stands for. */
export function faultError(host: string, fault: SoapFault): WinrmError {
  const code =
    fault.numbers.map((number) => codesByNumber[number]).find((known) => known !== undefined) ??
    codesBySubcode[fault.subcode ?? ''] ??
    'wsmanFault';
  const number = fault.numbers.map((value) => `${value} (0x${value.toString(16).toUpperCase()})`).join(', ');
  const detail = [number, fault.subcode, fault.text].filter((part) => part !== undefined && part !== '').join(': ');
  return winrmError(code, host, undefined, detail);
}

/** The error an HTTP status stands for, where no SOAP fault explains it; `what` says what came instead. */
export function statusError(host: string, status: number, what: string, sealed: boolean): WinrmError {
  const detail = what === '' ? `HTTP ${status} without a body` : `HTTP ${status}: ${what}`;
  if (status === 413) return winrmError('envelopeTooLarge', host, undefined, detail);
  if (status === 503) return winrmError('serviceUnavailable', host, undefined, detail);
  if (status === 403) return winrmError('accessDenied', host, undefined, detail);
  if (status === 500 && what === '' && !sealed) return winrmError('unencryptedRefused', host, undefined, detail);
  return winrmError('protocolViolation', host, undefined, detail);
}
