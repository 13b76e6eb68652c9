import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Writes messages in the frames of `script-protocol.ts`, one write per frame. */
export class FrameWriter {
  readonly #write: (stdout: Buffer) => void;
  readonly #flushMs: number;
  readonly #flushBytes: number;
  #messages: string[] = [];
  #characters = 0;
  #sequence = 0;
  #lastFlush = performance.now();

  constructor(write: (stdout: Buffer) => void, flushMs: number, flushBytes: number) {
    this.#write = write;
    this.#flushMs = flushMs;
    this.#flushBytes = flushBytes;
  }

  /** Takes the JSON of one message; flushes when enough has gathered, or enough time has passed. */
  async add(message: string): Promise<void> {
    const ascii = toAscii(message);
    this.#messages.push(ascii);
    this.#characters += ascii.length;
    if (this.#characters >= this.#flushBytes || performance.now() - this.#lastFlush >= this.#flushMs)
      await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#messages.length === 0) return;
    const json = `{"messages":[${this.#messages.join(',')}]}`;
    this.#messages = [];
    this.#characters = 0;
    this.#lastFlush = performance.now();
    this.#sequence += 1;
    const base64 = (await compress(json)).toString('base64');
    const hash = createHash('sha256').update(base64).digest('hex');
    this.#write(Buffer.from(`HVR1 ${this.#sequence} ${base64.length} ${hash}\n${base64}\n`));
  }
}

const toAscii = (json: string): string =>
  json.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
