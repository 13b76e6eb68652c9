import { failure, type Result, success } from '../result.ts';
import { endsConversation, type WinrmError } from '../winrm/winrm-error.ts';
import type { CimObject, WinrmSession } from '../winrm/winrm-session.ts';
import type { FactErrorCode } from './fact.ts';

/** Why an instance whose method is wanted is not to be had; `error` where the session broke. */
export interface ServiceFailure {
  readonly code: FactErrorCode;
  readonly text: string;
  readonly error?: WinrmError;
}

/** The instances whose methods are called: each the only one of its class, looked for once. */
export interface Services {
  find(namespace: string, className: string): Promise<Result<CimObject, ServiceFailure>>;
}

/** The keys of every CIM_Service. */
const keyNames = ['SystemCreationClassName', 'SystemName', 'CreationClassName', 'Name'] as const;

/** `timeoutMs` tells how long one look may take. */
export function createServices(session: WinrmSession, timeoutMs: () => number): Services {
  const found = new Map<string, CimObject>();
  return {
    async find(namespace, className) {
      const known = found.get(className);
      if (known) return success(known);
      const asked = await session.enumerate({ namespace, className, properties: keyNames, timeoutMs: timeoutMs() });
      if (!asked.ok) {
        const { code, message, detail } = asked.error;
        return failure({
          code: code === 'accessDenied' ? 'factDenied' : code === 'operationTimedOut' ? 'factTimedOut' : 'factFailed',
          text: detail ?? message,
          ...(endsConversation(asked.error) ? { error: asked.error } : {}),
        });
      }
      const [instance] = asked.value;
      if (instance === undefined) return failure({ code: 'factFailed', text: `There is no instance of ${className}.` });
      const keys = keyNames.flatMap((name) => {
        const value = instance.properties[name]?.[0];
        return value?.kind === 'text' ? [[name, value.text] as const] : [];
      });
      const service = { namespace, className, keys: Object.fromEntries(keys) };
      found.set(className, service);
      return success(service);
    },
  };
}
