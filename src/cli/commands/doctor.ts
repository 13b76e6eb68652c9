import { examineFleet } from '../../doctor/examine-fleet.ts';
import { type Result, success } from '../../result.ts';
import { hostProbes } from '../../winrm/host-probes.ts';
import { proxyTunnels } from '../../winrm/proxy-tunnel.ts';
import { openWinrmSession } from '../../winrm/session.ts';
import { doctorReport } from '../doctor-report.ts';
import { doctorText } from '../doctor-text.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createProgress } from '../progress.ts';
import type { HostArguments } from '../run-arguments.ts';
import { makeRunRequest } from '../run-request.ts';
import type { Terminal } from '../terminal.ts';
import type { UsageError } from '../usage-error.ts';

/** `hyperv-rvtools doctor`: what the account can and cannot do on each host, what it costs, and what mends it. */
export async function doctor(given: HostArguments, terminal: Terminal): Promise<Result<ExitCode, UsageError>> {
  const request = await makeRunRequest(given, { workbook: false }, terminal);
  if (!request.ok) return request;
  const { hosts, options, access } = request.value;
  const { accounts, proxy, authorities } = access;
  const abort = new AbortController();
  const progress = createProgress(terminal);
  const stopListening = terminal.onInterrupt(() => {
    if (abort.signal.aborted) return terminal.exit(exitCodes.interrupted);
    progress.stop();
    terminal.stderr.write('Interrupted: closing shells. Ctrl-C again ends at once.\n');
    abort.abort();
  });
  try {
    progress.show(`Examining ${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`);
    const diagnoses = await examineFleet(
      hosts,
      options,
      {
        connect: openWinrmSession,
        probes: hostProbes,
        accounts,
        proxy: proxy && proxyTunnels(proxy),
        authorities,
        now: () => new Date(),
        signal: abort.signal,
      },
      (done) => {
        if (!abort.signal.aborted) progress.show(`Examined ${done} of ${hosts.length} hosts`);
      },
    );
    progress.stop();
    terminal.stdout.write(
      given.json ? `${JSON.stringify(doctorReport(diagnoses, new Date()))}\n` : doctorText(diagnoses),
    );
    if (abort.signal.aborted) return success(exitCodes.interrupted);
    return success(diagnoses.every(({ verdict }) => verdict === 'full') ? exitCodes.allOk : exitCodes.needsAttention);
  } finally {
    stopListening();
    progress.stop();
  }
}
