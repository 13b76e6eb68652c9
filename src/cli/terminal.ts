import type { RawSettings } from '../settings/settings.ts';

/** A stream the program writes text to. */
export interface TextOutput {
  write(text: string): unknown;
  /** True on a terminal: only there anything may move. */
  readonly isTTY?: boolean;
  /** Width of a terminal in characters; 0 where it does not know, as under `script` or `docker exec -t`. */
  readonly columns?: number;
}

/** What surrounds the program: handed in, so that it can be run inside a test. */
export interface Terminal {
  /** For results. */
  readonly stdout: TextOutput;
  /** For progress and errors. */
  readonly stderr: TextOutput;
  readonly environment: RawSettings;
  readonly workingFolder: string;
  /**
   * Calls back at Ctrl-C, once for every time, until the returned function is called. While somebody listens, Ctrl-C
   * does not end the program by itself.
   */
  onInterrupt(callback: () => void): () => void;
  /** Ends the program at once. */
  exit(code: number): void;
}
