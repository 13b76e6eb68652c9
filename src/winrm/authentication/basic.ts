import { success } from '../../result.ts';
import { winrmError } from '../winrm-error.ts';
import { offeredSchemes, offeredText } from './challenges.ts';
import { type Authentication, passwordOf } from './scheme.ts';

/** Basic (RFC 7617): the password goes with every request, so over https, or where the user insists. */
export const basic: Authentication = {
  objection: ({ target, allowBasicOverHttp }) =>
    target.scheme === 'http' && !allowBasicOverHttp ? winrmError('basicOverHttp', target.host) : undefined,

  authenticate: async (request) => {
    const { target } = request;
    const credential = passwordOf(request);
    const pair = Buffer.from(`${credential.user}:${credential.password}`, 'utf8').toString('base64');
    return success({
      headers: { authorization: `Basic ${pair}` },
      protection: undefined,
      notes: {},
      unauthorized: (challenges) => {
        const offered = offeredSchemes(challenges).some(({ scheme }) => scheme.toLowerCase() === 'basic');
        return offered
          ? winrmError('logonRefused', target.host, undefined, `HTTP 401; ${offeredText(challenges)}`)
          : winrmError('authenticationNotOffered', target.host, undefined, offeredText(challenges));
      },
    });
  },
};
