import { failure, success } from '../../result.ts';
import { statusError } from '../faults.ts';
import { winrmError } from '../winrm-error.ts';
import { offeredText } from './challenges.ts';
import type { Authentication } from './scheme.ts';

/** WS-Management's security profile for client certificates over https (DSP0226), as WinRM wants it said. */
const mutualProfile = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual';

/**
 * The client certificate of the TLS connection is the proof. The first request has no body: HTTP.sys asks for the
 * certificate only then, and must not be in the middle of a large one.
 */
export const certificate: Authentication = {
  objection: ({ target }) => (target.scheme === 'http' ? winrmError('certificateNeedsHttps', target.host) : undefined),

  authenticate: async ({ target: { host } }, connection) => {
    const headers = { authorization: mutualProfile };
    const answer = await connection.exchange(headers);
    if (!answer.ok) return answer;
    const notMapped = (challenges: readonly string[]) =>
      winrmError('clientCertificateNotMapped', host, undefined, `HTTP 401; ${offeredText(challenges)}`);
    const { status, challenges } = answer.value;
    if (status === 401) return failure(notMapped(challenges));
    if (status === 403) return failure(winrmError('clientCertificateRefused', host, undefined, 'HTTP 403'));
    if (status === 503) return failure(statusError(host, 503, 'to the client certificate', true));
    return success({ headers, protection: undefined, notes: {}, unauthorized: notMapped });
  },
};
