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
 * `flushEach` is set, after `hello` and after each fact. The message `end` closes the last frame.
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
    }
  | {
      readonly name: string;
      readonly script: string;
      readonly properties: Readonly<Record<string, string>>;
      readonly mayBeAbsent?: boolean;
      readonly slow?: boolean;
    };

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
