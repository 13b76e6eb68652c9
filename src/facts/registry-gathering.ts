import { endsConversation, type WinrmError } from '../winrm/winrm-error.ts';
import type { WinrmSession } from '../winrm/winrm-session.ts';
import { type Canonical, canonicalValue, isMismatch } from './cim-values.ts';
import { type FactOutcome, failedFact, type RegistryFactDeclaration } from './fact.ts';
import { factErrorCodes } from './fact-error-codes.ts';

/** HKEY_LOCAL_MACHINE as StdRegProv knows it. */
const localMachine = 0x80000002;

/** StdRegProv's methods by the type of the value, with the out-parameter that holds it. */
const methods = {
  string: { method: 'GetStringValue', result: 'sValue' },
  uint32: { method: 'GetDWORDValue', result: 'uValue' },
} as const;

/** Win32 errors that the methods return. */
const fileNotFound = 2;
const accessDenied = 5;

/** Reads the values of one key by StdRegProv, one call each. `error` where the session broke. */
export async function gatherRegistry(
  session: WinrmSession,
  { registryKey, properties, mayBeAbsent }: RegistryFactDeclaration,
  remainingMs: () => number,
): Promise<{ readonly outcome?: FactOutcome; readonly error?: WinrmError }> {
  const startedAt = remainingMs();
  const row: Canonical[] = [];
  for (const [name, type] of Object.entries(properties)) {
    const { method, result } = methods[type];
    const called = await session.invoke({
      namespace: 'root/cimv2',
      className: 'StdRegProv',
      keys: {},
      method,
      parameters: { hDefKey: localMachine, sSubKeyName: registryKey, sValueName: name },
      timeoutMs: Math.max(1, Math.round(remainingMs())),
    });
    if (!called.ok) {
      if (endsConversation(called.error)) return { error: called.error };
      const { code, message, detail } = called.error;
      return { outcome: failedFact(factErrorCodes[code] ?? 'factFailed', detail ?? message) };
    }
    const { returnValue, parameters } = called.value;
    if (returnValue !== 0 && returnValue !== fileNotFound) {
      const code = returnValue === accessDenied ? 'factDenied' : 'factFailed';
      return { outcome: failedFact(code, `${method} returned ${returnValue}`) };
    }
    const value = returnValue === 0 ? canonicalValue(parameters[result], type) : null;
    if (isMismatch(value)) return { outcome: failedFact('factFailed', `${name} is ${value.mismatch}`) };
    row.push(value);
  }
  if (row.every((value) => value === null)) {
    const message = 'The registry holds none of these values.';
    return { outcome: mayBeAbsent ? { status: 'absent', message } : failedFact('factFailed', message) };
  }
  const durationMs = Math.round(startedAt - remainingMs());
  return { outcome: { status: 'ok', properties: Object.keys(properties), rows: [row], durationMs } };
}
