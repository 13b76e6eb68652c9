import { nobody, openHostSession, type SessionServices, type SessionSettings } from '../activities/host-session.ts';
import type { HostEntry } from '../inventory/host-entry.ts';
import { activityFailed, type HostError, type HostErrorCode, hostError } from '../inventory/host-error.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import type { Result } from '../result.ts';
import { type Account, type AccountFailure, accountError } from '../settings/accounts.ts';
import { accountName } from '../winrm/account-name.ts';
import type { HostProbes } from '../winrm/host-probes.ts';
import { wait } from '../winrm/times.ts';
import type { Credential, OpenWinrmSession, WinrmSessionOptions } from '../winrm/winrm-session.ts';
import type { Check, Examination } from './check.ts';
import { checks } from './checks.ts';
import { diagnose } from './diagnosis.ts';
import { ending } from './failures.ts';
import { type Diagnosis, type Finding, type Step, skipped } from './finding.ts';
import { patientOf } from './patient.ts';

export type DoctorOptions = Pick<
  RunOptions,
  'authentication' | 'allowBasicOverHttp' | 'channelBinding' | 'via' | 'waits'
>;

/** What has an effect, handed in. */
export type DoctorServices = SessionServices & {
  readonly signal?: AbortSignal;
  readonly probes: (options: WinrmSessionOptions) => HostProbes;
  readonly now: () => Date;
};

/** One host under examination, phase by phase. */
export interface Visit {
  readonly host: HostEntry;
  /** True: nothing more can be asked. */
  readonly ended: boolean;
  /** Makes the checks of a phase, once. Comes back with why the conversation ended there, if it did. Never throws. */
  look(phase: Check['phase']): Promise<HostError | undefined>;
  /** Ends the visit at a phase without asking. */
  refuse(phase: Check['phase'], error: HostError): void;
  /** Closes the session and every shell; may be called twice. */
  close(): Promise<void>;
  diagnosis(): Diagnosis;
}

/** Starts a visit; nothing is sent yet. A host without an account is looked at from outside all the same. */
export function openVisit(
  host: HostEntry,
  account: Result<Account, AccountFailure>,
  options: DoctorOptions,
  services: DoctorServices,
): Visit {
  const examination = examinationOf(host, account.ok ? account.value.credential : undefined, options, services);
  const steps: Step[] = [];
  const looked = new Set<Check['phase']>();
  let ended: Step | undefined;

  const add = (check: Check, finding: Finding): void => {
    const step = { check: check.name, title: check.title, ...finding };
    steps.push(step);
    if (finding.ends) ended = step;
  };

  const refuse = (phase: Check['phase'], error: HostError): void => {
    if (looked.has(phase)) return;
    looked.add(phase);
    for (const check of checks) {
      if (check.phase !== phase) continue;
      add(check, ended ? notAfter(ended) : ending(error, patientOf(examination)));
    }
  };

  return {
    host,
    get ended() {
      return ended !== undefined;
    },
    refuse,
    look: async (phase) => {
      if (looked.has(phase)) return undefined;
      if (phase === 'logon' && !account.ok) {
        refuse(phase, accountError(host, account.error));
        return undefined;
      }
      looked.add(phase);
      for (const check of checks) {
        if (check.phase === phase)
          add(check, ended ? notAfter(ended) : await lookTwice(check, examination, services.signal));
      }
      return ended && errorOf(ended, host);
    },
    close: () => examination.session.close(),
    diagnosis: () => {
      const made = new Set(steps.map(({ check }) => check));
      const unmade = checks.filter(({ name }) => !made.has(name));
      const interrupted = ended === undefined ? unmade.length > 0 : ended.code === 'cancelled';
      for (const check of unmade) add(check, ended ? notAfter(ended) : skipped('not looked at: interrupted'));
      return diagnose(host, account.ok ? accountName(account.value.credential) : null, steps, interrupted);
    },
  };
}

const notAfter = ({ title, code }: Step): Finding =>
  skipped(code === 'cancelled' ? 'not looked at: interrupted' : `not looked at, because ${title} failed`);

const errorOf = ({ code = 'activityFailed', seen }: Step, { host }: HostEntry): HostError => ({
  ...hostError(code as HostError['code'], host),
  message: seen,
});

/** What may have passed a moment later. */
const passing: ReadonlySet<string> = new Set<HostErrorCode>([
  'connectionLost',
  'connectionReset',
  'tlsInterrupted',
  'serviceUnavailable',
  'hostBusy',
  'requestRateQuota',
  'enumerationLost',
]);
const momentMs = 1_000;

/** Looks again at what a run would ask again too; that it needed a second look is worth a warning. */
async function lookTwice(check: Check, examination: Examination, signal?: AbortSignal): Promise<Finding> {
  const first = await lookOnce(check, examination);
  if (first.status !== 'failed' || !passing.has(first.code ?? '') || signal?.aborted) return first;
  await wait(momentMs, signal);
  const second = await lookOnce(check, examination);
  if (second.status !== 'ok') return second;
  const seen = `${second.seen}; only at the second try, the first one said: ${first.seen}`;
  return { status: 'warning', code: first.code, seen, mending: first.mending };
}

/** A bug at one host is a finding of that host. */
async function lookOnce(check: Check, examination: Examination): Promise<Finding> {
  try {
    return await check.look(examination);
  } catch (thrown) {
    return ending(activityFailed(examination.host.host, thrown), patientOf(examination));
  }
}

function examinationOf(
  host: HostEntry,
  credential: Credential | undefined,
  options: DoctorOptions,
  services: DoctorServices,
): Examination {
  const { waits, authentication, via } = options;
  let opened: WinrmSessionOptions | undefined;
  const connect: OpenWinrmSession = (sessionOptions) => {
    opened = sessionOptions;
    return services.connect(sessionOptions);
  };
  // Without an account nothing is asked that says how it would log on.
  const scheme = credential === undefined ? 'ntlm' : authentication;
  const settings: SessionSettings = {
    ...options,
    authentication: scheme,
    connectMs: waits.connectMs,
    operationMs: waits.preflightMs,
  };
  const session = openHostSession(host, credential ?? nobody, settings, { ...services, connect }, services.signal);
  if (opened === undefined) throw new Error('a session is opened at once');
  return {
    host,
    user: accountName(opened.credential),
    authentication,
    channelBinding: opened.channelBinding ?? 'auto',
    via,
    waits,
    proxy: services.proxy?.name,
    session,
    probes: services.probes(opened),
    now: services.now,
    known: {},
  };
}
