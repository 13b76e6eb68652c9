import { type ChildProcess, spawn } from 'node:child_process';

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A Bicep CLI that stays: JSON-RPC over its standard streams, each message after a Content-Length header. */
export class BicepProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #heard = Buffer.alloc(0);
  #calls = 0;

  constructor(program: string) {
    this.#child = spawn(program, ['jsonrpc', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (bytes: Buffer) => this.#hear(bytes));
    this.#child.on('exit', () => {
      for (const [id, tell] of this.#waiting) tell({ id, error: { message: 'The Bicep CLI ended' } });
    });
  }

  /** Calls a method, e.g. `bicep/compile`; throws what the CLI says where it cannot do it. */
  async call<Result>(method: string, params: unknown): Promise<Result> {
    this.#calls += 1;
    const id = this.#calls;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const message = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    this.#child.stdin?.write(`Content-Length: ${message.length}\r\n\r\n`);
    this.#child.stdin?.write(message);
    const { error, result } = await answered;
    if (error) throw new Error(error.message);
    return result as Result;
  }

  stop(): void {
    // Asked to end, it may complain on stderr; it has nothing to put away.
    this.#child.kill('SIGKILL');
  }

  #hear(bytes: Buffer): void {
    this.#heard = Buffer.concat([this.#heard, bytes]);
    for (;;) {
      const headerEnd = this.#heard.indexOf('\r\n\r\n');
      if (headerEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#heard.toString('latin1', 0, headerEnd))?.[1]);
      const end = headerEnd + 4 + length;
      if (this.#heard.length < end) return;
      const answer: Answer = JSON.parse(this.#heard.toString('utf8', headerEnd + 4, end));
      this.#heard = this.#heard.subarray(end);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
  }
}
