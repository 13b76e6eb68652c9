import type { InputSource, ListingMethod } from './fact.ts';

/**
 * What is said between us and the collector script (`collector.ps1`).
 *
 * In: the script's stdin is one line `$InventoryRequest = '<JSON of ScriptRequest>'` (ASCII only, single quotes
 * doubled), then `collector.ps1` byte for byte.
 *
 * Out: frames on stdout, ASCII only, each
 * ```
 * HVR1 <sequence> <length> <sha256>\n
 * <base64>\n
 * ```
 * `sequence` counts from 1; `length` is the number of base64 characters; `sha256` is the lower-case hex hash of those
 * characters; the base64 holds the gzip of the UTF-8 JSON of a {@link ScriptFrame}. Anything between frames is noise.
 * A frame is flushed when `flushMs` have passed or `flushBytes` of JSON are ready, before each slow fact, and, where
 * `flushEach` is set, after `hello`, after each fact and before each input of a fact told input by input. The message `end`
 * closes the last frame.
 *
 * Cells of a fact told input by input are texts, arrays of texts or null: of the properties as they stand in the
 * instance's CIM-XML or as the script block gave them, of `ErrorCode` a mark that `input-errors.ts` reads. Inputs without
 * a row were not asked, or did not answer.
 */

/** A fact as the script is asked for it: a fact-table declaration without what the host need not know. */
export type RequestedFact =
  | {
      readonly name: string;
      readonly namespace: string;
      readonly className: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly select?: 'class' | 'listed';
      readonly where?: string;
      readonly mayBeAbsent?: boolean;
      readonly slow?: boolean;
      readonly orMethod?: ListingMethod;
    }
  | RequestedInputFact
  | {
      readonly name: string;
      readonly registryKey: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly mayBeAbsent?: boolean;
      readonly slow?: boolean;
    }
  | {
      readonly name: string;
      readonly script: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly mayBeAbsent?: boolean;
      readonly slow?: boolean;
    };

/** A fact told input by input, by a method or by a script block. */
export type RequestedInputFact = RequestedMethodFact | RequestedInputScriptFact;

export interface RequestedMethodFact extends InputRequest {
  readonly namespace: string;
  readonly className: string;
  readonly method: string;
  readonly parameter: string;
  readonly result: string;
}

export interface RequestedInputScriptFact extends InputRequest {
  readonly script: string;
}

interface InputRequest {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly inputs: InputSource & {
    /** Inputs that come first, besides those of the rows of a source that is asked in the same run. */
    readonly given?: readonly string[];
    /** With `given`: inputs that are not to be asked again. */
    readonly known?: readonly string[];
  };
  /** Milliseconds of the script's own time after which no further input is asked. */
  readonly untilMs: number;
  readonly mayBeAbsent?: boolean;
  readonly slow?: boolean;
}

export interface ScriptRequest {
  readonly version: 1;
  readonly facts: readonly RequestedFact[];
  /** True: a frame after every fact, so that the one that hangs can be told. */
  readonly flushEach: boolean;
  /** Milliseconds. */
  readonly flushMs: number;
  /** Characters of JSON. */
  readonly flushBytes: number;
  /** Seconds, for `Get-CimInstance -OperationTimeoutSec`. */
  readonly operationTimeoutSec: number;
  /** Seconds for one input of a fact told by a method, its job included; a script block ends when it does. */
  readonly inputTimeoutSec: number;
}

/** Values in rows follow `ValueOf` of `fact.ts`: uint64 as text, datetimes UTC with six decimals, intervals in ms. */
export type ScriptMessage =
  | {
      readonly kind: 'hello';
      readonly powershell: string;
      readonly languageMode: string;
      readonly culture: string;
    }
  | {
      readonly kind: 'fact';
      readonly name: string;
      readonly properties: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
      /**
       * Number of this message within its fact, from 0. Lets the reader see that a lost frame took the beginning of a
       * fact along; where it is missing, the first fact after a lost frame is not trusted.
       */
      readonly part?: number;
      /** True: further messages of this fact follow; its rows are those of all its messages, in order. */
      readonly more: boolean;
      /** Milliseconds the host spent on it; on the last message of the fact. */
      readonly ms: number;
    }
  /** Where each frame is sent at once: this input is being asked about. */
  | { readonly kind: 'asking'; readonly name: string; readonly input: string }
  | { readonly kind: 'absent'; readonly name: string; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly code: 'factFailed' | 'factTimedOut' | 'factDenied';
      readonly message: string;
    }
  | { readonly kind: 'end'; readonly facts: number };

export interface ScriptFrame {
  readonly messages: readonly ScriptMessage[];
}
