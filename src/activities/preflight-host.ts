import type { HostEntry } from '../inventory/host-entry.ts';
import { activityFailed, advised, type HostError, type HostErrorCode, hostError } from '../inventory/host-error.ts';
import { hostIdentity } from '../inventory/identity.ts';
import type { Attempt, HostIdentity, Preflight } from '../inventory/preflight.ts';
import type { RunOptions } from '../inventory/run-options.ts';
import { unknownIdentity, unreachedHost } from '../inventory/unreached-host.ts';
import type { Services } from '../services.ts';
import { endsConversation } from '../winrm/winrm-error.ts';
import type { CimWireInstance, Credential, WinrmSession } from '../winrm/winrm-session.ts';
import { type ComputerSystem, cimv2, listComputerSystems, textOf, virtualization } from './computer-systems.ts';
import { openHostSession } from './host-session.ts';
import { underAccount } from './under-account.ts';

export interface PreflightInput {
  readonly runId: string;
  readonly host: HostEntry;
  readonly options: Pick<RunOptions, 'authentication' | 'allowBasicOverHttp' | 'channelBinding' | 'waits'>;
  /** How often the account may still be refused. Default: as often as one nobody has refused yet. */
  readonly refusalsLeft?: number;
}

/** After these nothing is known of the host; an answer that is no WS-Management is none. */
const isUnreachable = (error: Pick<HostError, 'code'>): boolean => endsConversation(error) || noWsman.has(error.code);
const noWsman: ReadonlySet<HostErrorCode> = new Set<HostErrorCode>([
  'protocolViolation',
  'requestRejected',
  'serviceFailed',
]);

/** What the reads found; the rest of the preflight is made from it. */
type Findings = Pick<Preflight, 'reachable' | 'identity' | 'hyperV' | 'error' | 'notes'>;

/**
 * Is the host there, does it let us in, who is it, does Hyper-V answer? Reads over WS-Man CIM on a session of its own
 * with the preflight's timeout; where the computer's name is refused, `hostname` in a shell. A refused namespace is a
 * note; only connect, TLS and authentication failures make the host unreachable. Never throws: all hosts of a run are
 * awaited together, and a bug met at one of them (`activityFailed`) must not end the run.
 */
export async function preflightHost(input: PreflightInput, services: Services): Promise<Preflight> {
  const { host, runId } = input;
  try {
    if (await services.isCancelled(runId)) return unreachedHost(host, hostError('cancelled', host.host));
    return await preflightUnderAccount(input, services);
  } catch (thrown) {
    return unreachedHost(host, activityFailed(host.host, thrown));
  }
}

async function preflightUnderAccount(input: PreflightInput, services: Services): Promise<Preflight> {
  const { host, options, refusalsLeft } = input;
  const need = { host, authentication: options.authentication };
  const tries = await underAccount(
    need,
    services,
    (credential) => preflightOverSession(input, credential, services),
    refusalsLeft,
  );
  if (!tries.ok) return unreachedHost(host, tries.error);
  const { last, earlier } = tries.value;
  return { ...last, attempts: [...earlier, last].flatMap(({ attempts }) => attempts) };
}

async function preflightOverSession(
  { host, options, runId }: PreflightInput,
  credential: Credential,
  services: Services,
): Promise<Preflight> {
  const { connectMs, preflightMs } = options.waits;
  const settings = { ...options, connectMs, operationMs: preflightMs };
  const session = openHostSession(host, credential, settings, services, services.signal);
  const startedAt = services.clock();
  const deadline = startedAt.getTime() + connectMs + preflightMs;
  const remainingMs = (): number => Math.max(1_000, deadline - services.clock().getTime());
  try {
    const findings = await inspect(session, { host: host.host, runId, remainingMs });
    const attempt: Attempt = {
      stage: 'preflight',
      startedAt: startedAt.toISOString(),
      durationMs: services.clock().getTime() - startedAt.getTime(),
      outcome: findings.error ? 'failed' : 'ok',
      error: findings.error,
      requests: session.counters.requests,
      connections: session.counters.connections,
    };
    return { host, ...findings, attempts: [attempt] };
  } finally {
    await session.close();
  }
}

const unreachable = (error: HostError): Findings => ({
  reachable: false,
  identity: unknownIdentity,
  hyperV: 'unknown',
  error,
  notes: [],
});

interface Inspection {
  readonly host: string;
  readonly runId: string;
  readonly remainingMs: () => number;
}

