import { type Greeting, greetPowerShell } from '../../facts/powershell-greeting.ts';
import { type HostError, hostError } from '../../inventory/host-error.ts';
import { endsConversation, type WinrmError } from '../../winrm/winrm-error.ts';
import type { WinrmShell } from '../../winrm/winrm-session.ts';
import type { Check, Examination } from '../check.ts';
import { costsOfCim, costsOfEverything } from '../costs.ts';
import { ending, saidBy } from '../failures.ts';
import { type Finding, type Mending, ok, skipped } from '../finding.ts';
import { mendingOf } from '../mending.ts';
import { patientOf } from '../patient.ts';

/** How often a shell is opened. */
const mostTries = 2;
/** After this idle time the host deletes a shell by itself, in milliseconds. */
const shellIdleMs = 180_000;

/** May the account open a shell? What PowerShell does in it is kept for `power-shell.ts`: one shell is enough. */
export const shell: Check = {
  name: 'shell',
  title: 'Shell',
  phase: 'rights',
  look: async (examination) => {
    const { session, via } = examination;
    if (via === 'cim') return { ...skipped('--via cim needs none'), costs: costsOfCim() };
    // A shell that is closed under us tells nothing about the host yet: a run would try again too.
    for (let tries = 1; ; tries++) {
      const opened = await session.openShell({ name: 'hyperv-rvtools/doctor', idleTimeoutMs: shellIdleMs });
      if (!opened.ok) return withoutShell(examination, opened.error);
      const greeting = await greetAndClose(opened.value, examination);
      if (greeting.kind === 'broken' && greeting.error.retryable && tries < mostTries) continue;
      examination.known.powerShell = powerShellFinding(examination, greeting);
      return ok('opened, and deleted again');
    }
  },
};

function withoutShell(examination: Examination, error: WinrmError): Finding {
  if (endsConversation(error)) return ending(error, patientOf(examination));
  return withoutScript(examination, error.code, saidBy(error), shellMending(error, examination));
}

/** The shell is deleted, whatever comes. */
async function greetAndClose(opened: WinrmShell, { waits }: Examination): Promise<Greeting> {
  try {
    return await greetPowerShell(opened, Math.min(waits.scriptMs, 3 * waits.preflightMs));
  } finally {
    await opened.close();
  }
}

/** Does PowerShell run the collector script, and how? */
function powerShellFinding(examination: Examination, greeting: Greeting): Finding {
  if (greeting.kind === 'greeted') {
    const { powershell, languageMode, culture } = greeting;
    return ok(`Windows PowerShell ${powershell}, ${languageMode}, ${culture}; the collector script starts`);
  }
  if (greeting.kind === 'broken') {
    const { error } = greeting;
    if (endsConversation(error)) return ending(error, patientOf(examination));
    return withoutScript(examination, error.code, saidBy(error), mendingOf(error, patientOf(examination)));
  }
  if (greeting.kind === 'cutOff') return cutOff(greeting.said);
  const error = hostError(greeting.code, examination.host.host, undefined, greeting.said);
  return withoutScript(examination, error.code, saidBy(error), obstacleMending(error, examination));
}

/** A script that starts is not given up for CIM by itself: a run keeps what arrives, and whatever does not is lost. */
const cutOff = (said: string): Finding => ({
  status: 'failed',
  code: 'scriptFailed',
  seen: `The collector script starts, but its output does not arrive whole (${said}).`,
  costs: costsOfEverything(),
  mending: {
    where: 'here',
    what: 'Gather this host by CIM, without PowerShell: run with --via cim.',
    commands: ['--via cim'],
  },
});

function obstacleMending(error: HostError, examination: Examination): Mending {
  const mending = mendingOf(error, patientOf(examination));
  if (mending.commands.length > 0) return mending;
  const policy = 'Nothing has to be mended: a policy (AppLocker, WDAC, AMSI) refuses scripts.';
  return {
    where: 'host',
    what: `${error.code === 'scriptRefused' ? policy : error.advice} This shows what becomes of PowerShell there.`,
    commands: [
      'powershell.exe -NoProfile -Command "$PSVersionTable.PSVersion; $ExecutionContext.SessionState.LanguageMode"',
    ],
  };
}

/** What it means that no script can run: a run reads by CIM then, unless it was told to use the script only. */
function withoutScript({ via }: Examination, code: string, seen: string, mending: Mending): Finding {
  if (via === 'script') {
    return {
      status: 'failed',
      code,
      seen: `${seen} --via script has no other way.`,
      costs: costsOfEverything(),
      mending,
      fatal: true,
    };
  }
  return { status: 'warning', code, seen: `${seen} Facts are read by CIM instead.`, costs: costsOfCim(), mending };
}

function shellMending(error: WinrmError, examination: Examination): Mending {
  if (error.code !== 'accessDenied') return mendingOf(error, patientOf(examination));
  return {
    where: 'host',
    what:
      'As a rule only administrators may open shells, and none is needed. To allow it all the same: in the window that opens, ' +
      'give the account Read and Execute.',
    commands: ['winrm configSDDL default'],
  };
}
