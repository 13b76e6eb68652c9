import type { CollectInput } from '../../src/activities/collect-host.ts';
import { rowsOf } from '../../src/facts/fact-rows.ts';
import type { HostEntry } from '../../src/inventory/host-entry.ts';
import type { HostRecord } from '../../src/inventory/host-record.ts';
import { defaultWaits, type Manifest, type RunOptions } from '../../src/inventory/run-options.ts';
import { unknownIdentity } from '../../src/inventory/unreached-host.ts';
import { failure, success } from '../../src/result.ts';
import { createServices, type Services } from '../../src/services.ts';
import { oneAccount } from '../../src/settings/accounts.ts';
import { type WinrmErrorCode, winrmError } from '../../src/winrm/winrm-error.ts';
import type { CimWireInstance, EnumerateRequest, OpenWinrmSession } from '../../src/winrm/winrm-session.ts';
import { memoryStore } from './memory-store.ts';

const reader = { user: 'CORP\\reader', password: 'Pa55-word' };

/** An instance on the wire, all values as text. */
export const instance = (
  className: string,
  properties: Readonly<Record<string, string | readonly string[]>>,
): CimWireInstance => ({
  className,
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      (typeof value === 'string' ? [value] : value).map((text) => ({ kind: 'text' as const, text })),
    ]),
  ),
});

export const vmId = (n: number): string => `0000000${n}-AAAA-4BBB-8CCC-DDDDDDDDDDDD`;

const systemOf = (name: string, elementName: string): CimWireInstance =>
  instance('Msvm_ComputerSystem', { Name: name, ElementName: elementName, EnabledState: '2' });

/** What a class answers: its instances, or an error. */
export type ClassAnswer = readonly CimWireInstance[] | WinrmErrorCode;

export interface FakeHost {
  /** By class name; a class that is not here does not exist. */
  readonly classes: Readonly<Record<string, ClassAnswer>>;
  /** Called before each enumeration; an error code is the answer then. */
  readonly before?: (request: EnumerateRequest, session: number) => WinrmErrorCode | undefined;
  /** What `hostname` says in a shell; undefined: no shell for this account. */
  readonly hostname?: string;
}

/** A healthy host in a domain with the given VMs. */
export function healthyClasses(vms: readonly string[] = ['web', 'db']): Record<string, ClassAnswer> {
  return {
    Win32_ComputerSystem: [
      instance('Win32_ComputerSystem', {
        Name: 'HV1',
        DNSHostName: 'hv1',
        Domain: 'corp.example',
        PartOfDomain: 'true',
      }),
    ],
    Win32_ComputerSystemProduct: [
      instance('Win32_ComputerSystemProduct', { UUID: '11111111-2222-4333-8444-555555555555' }),
    ],
    Msvm_ComputerSystem: [systemOf('HV1', 'HV1'), ...vms.map((name, index) => systemOf(vmId(index), name))],
    Msvm_VirtualSystemManagementService: [instance('Msvm_VirtualSystemManagementService', { Name: 'vmms' })],
    Msvm_VirtualSystemSettingData: vms.map((name, index) =>
      instance('Msvm_VirtualSystemSettingData', {
        InstanceID: `Microsoft:${vmId(index)}`,
        ElementName: name,
        VirtualSystemIdentifier: vmId(index),
        VirtualSystemType: 'Microsoft:Hyper-V:System:Realized',
      }),
    ),
    Msvm_ProcessorSettingData: vms.map((_, index) =>
      instance('Msvm_ProcessorSettingData', {
        InstanceID: `Microsoft:${vmId(index)}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0`,
        VirtualQuantity: '2',
      }),
    ),
  };
}

/** The same with a disk of the first VM, of which the host tells nothing: there is no such method. */
export const withDisk = (classes: Record<string, ClassAnswer>, path: string): Record<string, ClassAnswer> => ({
  ...classes,
  Msvm_StorageAllocationSettingData: [
    instance('Msvm_StorageAllocationSettingData', {
      InstanceID: `Microsoft:${vmId(0)}\\83f8638b-8dca-4152-9eda-2ca8b33039b4\\0\\0\\L`,
      ResourceSubType: 'Microsoft:Hyper-V:Virtual Hard Disk',
      HostResource: [path],
    }),
  ],
  Msvm_ImageManagementService: [instance('Msvm_ImageManagementService', { Name: 'vhdsvc' })],
});

