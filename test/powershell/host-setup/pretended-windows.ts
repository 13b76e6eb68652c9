import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoted } from '../../../src/doctor/mending.ts';
import type { EngineResponse, PowershellEngine } from '../../powershell-host/powershell-engine.ts';

const script = readFileSync(new URL('../../../infra/host-setup/Initialize-InventoryHost.ps1', import.meta.url), 'utf8');
const commandsOfWindows = readFileSync(new URL('./pretended-windows.ps1', import.meta.url), 'utf8');

export interface Listener {
  readonly Address: string;
  readonly Transport: string;
  readonly Hostname: string;
  readonly CertificateThumbprint: string;
  /** Default: true, at WinRM's own port. */
  readonly Enabled?: 'false';
  readonly Port?: string;
}

/** What the preparation may change of a host, and what it finds there. */
export interface WindowsModel {
  computer: string;
  inDomain: boolean;
  /** Windows Server 2012 R2: no commands for local groups. */
  oldWindows: boolean;
  accounts: { name: string; sid: string; upn?: string }[];
  /** By their ids; names in the host's language. */
  groups: Record<string, { name: string; members: string[] }>;
  /** Rights by namespace, in SDDL. */
  namespaces: Record<string, string>;
  service: { State: string; StartMode: string };
  listeners: Listener[];
  certificates: { der: string; hasKey: boolean }[];
  /** Paths of certificates that are gone, but for their private keys. */
  keysLeft?: string[];
  /** What New-SelfSignedCertificate makes. */
  nextCertificate: string;
  rules: Record<string, string | string[]>[];
  cluster: { readers: string[] } | null;
  registry: Record<string, Record<string, string>>;
  /** Changes that fail: `groups`, or a namespace. */
  refuses: string[];
}

export interface PreparationRun extends EngineResponse {
  readonly model: WindowsModel;
}

/** Runs the shipped script on a model of a host, as an administrator would; what it leaves is the answer's model. */
export async function prepare(
  engine: PowershellEngine,
  model: WindowsModel,
  ...options: readonly string[]
): Promise<PreparationRun> {
  const file = join(tmpdir(), `pretended-windows-${randomUUID()}.json`);
  writeFileSync(file, JSON.stringify(model));
  try {
    const response = await engine.run({
      setup: `$global:modelFile = ${quoted(file)}\n${commandsOfWindows}`,
      script: `& {${script}} ${options.map((option) => (/^-[A-Za-z]+$/.test(option) ? option : quoted(option))).join(' ')}`,
    });
    return { ...response, model: JSON.parse(readFileSync(file, 'utf8')) as WindowsModel };
  } finally {
    rmSync(file);
  }
}

export const thumbprintOf = (der: Buffer): string => createHash('sha1').update(der).digest('hex').toUpperCase();
export const pinOf = (der: Buffer): string => `pin=sha256:${createHash('sha256').update(der).digest('hex')}`;
