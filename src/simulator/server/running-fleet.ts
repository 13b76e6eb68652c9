import type { IssuedCertificate } from '../certificates/certificate.ts';
import { type FleetCertificates, fleetCertificates } from '../certificates/fleet-certificates.ts';
import type { SimulatedFleet, SimulatedHost } from '../simulated-host.ts';
import { type HostServer, type LoopbackAddress, openHostServer } from './host-server.ts';
import { type HostLimits, Machine, type MachineSettings, windowsLimits } from './machine.ts';
import type { NtlmAccount } from './ntlm-acceptor.ts';
import { holdRefusedPort } from './refused-port.ts';
import { repositoryScriptHost } from './repository-script-host.ts';
import type { ScriptHost } from './script-host.ts';
import { WsmanService } from './wsman-service.ts';

export interface FleetOptions {
  /** The one account that the fleet's hosts let in. */
  readonly credential: NtlmAccount;
  /** Milliseconds before each HTTP answer. Default 0. */
  readonly latencyMs?: number;
  /** What stands for powershell.exe. Default: the repository answers the collector script itself. */
  readonly scriptHost?: ScriptHost;
  /** Milliseconds that powershell.exe takes to start. Default 0. */
  readonly powershellStartMs?: number;
  /** Where a host listens. Default 127.0.0.1. */
  readonly addressOf?: (host: SimulatedHost) => LoopbackAddress;
  /** What a host allows where it is not Windows' default. */
  readonly limitsOf?: (host: SimulatedHost) => Partial<HostLimits>;
}

/** What came in at a host's port; shells and commands are those of the machine, whatever name it was reached by. */
export interface HostCounters {
  readonly requests: number;
  readonly connections: number;
  /** 401s to a response or a password, not to a first request or a challenge. */
  readonly logonsRefused: number;
  readonly logonsAccepted: number;
  readonly shellsOpened: number;
  readonly shellsOpen: number;
  readonly commandsRun: number;
  readonly enumerations: number;
  readonly openEnumerations: number;
}

export interface RunningHost {
  readonly host: SimulatedHost;
  /** `http://127.0.0.1:port`, `https://…` where it has a certificate, or `…//[::1]:port` */
  readonly url: string;
  /** The host's line in a host list. */
  readonly given: string;
  /** Live: reads what is true at the moment. */
  readonly counters: HostCounters;
}

export interface RunningFleet {
  /** In the order of the fleet. */
  readonly hosts: readonly RunningHost[];
  /** Its own CA, and what that has issued. */
  readonly certificates: FleetCertificates;
  /** Ends every connection, shell and script, and frees the ports. */
  close(): Promise<void>;
}

/** Serves each host of a fleet as a WinRM service on a loopback port of its own. */
export async function startFleet(fleet: SimulatedFleet, options: FleetOptions): Promise<RunningFleet> {
  const services = servicesOf(fleet, options);
  const { credential, latencyMs = 0, addressOf = () => '127.0.0.1' } = options;
  const certificates = fleetCertificates();
  const opened = await allOrNone(
    services.map((service) =>
      service.machine.behaviour.port === 'refuses'
        ? openDeadHost()
        : openHostServer(service, {
            credential,
            latencyMs,
            address: addressOf(service.machine.host),
            certificate: certificateOf(service.machine, certificates),
            clientAuthority: service.machine.behaviour.clientCertificates && certificates.authority,
          }),
    ),
  );
  const hosts = fleet.hosts.map((host, index): RunningHost => {
    const [server, service] = [at(opened, index), at(services, index)];
    const scheme = service.machine.behaviour.certificate === undefined ? 'http' : 'https';
    const url = `${scheme}://${addressOf(host) === '::1' ? '[::1]' : '127.0.0.1'}:${server.port}`;
    return { host, url, given: url, counters: liveCounters(server, service) };
  });
  return {
    hosts,
    certificates,
    close: async () => {
      for (const { shells } of services) shells.closeAll();
      await Promise.all(opened.map((server) => server.close()));
    },
  };
}

/** Waits for all servers; where one cannot be opened the others are closed again, for they would keep the process alive. */
async function allOrNone<Server extends { close(): Promise<void> }>(
  opening: readonly Promise<Server>[],
): Promise<readonly Server[]> {
  try {
    return await Promise.all(opening);
  } catch (error) {
    const settled = await Promise.allSettled(opening);
    await Promise.all(settled.map((server) => (server.status === 'fulfilled' ? server.value.close() : undefined)));
    throw error;
  }
}

/** What a machine that listens for https shows. */
function certificateOf({ host, behaviour }: Machine, certificates: FleetCertificates): IssuedCertificate | undefined {
  const names = [host.fqdn, host.name, '127.0.0.1', 'localhost'];
  return behaviour.certificate && certificates.show(behaviour.certificate, host.fqdn, names);
}

/** One service per host; a second name is served by the machine that it belongs to. */
function servicesOf({ hosts }: SimulatedFleet, options: FleetOptions): readonly WsmanService[] {
  const scriptHost = options.scriptHost ?? repositoryScriptHost();
  const own = hosts.map((host) => {
    const settings: MachineSettings = {
      limits: { ...windowsLimits, ...options.limitsOf?.(host) },
      scriptHost,
      powershellStartMs: options.powershellStartMs ?? 0,
    };
    return new WsmanService(new Machine(host, settings));
  });
  for (const { machine } of own) {
    const { movesBehind } = machine.host;
    if (movesBehind !== undefined) machine.waitFor(at(own, movesBehind).machine);
  }
  return hosts.map(({ sameAs }, index) => at(own, sameAs ?? index));
}

async function openDeadHost(): Promise<HostServer> {
  const { port, close } = await holdRefusedPort();
  return { port, close, counters: { requests: 0, connections: 0, logonsRefused: 0, logonsAccepted: 0 } };
}

/** Reads through to the port's and the machine's own counts. */
const liveCounters = (server: HostServer, { shells, enumerations }: WsmanService): HostCounters => ({
  get requests() {
    return server.counters.requests;
  },
  get connections() {
    return server.counters.connections;
  },
  get logonsRefused() {
    return server.counters.logonsRefused;
  },
  get logonsAccepted() {
    return server.counters.logonsAccepted;
  },
  get shellsOpened() {
    return shells.opened;
  },
  get shellsOpen() {
    return shells.open;
  },
  get commandsRun() {
    return shells.commandsRun;
  },
  get enumerations() {
    return enumerations.started;
  },
  get openEnumerations() {
    return enumerations.open;
  },
});

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no host ${index}`);
  return item;
}
