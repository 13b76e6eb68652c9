import type { Examination } from '../../src/doctor/check.ts';
import { failure, success } from '../../src/result.ts';
import type { HostProbes } from '../../src/winrm/host-probes.ts';
import { type WinrmErrorCode, winrmError } from '../../src/winrm/winrm-error.ts';
import type { CimWireInstance, EnumerateRequest, InvokeRequest, WinrmSession } from '../../src/winrm/winrm-session.ts';

export const refused = (code: WinrmErrorCode, detail?: string) => failure(winrmError(code, 'hv01', undefined, detail));

export const instance = (properties: Readonly<Record<string, string>>): CimWireInstance => ({
  className: undefined,
  properties: Object.fromEntries(Object.entries(properties).map(([name, text]) => [name, [{ kind: 'text', text }]])),
});

export interface HostParts {
  readonly enumerate?: (request: EnumerateRequest) => Awaited<ReturnType<WinrmSession['enumerate']>>;
  readonly invoke?: (request: InvokeRequest) => Awaited<ReturnType<WinrmSession['invoke']>>;
  readonly openShell?: () => Awaited<ReturnType<WinrmSession['openShell']>>;
  readonly identify?: () => Awaited<ReturnType<WinrmSession['identify']>>;
  readonly probes?: Partial<HostProbes>;
  readonly over?: Partial<Examination>;
}

/** An examination of one host whose every answer is given here. */
export function examinationOf({ enumerate, invoke, openShell, identify, probes, over }: HostParts): Examination {
  const session: WinrmSession = {
    identify: async () => identify?.() ?? success({ productVendor: 'Microsoft Corporation', productVersion: '10' }),
    enumerate: async (request) => enumerate?.(request) ?? success([]),
    get: async () => refused('resourceNotFound'),
    invoke: async (request) => invoke?.(request) ?? success({ returnValue: 0, parameters: {} }),
    openShell: async () => openShell?.() ?? refused('accessDenied'),
    counters: { requests: 0, connections: 0 },
    authenticationNotes: { computerName: 'HV01' },
    close: async () => undefined,
  };
  return {
    host: { given: 'hv01', host: 'hv01', scheme: 'http', port: 5985 },
    user: 'CONTOSO\\inventory',
    authentication: 'ntlm',
    channelBinding: 'auto',
    via: 'auto',
    waits: { connectMs: 60_000, preflightMs: 60_000, scriptMs: 60_000 },
    proxy: undefined,
    session,
    probes: {
      resolve: async () => success(['10.0.0.1']),
      knock: async () => success(1),
      certificate: async () => refused('tlsFailed'),
      offers: async () => success(['Negotiate']),
      ...probes,
    },
    now: () => new Date('2026-11-25T12:00:00Z'),
    known: {},
    ...over,
  };
}
