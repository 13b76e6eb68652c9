import type { WinrmErrorCode } from './winrm-error.ts';

/**
 * What the numbers in a fault mean to the user: Win32 and WBEM errors, and those of wsmerror.h. Both carriers of a fault
 * (WSManFault and MSFT_WmiError) bring them.
 */
export const codesByFaultNumber: Readonly<Record<number, WinrmErrorCode>> = {
  5: 'accessDenied', // ERROR_ACCESS_DENIED
  170: 'hostBusy', // ERROR_BUSY
  995: 'shellGone', // ERROR_OPERATION_ABORTED
  1223: 'shellGone', // ERROR_CANCELLED
  // The host tried the account and was refused: trying it again counts towards a lock-out.
  1326: 'logonRefused', // ERROR_LOGON_FAILURE
  1359: 'hostBusy', // ERROR_INTERNAL_ERROR: it still works on the message that was sent again
  2147749890: 'resourceNotFound', // 0x80041002 WBEM_E_NOT_FOUND
  2147749891: 'accessDenied', // 0x80041003 WBEM_E_ACCESS_DENIED
  // 0x8004100C WBEM_E_NOT_SUPPORTED: a driver's class in root/WMI of which there is no instance
  2147749900: 'resourceNotFound',
  2147749902: 'resourceNotFound', // 0x8004100E WBEM_E_INVALID_NAMESPACE
  2147749904: 'resourceNotFound', // 0x80041010 WBEM_E_INVALID_CLASS
  2147749911: 'invalidQuery', // 0x80041017 WBEM_E_INVALID_QUERY
  2147942405: 'accessDenied', // 0x80070005 E_ACCESSDENIED
  2147943418: 'shellGone', // 0x800703FA: a registry key of the shell's is marked for deletion
  2150858752: 'resourceNotFound', // 0x80338000
  2150858753: 'invalidRequest', // 0x80338001: the action is not supported by the resource
  2150858766: 'invalidRequest', // 0x8033800E: a header that must be understood is not
  2150858770: 'resourceNotFound', // 0x80338012 DESTINATION_UNREACHABLE
  2150858778: 'invalidQuery', // 0x8033801A ENUMERATE_CANNOT_PROCESS_FILTER
  2150858779: 'enumerationLost', // 0x8033801B INVALID_ENUMERATION_CONTEXT
  2150858780: 'enumerationLost', // 0x8033801C ENUMERATE_TIMED_OUT
  2150858790: 'requestTooLarge', // 0x80338026 ENVELOPE_TOO_LARGE
  2150858793: 'operationTimedOut', // 0x80338029 OPERATION_TIMEDOUT
  2150858811: 'resourceNotFound', // 0x8033803B INVALID_RESOURCE_URI
  2150858813: 'invalidRequest', // 0x8033803D INVALID_SELECTORS
  2150858815: 'quotaReached', // 0x8033803F QUOTA_LIMIT
  2150858817: 'invalidRequest', // 0x80338041 SCHEMA_VALIDATION_ERROR
  2150858823: 'answerTooLarge', // 0x80338047 MAX_ENVELOPE_SIZE
  2150858824: 'answerTooLarge', // 0x80338048 MAX_ENVELOPE_SIZE_EXCEEDED
  2150858825: 'answerTooLarge', // 0x80338049 SERVER_ENVELOPE_LIMIT
  2150858843: 'shellGone', // 0x8033805B UNEXPECTED_SELECTORS
  2150858883: 'pluginFailed', // 0x80338083 PLUGIN_FAILED
  2150858887: 'invalidRequest', // 0x80338087: mustUnderstand on the locale
  2150859173: 'shellQuota', // 0x803381A5 QUOTA_MAX_SHELLS
  2150859174: 'operationQuota', // 0x803381A6 QUOTA_MAX_OPERATIONS
  2150859175: 'requestRateQuota', // 0x803381A7 QUOTA_USER
  2150859176: 'requestRateQuota', // 0x803381A8 QUOTA_SYSTEM
  2150859179: 'shellUserQuota', // 0x803381AB QUOTA_MAX_SHELLUSERS
  2150859180: 'shellsNotAllowed', // 0x803381AC REMOTESHELLS_NOT_ALLOWED
  2150859204: 'shellGone', // 0x803381C4
  2150859230: 'shellGone', // 0x803381DE
  2150859236: 'shellQuota', // 0x803381E4 QUOTA_MAX_SHELLS_PPQ
  2150859237: 'shellUserQuota', // 0x803381E5 QUOTA_MAX_USERS_PPQ
  2150859238: 'pluginQuota', // 0x803381E6 QUOTA_MAX_PLUGINSHELLS_PPQ
  2150859239: 'pluginQuota', // 0x803381E7 QUOTA_MAX_PLUGINOPERATIONS_PPQ
  2150859240: 'operationQuota', // 0x803381E8 QUOTA_MAX_OPERATIONS_USER_PPQ
  2150859241: 'commandQuota', // 0x803381E9 QUOTA_MAX_COMMANDS_PER_SHELL_PPQ
  2150859242: 'quotaReached', // 0x803381EA QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ
};

/** For faults without a number that we know: the subcodes that DSP0226 names. */
export const codesBySubcode: Readonly<Record<string, WinrmErrorCode>> = {
  AccessDenied: 'accessDenied',
  ActionNotSupported: 'invalidRequest',
  CannotProcessFilter: 'invalidQuery',
  Concurrency: 'hostBusy',
  DestinationUnreachable: 'resourceNotFound',
  EncodingLimit: 'answerTooLarge',
  InvalidEnumerationContext: 'enumerationLost',
  InvalidSelectors: 'invalidRequest',
  QuotaLimit: 'quotaReached',
  SchemaValidationError: 'invalidRequest',
  TimedOut: 'operationTimedOut',
};

/** What an HTTP status means where no fault explains it; others are told apart by their hundred. */
export const codesByStatus: Readonly<Record<number, WinrmErrorCode>> = {
  400: 'requestRejected',
  403: 'httpForbidden',
  404: 'notWinrm',
  405: 'notWinrm',
  411: 'requestRejected',
  413: 'requestTooLarge',
  415: 'requestRejected',
  503: 'serviceUnavailable',
};
