/**
 * A fact is one kind of raw data asked of a host: a CIM class and the properties wanted of it, what a method of a CIM
 * class tells about each of its inputs (virtual disk files), values of the registry, or (where CIM has none of these)
 * what a small script block tells, once or about each of its inputs (folders). Declared as data in `fact-table.ts`.
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
  /** A method that gives the same instances, for hosts on which the class cannot be listed. */
  readonly orMethod?: ListingMethod;
}

/** A method of the only instance of its class whose out-parameter is an array of embedded instances. */
export interface ListingMethod {
  readonly className: string;
  readonly method: string;
  /** In-parameters that are numbers, all of type `uint32[]`. */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /** The out-parameter. */
  readonly result: string;
}

/** Rows that name inputs. */
export interface InputOrigin {
  /** A fact that stands before the one that is asked, and the property (a text, or the first of an array). */
  readonly fact: string;
  readonly property: string;
  /** Only rows that have these texts, whatever their case; null: only rows that have nothing there. */
  readonly where: Readonly<Record<string, string | null>>;
  /** The text is the path of a folder, or of a file whose folder is meant; else it is the input as it stands. */
  readonly as?: 'folder' | 'folderOfFile';
}

/** Where the inputs of a fact told input by input come from. Each is asked for once, whatever its case. */
export interface InputSource {
  readonly from: readonly InputOrigin[];
  /** A property of the rows found that names further inputs: the parent of a differencing disk, folders in a folder. */
  readonly follow?: string;
  /** Most inputs that are asked, those of the origins first. Rows that follow tell which were left out. */
  readonly limit?: number;
}

/**
 * A fact that a method of a CIM class tells, one call per input, one row per input. The method belongs to the only
 * instance of its class, and its out-parameter is an instance as CIM-XML text. A call that fails is a row as well: each
 * row has the columns of {@link inputColumns}.
 */
export interface MethodFactDeclaration {
  readonly name: string;
  readonly namespace: string;
  readonly className: string;
  readonly method: string;
  /** The in-parameter that takes the input; all others are left out. */
  readonly parameter: string;
  readonly inputs: InputSource;
  /** The out-parameter. */
  readonly result: string;
  readonly properties: PropertyTypes & typeof inputColumns;
  readonly mayBeAbsent?: boolean;
  readonly slow?: boolean;
}

/** What every row of a fact told input by input tells beside the properties that were found. */
export const inputColumns = {
  /** What was asked about, as it was first met. */
  Input: 'string',
  /** Null: it was answered, and the other columns hold the answer. Else an {@link InputErrorCode}; they are null. */
  ErrorCode: 'string',
  /** What the host said, where it said something. */
  ErrorText: 'string',
} as const satisfies Readonly<Record<string, ScalarType>>;

/** Why one input of a fact has no answer. Codes are stable. */
export type InputErrorCode =
  /** There is no such file or folder. */
  | 'fileMissing'
  /** Somebody holds it open in a way that does not let it be read. */
  | 'fileLocked'
  /** The account may not read it. */
  | 'fileDenied'
  /** It lies on another machine, which does not take the account from here: WinRM makes no second hop. */
  | 'doubleHop'
  /** The machine or share that it lies on is not reached. */
  | 'fileUnreachable'
  /** It is no virtual disk, or a damaged one. */
  | 'fileDamaged'
  /** The host did not answer in the time for one input. */
  | 'fileTimedOut'
  /** The time for all inputs was over before it was asked for. */
  | 'fileNotAsked'
  /** The conversation broke off before it was told; a further attempt asks for it. */
  | 'fileNotReceived'
  /** Anything else; the text says more. */
  | 'fileFailed';

/**
 * A fact that is read from one key under HKEY_LOCAL_MACHINE: one row, a column per value of that name, by StdRegProv. A
 * value that is not there is null; where none is, the fact is `absent`.
 */
export interface RegistryFactDeclaration {
  readonly name: string;
  /** Without the hive, e.g. `Cluster`. */
  readonly registryKey: string;
  readonly properties: Readonly<Record<string, 'string' | 'uint32'>>;
  readonly mayBeAbsent?: boolean;
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

/**
 * A fact that a script block tells, one call and one row per input. The block takes the input and a hashtable that lives
 * as long as this run of the script, and returns a hashtable of texts and arrays of texts; what it throws is a row too.
 */
export interface InputScriptFactDeclaration extends ScriptFactDeclaration {
  readonly inputs: InputSource;
  readonly properties: PropertyTypes & typeof inputColumns;
}

/** A fact told input by input. */
export type InputFactDeclaration = MethodFactDeclaration | InputScriptFactDeclaration;

export type FactDeclaration =
  | CimFactDeclaration
  | InputFactDeclaration
  | RegistryFactDeclaration
  | ScriptFactDeclaration;

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

/** The outcome of a fact that was asked for and did not come. */
export const failedFact = (code: FactErrorCode, message: string): FactOutcome => ({
  status: 'failed',
  error: { code, message },
});
