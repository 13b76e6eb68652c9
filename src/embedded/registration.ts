import type { InvocationContext } from '@azure/functions';

/** A binding of a function: its trigger, or what is handed to it beside. */
export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly name: string;
  /** Of an HTTP trigger. */
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: string;
  /** Of a timer. */
  readonly schedule?: string;
}

/** A function as `@azure/functions` registers it with its host. */
export interface Registration {
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly callback: (trigger: unknown, context: InvocationContext) => unknown;
}

/** By function name. */
export type Registrations = ReadonlyMap<string, Registration>;