/** A record whose host had told the size of a disk, and of others nothing. */
export function withSize(record: HostRecord, path: string, size: string, ...untold: readonly string[]): HostRecord {
  const properties = record.facts.diskSettings?.status === 'ok' ? record.facts.diskSettings.properties : [];
  const rowOf = (cells: Readonly<Record<string, string>>) => properties.map((name) => cells[name] ?? null);
  const rows = [
    rowOf({ Input: path, MaxInternalSize: size }),
    ...untold.map((other) => rowOf({ Input: other, ErrorCode: 'fileNotReceived' })),
  ];
  return { ...record, facts: { ...record.facts, diskSettings: { status: 'ok', properties, rows } } };
}

/** Path and size of each disk file in a record. */
export const sizesIn = (record: HostRecord | undefined): readonly (readonly [string | null, string | null])[] =>
  (rowsOf(record?.facts ?? {}, 'diskSettings') ?? []).map(({ Input, MaxInternalSize }) => [Input, MaxInternalSize]);

export interface FakeFleet {
  readonly services: Services;
  readonly store: ReturnType<typeof memoryStore>;
  /** Classes asked, by session, in order. */
  readonly sessions: string[][];
  readonly closed: () => number;
  readonly events: Readonly<Record<string, unknown>>[];
}

/** Services over pretend hosts, by host name. */
export function fakeFleet(hosts: Readonly<Record<string, FakeHost>>, overrides: Partial<Services> = {}): FakeFleet {
  const sessions: string[][] = [];
  const events: Readonly<Record<string, unknown>>[] = [];
  let closed = 0;
  const connect: OpenWinrmSession = ({ target, signal }) => {
    const name = target.host;
    const asked: string[] = [];
    const number = sessions.push(asked);
    const host = hosts[name];
    return {
      counters: {
        get requests() {
          return asked.length;
        },
        connections: 1,
      },
      authenticationNotes: {},
      identify: async () =>
        host
          ? success({ productVendor: 'Microsoft Corporation', productVersion: 'OS: 10.0' })
          : failure(winrmError('connectTimedOut', name)),
      enumerate: async (request) => {
        asked.push(request.className);
        if (signal?.aborted) return failure(winrmError('cancelled', name));
        if (!host) return failure(winrmError('connectTimedOut', name));
        const refused = host.before?.(request, number);
        if (refused) return failure(winrmError(refused, name));
        const answer = host.classes[request.className];
        if (answer === undefined) return failure(winrmError('resourceNotFound', name));
        return typeof answer === 'string' ? failure(winrmError(answer, name)) : success(answer);
      },
      get: async () => failure(winrmError('resourceNotFound', name)),
      invoke: async ({ className, method }) => {
        asked.push(`${className}.${method}`);
        if (signal?.aborted) return failure(winrmError('cancelled', name));
        return failure(winrmError('resourceNotFound', name));
      },
      openShell: async () => {
        asked.push('shell');
        const said = host?.hostname;
        if (said === undefined) return failure(winrmError('accessDenied', name));
        return success({
          shellId: 'shell-1',
          run: async () => success({ exitCode: 0, stdout: Buffer.from(`${said}\r\n`), stderr: Buffer.alloc(0) }),
          close: async () => {},
        });
      },
      close: async () => {
        closed += 1;
      },
    };
  };
  const store = memoryStore();
  const services = createServices({
    store,
    connect,
    accounts: {
      find: (need) => (need.host.credential === 'nobody' ? oneAccount(undefined) : oneAccount(reader)).find(need),
      findNewer: async () => undefined,
    },
    log: (event) => events.push(event),
    cancelPollMs: 5,
    ...overrides,
  });
  return { services, store, sessions, closed: () => closed, events };
}

export const entry = (given: string, credential?: string): HostEntry => ({
  given,
  host: given,
  scheme: 'http',
  port: 5985,
  credential,
});

export const runId = '20261123T020000Z-7f3a9c';

export const runOptions: RunOptions = {
  only: ['vInfo', 'vCPU'],
  dryRun: false,
  coverageThreshold: 0.9,
  allowPartialOk: false,
  authentication: 'ntlm',
  allowBasicOverHttp: false,
  channelBinding: 'auto',
  via: 'cim',
  concurrency: 8,
  waits: { ...defaultWaits, retryMs: [1, 1] },
  workbook: true,
  csvTabs: false,
  datacenter: null,
};

/** What the run asks of hv1, where nothing has been tried yet. */
export const collectInput: CollectInput = {
  runId,
  host: entry('hv1'),
  identity: unknownIdentity,
  attempts: [],
  notes: [],
  options: runOptions,
};

export const manifestOf = (hosts: readonly HostEntry[], options: Partial<RunOptions> = {}): Manifest => ({
  schemaVersion: 1,
  runId,
  trigger: 'cli',
  startedAt: '2026-11-23T02:00:00.000Z',
  exporterVersion: '0.0.0-test',
  hosts,
  repeated: [],
  options: { ...runOptions, ...options },
});
