import type { WinrmErrorCode } from '../winrm/winrm-error.ts';
import type { FactErrorCode } from './fact.ts';

/** Errors of one operation that say more than that a fact failed. */
export const factErrorCodes: Partial<Record<WinrmErrorCode, FactErrorCode>> = {
  accessDenied: 'factDenied',
  operationTimedOut: 'factTimedOut',
};