async function inspect(session: WinrmSession, inspection: Inspection): Promise<Findings> {
  const { remainingMs } = inspection;
  const notes: HostError[] = [];
  const read = async (className: string): Promise<CimWireInstance | undefined | HostError> => {
    const answer = await session.enumerate({ namespace: cimv2, className, timeoutMs: remainingMs() });
    return answer.ok ? answer.value[0] : advised(answer.error);
  };

  const system = await read('Win32_ComputerSystem');
  // Nothing has answered yet: a host that takes the connection and stays silent is not there for us.
  if (isError(system) && (isUnreachable(system) || system.code === 'operationTimedOut')) return unreachable(system);
  if (isError(system)) notes.push(system);
  const product = isError(system) ? undefined : await read('Win32_ComputerSystemProduct');
  if (isError(product) && isUnreachable(product)) return unreachable(product);
  if (isError(product)) notes.push(product);

  const list = await listComputerSystems(session, remainingMs());
  if (!list.ok && isUnreachable(list.error)) return unreachable(advised(list.error));
  const hyperVHost = list.ok ? list.value.host : undefined;
  const hostname = isError(system) ? await hostnameByShell(session, inspection, notes) : null;
  const identity = identityOf({ system, product, hyperVHost, hostname: hostname ?? noted(session) });
  const findings = { reachable: true, identity, notes };

  if (!list.ok && list.error.code === 'resourceNotFound')
    return { ...findings, hyperV: 'notHyperV', error: hostError('notHyperV', inspection.host) };
  if (!list.ok) return { ...findings, hyperV: 'unknown', notes: [...notes, advised(list.error)] };
  if (hyperVHost || list.value.vms.length > 0) return { ...findings, hyperV: 'usable' };
  return { ...findings, ...(await explainEmptyList(session, inspection)) };
}

const isError = (value: CimWireInstance | HostError | undefined): value is HostError =>
  value !== undefined && 'code' in value;

/** The name by which the host introduced itself while authenticating. */
const noted = ({ authenticationNotes }: WinrmSession): string | null => authenticationNotes.computerName ?? null;

function identityOf({
  system,
  product,
  hyperVHost,
  hostname,
}: {
  readonly system: CimWireInstance | HostError | undefined;
  readonly product: CimWireInstance | HostError | undefined;
  readonly hyperVHost: ComputerSystem | undefined;
  readonly hostname: string | null;
}): HostIdentity {
  const computer = isError(system) ? undefined : system;
  const partOfDomain = textOf(computer, 'PartOfDomain');
  return hostIdentity({
    system: computer
      ? {
          Name: textOf(computer, 'Name'),
          DNSHostName: textOf(computer, 'DNSHostName'),
          Domain: textOf(computer, 'Domain'),
          PartOfDomain: partOfDomain === null ? null : partOfDomain.toLowerCase() === 'true',
        }
      : null,
    product: product && !isError(product) ? { UUID: textOf(product, 'UUID') } : null,
    hyperVHost: hyperVHost ? { Name: hyperVHost.name, ElementName: hyperVHost.elementName } : null,
    hostname,
  });
}

/** `hostname` in a shell, as the way round a refused CIM read; a refusal here is one more note. */
async function hostnameByShell(
  session: WinrmSession,
  { runId, remainingMs }: Inspection,
  notes: HostError[],
): Promise<string | null> {
  const shell = await session.openShell({ name: `hyperv-rvtools/${runId}`, idleTimeoutMs: 180_000 });
  if (!shell.ok) {
    notes.push(advised(shell.error));
    return null;
  }
  try {
    const said = await shell.value.run({ command: 'hostname', deadlineMs: remainingMs() });
    if (!said.ok) {
      notes.push(advised(said.error.error));
      return null;
    }
    return said.value.stdout.toString('utf8').trim() || null;
  } finally {
    await shell.value.close();
  }
}

/** Without rights, and while vmms is stopped, Hyper-V shows an empty list and no error: which of them is it? */
export async function explainEmptyList(
  session: WinrmSession,
  { host, remainingMs }: Pick<Inspection, 'host' | 'remainingMs'>,
): Promise<Pick<Findings, 'hyperV' | 'error'>> {
  const management = await session.enumerate({
    namespace: virtualization,
    className: 'Msvm_VirtualSystemManagementService',
    timeoutMs: remainingMs(),
  });
  if (management.ok && management.value.length > 0) return { hyperV: 'usable' };
  const services = await session.enumerate({
    namespace: cimv2,
    className: 'Win32_Service',
    properties: ['Name', 'State'],
    where: "Name = 'vmms'",
    timeoutMs: remainingMs(),
  });
  if (!services.ok)
    return { hyperV: 'noHyperVRights', error: hostError('noHyperVRights', host, undefined, services.error.message) };
  const vmms = services.value[0];
  if (!vmms) return { hyperV: 'notHyperV', error: hostError('notHyperV', host) };
  const state = textOf(vmms, 'State') ?? 'unknown';
  return state === 'Running'
    ? { hyperV: 'noHyperVRights', error: hostError('noHyperVRights', host) }
    : { hyperV: 'vmmsStopped', error: hostError('vmmsStopped', host, undefined, `state: ${state}`) };
}
