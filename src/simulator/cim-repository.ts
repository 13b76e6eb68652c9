/**
 * What a simulated host holds, as a real one would: namespace → class → instances. Everything the simulator says
 * comes from here.
 */

export interface CimReference {
  readonly reference: {
    readonly className: string;
    readonly namespace: string;
    readonly keys: Readonly<Record<string, string>>;
  };
}
export interface CimEmbedded {
  readonly embedded: { readonly className: string; readonly properties: Readonly<Record<string, CimScalar>> };
}
export interface CimDatetime {
  /** UTC, `yyyy-MM-ddTHH:mm:ss.ffffffZ`. */
  readonly datetime: string;
}
export interface CimInterval {
  readonly intervalMs: number;
}
/** uint64 values are decimal text: they exceed 2^53. */
export type CimScalar = string | number | boolean | null | CimDatetime | CimInterval;
/** A missing or null array and an empty one look alike on the wire: both are absent. */
export type CimValue = CimScalar | CimReference | CimEmbedded | readonly CimScalar[];

export interface CimInstance {
  readonly className: string;
  readonly values: Readonly<Record<string, CimValue>>;
}

export interface CimClass {
  readonly className: string;
  /** Every property this host's OS has, with its type of `cim-schema.json`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  readonly instances: readonly CimInstance[];
}

/** Namespaces with forward slashes; class lookups ignore case. A missing namespace or class is really missing. */
export interface CimRepository {
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, CimClass>>>>;
  /** Registry values by key path, e.g. `HKLM:\Cluster` → ClusterInstanceID. */
  readonly registry: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
