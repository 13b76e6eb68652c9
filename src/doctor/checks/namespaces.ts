import type { CimFactDeclaration } from '../../facts/fact.ts';
import { declarationOf } from '../../facts/fact-table.ts';
import { isLocalAccount } from '../../winrm/account-kind.ts';
import { endsConversation, type WinrmError } from '../../winrm/winrm-error.ts';
import type { Check, Examination } from '../check.ts';
import { costsOf, factsIn, namespacesOfFacts } from '../costs.ts';
import { ending, saidBy } from '../failures.ts';
import { type Mending, ok } from '../finding.ts';
import { joinGroup, mendingOf, quoted } from '../mending.ts';
import { patientOf } from '../patient.ts';

/** What the doctor knows of a namespace beyond the fact table. */
interface Place {
  readonly name: string;
  readonly title: string;
  /** What it means that the host has not got it. */
  readonly absent: string;
  /** What gives the account the right to read it. */
  readonly denied?: (examination: Examination) => Mending;
}

const places: Readonly<Record<string, Place>> = {
  'root/mscluster': {
    name: 'cluster',
    title: 'Cluster',
    absent: 'not a node of a cluster',
    denied: ({ user, session }) => {
      const local = isLocalAccount(user, session.authenticationNotes.computerName);
      return {
        where: 'host',
        what: `Let the account read the cluster; once, on any node.${local ? ' It has to be an account of the domain, and this one is local.' : ''}`,
        commands: [`Grant-ClusterAccess -User ${local ? "'<DOMAIN\\account>'" : quoted(user)} -ReadOnly`],
      };
    },
  },
  'root/microsoft/windows/storage': {
    name: 'storage',
    title: 'Storage',
    absent: 'no storage management on this Windows',
  },
  'root/wmi': { name: 'wmi', title: 'Multipath', absent: 'no disks on several paths' },
  'root/cimv2/power': { name: 'power', title: 'Power plan', absent: 'no power plans on this Windows' },
  'root/standardcimv2': { name: 'network', title: 'Network', absent: 'no network management on this Windows' },
};

/** Namespaces that have checks of their own. */
const ownChecks: ReadonlySet<string> = new Set(['root/cimv2', 'root/virtualization/v2']);

/** A check for every further namespace that the fact table reads. */
export const namespaceChecks = (): readonly Check[] =>
  namespacesOfFacts()
    .filter((namespace) => !ownChecks.has(namespace.toLowerCase()))
    .map(checkOf);

function checkOf(namespace: string): Check {
  const place = places[namespace.toLowerCase()] ?? { name: namespace, title: namespace, absent: 'not on this Windows' };
  return {
    name: place.name,
    title: place.title,
    phase: 'rights',
    look: async (examination) => {
      const { session, waits } = examination;
      const probe = probeOf(namespace);
      const read = await session.enumerate({
        namespace: probe.namespace,
        className: probe.className,
        ...(probe.where === undefined ? {} : { where: probe.where }),
        timeoutMs: waits.preflightMs,
      });
      if (read.ok) return ok(`${read.value.length} ${probe.className}`);
      if (endsConversation(read.error)) return ending(read.error, patientOf(examination));
      if (read.error.code === 'resourceNotFound' && probe.mayBeAbsent) return ok(place.absent);
      return {
        status: 'failed',
        code: read.error.code,
        seen: `${namespace}: ${saidBy(read.error)}`,
        costs: costsOf(factsIn(namespace)),
        mending: deniedMending(read.error, namespace, place, examination),
      };
    },
  };
}

/** The class that is asked for: the first one that is not known to take long. */
function probeOf(namespace: string): CimFactDeclaration {
  const declared = factsIn(namespace)
    .map(declarationOf)
    .filter((declaration) => 'namespace' in declaration && !('inputs' in declaration))
    .map((declaration) => declaration as CimFactDeclaration);
  const probe = declared.find(({ slow }) => !slow) ?? declared[0];
  if (probe === undefined) throw new Error(`no fact is read from ${namespace}`);
  return probe;
}

function deniedMending(error: WinrmError, namespace: string, place: Place, examination: Examination): Mending {
  const patient = patientOf(examination);
  if (error.code !== 'accessDenied') return mendingOf(error, patient);
  return (
    place.denied?.(examination) ?? {
      where: 'host',
      what:
        `Let the account read ${namespace}: in the window that opens, under Properties, Security, the namespace: ` +
        'Enable Account and Remote Enable. Some providers show it to administrators only; then the other way.',
      commands: ['wmimgmt.msc'],
      otherwise: {
        what: 'Make the account an administrator of the host.',
        commands: [joinGroup('administrators', patient)],
        weakens:
          'An administrator may change everything on the host, and the password is stored where this program runs.',
      },
    }
  );
}
