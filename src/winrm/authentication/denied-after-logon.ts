import { type WinrmError, winrmError } from '../winrm-error.ts';
import { offeredText } from './challenges.ts';

/** A 401 on a connection that had been let in: the proof was right, so it says nothing against the account's secret. */
export const deniedAfterLogon = (host: string, challenges: readonly string[]): WinrmError =>
  winrmError('accessDenied', host, undefined, `HTTP 401 although the logon was accepted; ${offeredText(challenges)}`);
