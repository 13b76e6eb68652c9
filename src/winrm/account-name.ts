import { X509Certificate } from 'node:crypto';
import type { Credential } from './winrm-session.ts';

/** Who a credential is for, as a user would say it: the account, or the subject of the client certificate on one line. */
export const accountName = (credential: Credential): string =>
  'user' in credential
    ? credential.user
    : new X509Certificate(credential.certificate.certificate).subject.split('\n').join(', ');
