import type { AuthenticationScheme } from '../winrm-session.ts';
import { basic } from './basic.ts';
import { certificate } from './certificate.ts';
import { kerberos } from './kerberos.ts';
import { loadKerberosModule } from './kerberos-module.ts';
import { ntlm } from './ntlm.ts';
import type { Authentication } from './scheme.ts';

/** Every scheme there is. */
export const schemes: Readonly<Record<AuthenticationScheme, Authentication>> = {
  ntlm,
  basic,
  certificate,
  kerberos: kerberos(() => loadKerberosModule()),
};
