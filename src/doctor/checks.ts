import type { Check } from './check.ts';
import { certificate } from './checks/certificate.ts';
import { clock } from './checks/clock.ts';
import { hyperV } from './checks/hyper-v.ts';
import { listener } from './checks/listener.ts';
import { logon } from './checks/logon.ts';
import { nameResolution } from './checks/name-resolution.ts';
import { namespaceChecks } from './checks/namespaces.ts';
import { port } from './checks/port.ts';
import { powerShell } from './checks/power-shell.ts';
import { registry } from './checks/registry.ts';
import { shell } from './checks/shell.ts';
import { vmSettings } from './checks/vm-settings.ts';
import { windows } from './checks/windows.ts';

/** Everything the doctor looks at, in this order. */
export const checks: readonly Check[] = [
  nameResolution,
  port,
  certificate,
  listener,
  logon,
  windows,
  hyperV,
  vmSettings,
  ...namespaceChecks(),
  registry,
  shell,
  powerShell,
  clock,
];
