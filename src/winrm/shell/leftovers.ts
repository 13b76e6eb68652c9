/** Shells that earlier runs of ours could not delete. */
import { type EnumerationLimits, enumerateItems } from '../cim/enumerate.ts';
import { shellsResource } from '../soap/namespaces.ts';
import { farewellMs } from '../times.ts';
import type { Transport } from '../transport.ts';
import type { CimWireInstance } from '../winrm-session.ts';
import { deleteMessage } from './shell-messages.ts';

/** Idle for longer, no run can still be using it: a Receive is always under way. */
const idleSeconds = 180;

/**
 * Deletes the idle shells whose name has the same first part (up to the first `/`) as `name`.
 * @returns how many were deleted
 */
export async function deleteLeftovers(transport: Transport, name: string, limits: EnumerationLimits): Promise<number> {
  const family = `${name.split('/')[0]}/`;
  const shells = await enumerateItems(transport, shellsResource, limits);
  if (!shells.ok) return 0;
  let deleted = 0;
  for (const shell of shells.value) {
    const shellId = textOf(shell, 'ShellId');
    const ours = textOf(shell, 'Name').startsWith(family) && seconds(textOf(shell, 'ShellInactivity')) > idleSeconds;
    if (shellId === '' || !ours) continue;
    const message = transport.prepare(deleteMessage(shellId, farewellMs));
    if ((await transport.send(message, { timeoutMs: farewellMs, signal: limits.signal })).ok) deleted += 1;
  }
  return deleted;
}

function textOf({ properties }: CimWireInstance, name: string): string {
  const value = properties[name]?.[0];
  return value?.kind === 'text' ? value.text.trim() : '';
}

/** An xs:duration as Windows writes it, `P0DT0H5M12S`; 0 where it is something else. */
function seconds(text: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  const [days = 0, hours = 0, minutes = 0, rest = 0] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + rest;
}
