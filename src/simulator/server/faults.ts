/**
 * The faults this server answers with. Numbers, subcodes and texts are those of Windows (wsmerror.h, MS-WSMV 3.1.4);
 * fault-texts.ts has the most frequent texts in the other languages of the fleet.
 */
export interface Fault {
  /** Decimal of the WSManFault's code. */
  readonly code: number;
  readonly sender: boolean;
  /** Prefixes: w WS-Management, a WS-Addressing, n WS-Enumeration, s SOAP. */
  readonly subcode: string;
  readonly text: string;
  /** HTTP status; 500 unless said otherwise. */
  readonly status?: number;
}

const sender = (code: number, subcode: string, text: string): Fault => ({ code, sender: true, subcode, text });
const receiver = (code: number, subcode: string, text: string): Fault => ({ code, sender: false, subcode, text });

export const faults = {
  accessDenied: sender(5, 'w:AccessDenied', 'Access is denied.'),
  busy: receiver(170, 'w:InternalError', 'The requested resource is in use.'),
  /** A replay asks for an answer that is not there yet: 0x54F. */
  stillPending: receiver(1359, 'w:InternalError', 'An internal error occurred.'),
  commandExists: sender(183, 'w:AlreadyExists', 'Cannot create a file when that file already exists.'),
  aborted: receiver(
    995,
    'w:InternalError',
    'The I/O operation has been aborted because of either a thread exit or an application request.',
  ),
  /** ERROR_BROKEN_PIPE: stdin was sent to a command that no longer reads it. */
  brokenPipe: receiver(2147942509, 'w:InternalError', 'The pipe has been ended.'),
  /** WBEM_E_NOT_SUPPORTED, 0x8004100C. */
  notSupported: receiver(2147749900, 'w:InternalError', 'The WMI provider does not support this operation.'),
  actionNotSupported: sender(
    2150858753,
    'a:ActionNotSupported',
    'The WS-Management service cannot process the request because the action is not supported by the resource.',
  ),
  destinationUnreachable: sender(
    2150858770,
    'a:DestinationUnreachable',
    'The WS-Management service cannot process the request. The service cannot find the resource identified by the resource URI and selectors.',
  ),
  cannotProcessFilter: sender(
    2150858778,
    'n:CannotProcessFilter',
    'The data source could not process the filter. The filter might be missing or it might be invalid. Change the filter and try the request again.',
  ),
  invalidEnumerationContext: receiver(
    2150858779,
    'n:InvalidEnumerationContext',
    'The WS-Management service cannot process the request because the enumeration context is invalid.',
  ),
  filterDialect: sender(
    2150858784,
    'n:FilterDialectRequestedUnavailable',
    'The WS-Management service cannot process the request because the filter dialect is not supported.',
  ),
  envelopeTooLarge: {
    ...sender(
      2150858790,
      'w:EncodingLimit',
      'The WS-Management service cannot process the request because the request is larger than the configured MaxEnvelopeSize.',
    ),
    status: 413,
  },
  timedOut: receiver(
    2150858793,
    'w:TimedOut',
    'The WS-Management service cannot complete the operation within the time specified in OperationTimeout.',
  ),
  invalidResourceUri: sender(
    2150858811,
    'a:DestinationUnreachable',
    'The WS-Management service cannot process the request because the resource URI is missing or has an incorrect format.',
  ),
  schemaViolation: sender(
    2150858817,
    'w:SchemaValidationError',
    'The WS-Management service cannot process the request because the XML is invalid against its schema.',
  ),
  announcedEnvelopeTooSmall: sender(
    2150858823,
    'w:EncodingLimit',
    'The WS-Management service cannot process the request because the MaxEnvelopeSize value is below the minimum of 8192.',
  ),
  responseOverAnnouncedEnvelope: sender(
    2150858824,
    'w:EncodingLimit',
    'The response that the WS-Management service computed exceeds the maximum envelope size in the request.',
  ),
  responseOverServerEnvelope: receiver(
    2150858825,
    'w:EncodingLimit',
    'The response that the WS-Management service computed exceeds the internal limit for envelope size.',
  ),
  shellNotFound: sender(
    2150858843,
    'w:InvalidSelectors',
    'The request for the Windows Remote Shell failed because the shell was not found on the server.',
  ),
  localeNotUnderstood: sender(
    2150858887,
    'w:UnsupportedFeature',
    'The WS-Management service does not support the mustUnderstand attribute on the Locale header.',
  ),
  headerNotUnderstood: sender(
    2150858766,
    's:MustUnderstand',
    'The WS-Management service cannot process a SOAP header that has mustUnderstand set.',
  ),
  tooManyShells: sender(
    2150859173,
    'w:QuotaLimit',
    'The WS-Management service cannot process the request. This user is allowed a maximum number of concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user.',
  ),
  tooManyShellUsers: sender(
    2150859179,
    'w:QuotaLimit',
    'The WS-Management service cannot process the request. The maximum number of concurrent users of the shell plug-in has been exceeded. Retry later or raise the MaxConcurrentUsers quota.',
  ),
  shellsNotAllowed: sender(
    2150859180,
    'w:AccessDenied',
    'The WS-Management service cannot process the request. The service is configured to not accept any remote shell requests.',
  ),
  tooManyOperations: sender(
    2150859174,
    'w:QuotaLimit',
    'The WS-Management service cannot process the request. This user has exceeded the maximum number of concurrent operations. Close existing operations for this user or raise the quota.',
  ),
  tooManyRequests: sender(
    2150859175,
    'w:QuotaLimit',
    'This user load quota of 1000 requests per 2 seconds has been exceeded. Send future requests at a slower rate or raise the quota for this user.',
  ),
  tooManyPluginShells: sender(
    2150859238,
    'w:QuotaLimit',
    'The WS-Management service cannot process the request. The maximum number of concurrent shells for this plug-in has been exceeded. Retry later or raise the quota.',
  ),
  tooManyCommands: sender(
    2150859241,
    'w:QuotaLimit',
    'The WS-Management service cannot process the request. The maximum number of concurrent commands per shell has been exceeded.',
  ),
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

/** The same fault with a text that says more. */
export const withText = (fault: Fault, text: string): Fault => ({ ...fault, text });
