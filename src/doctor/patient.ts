import type { Examination } from './check.ts';
import type { Patient } from './mending.ts';

/** What mending this host depends on, as far as it is known by now. */
export const patientOf = ({ host, user, session, known }: Examination): Patient => ({
  host: host.host,
  scheme: host.scheme,
  port: host.port,
  user,
  credential: host.credential,
  computerName: session.authenticationNotes.computerName,
  build: known.build,
});
