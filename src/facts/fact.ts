/**
 * A fact is one kind of raw data asked of a host: a CIM class and the properties wanted of it, or (where CIM cannot
 * list it) a small script block. Declared as data in `fact-table.ts`.
 */

/**
 * CIM types a property may be declared with.
 * - `uint64`/`sint64` travel and are kept as decimal text: they exceed 2^53.
 * - `datetime` is kept as UTC text `yyyy-MM-ddTHH:mm:ss.ffffffZ`; `interval` as a number of milliseconds.
 * - `reference` is kept as the referenced object's keys, `instance` (an embedded object) as its properties: both as
 *   name → text.
 */
export type ScalarType =
  | 'string'
  | 'boolean'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'sint16'
  | 'sint32'
  | 'sint64'
  | 'datetime'
  | 'interval'
  | 'reference'
  | 'instance';
export type PropertyType = ScalarType | 'string[]' | 'uint16[]' | 'uint32[]';

export interface ScalarValues {
  string: string;
  boolean: boolean;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: string;
  sint16: number;
  sint32: number;
  sint64: string;
  datetime: string;
  interval: number;
  reference: Readonly<Record<string, string>>;
  instance: Readonly<Record<string, string>>;
}

/** A scalar is null where CIM has null or the host's class lacks the property; an array is `[]` in both cases. */
export type ValueOf<Type extends PropertyType> = Type extends `${infer Element extends ScalarType}[]`
  ? readonly ScalarValues[Element][]
  : Type extends ScalarType
    ? ScalarValues[Type] | null
    : never;

export type PropertyTypes = Readonly<Record<string, PropertyType>>;

/** A fact read from all instances of one CIM class. */
export interface CimFactDeclaration {
  readonly name: string;
  /** Forward slashes, e.g. `root/virtualization/v2`. */
  readonly namespace: string;
  readonly className: string;
  readonly properties: PropertyTypes;
  /**
   * `class` asks for whole instances. `listed` asks only for those declared properties which the host's class really
   * has: for classes with costly properties (thumbnails). Default `class`.
   */
  readonly select?: 'class' | 'listed';
  /** WQL condition on properties that every supported OS has, e.g. `DriveType = 3`. */
  readonly where?: string;
  /** True: the class or namespace may legitimately be missing on a host; the answer is then `absent`. */
  readonly mayBeAbsent?: boolean;
  /** True: known to take long or hang; what is ready is flushed before it is asked. */
  readonly slow?: boolean;
}

/** A fact that CIM cannot list: the body of a PowerShell script block that returns one object per row. */
export interface ScriptFactDeclaration {
  readonly name: string;
  /** Single-quoted literals only, ASCII, PowerShell 4.0 syntax; read-only. */
  readonly script: string;
  readonly properties: PropertyTypes;
  readonly mayBeAbsent?: boolean;
  readonly slow?: boolean;
  /** RVTools columns (`tab.column`) that stay blank, or less exact, where the host is gathered by CIM. */
  readonly costsByCim: readonly string[];
}

export type FactDeclaration = CimFactDeclaration | ScriptFactDeclaration;

/** A row of a fact as the collectors see it. */
export type RowOf<Properties extends PropertyTypes> = {
  readonly [Name in keyof Properties]: ValueOf<Properties[Name]>;
};

/** Why a fact has no rows. Codes are stable. */
export type FactErrorCode =
  /** The host's provider answered with an error. */
  | 'factFailed'
  /** The host did not answer this fact in its time. */
  | 'factTimedOut'
  /** Access to the class or namespace was denied. */
  | 'factDenied'
  /** The script ended, or was ended, before this fact was complete. */
  | 'factNotReceived'
  /** What arrived of this fact did not match its length or hash. */
  | 'factDamaged'
  /** The fact needs the script, and this host was gathered by CIM. */
  | 'notAvailableByCim';

export interface FactError {
  readonly code: FactErrorCode;
  readonly message: string;
}

/** What came of one fact on one host, as it is kept in `hosts/<host>.json.gz`. */
export type FactOutcome =
  | {
      readonly status: 'ok';
      /** Names of the columns of `rows`, so that a later version with another table can still read them. */
      readonly properties: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
      /** Time the host spent on it, in milliseconds; absent where it was not measured. */
      readonly durationMs?: number;
    }
  | { readonly status: 'absent'; readonly message: string }
  | { readonly status: 'failed'; readonly error: FactError };

/** Outcomes by fact name. */
export type FactOutcomes = Readonly<Record<string, FactOutcome>>;
