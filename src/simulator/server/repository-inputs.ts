import { setTimeout as sleep } from 'node:timers/promises';
import type {
  RequestedFact,
  RequestedInputFact,
  RequestedMethodFact,
  ScriptRequest,
} from '../../facts/script-protocol.ts';
import { folderListing } from './folder-listing.ts';
import type { FrameWriter } from './frame-writer.ts';
import { vhdCostOf } from './machine.ts';
import { methodAnswer } from './method-answers.ts';
import type { ScriptRun } from './script-host.ts';

type Cells = Readonly<Record<string, unknown>>;

const inputsPerMessage = 8;
const isRemote = (path: string): boolean => /^\\\\(\?\\UNC\\|(?![.?]\\))/i.test(path);

/** Facts told input by input as the script tells them: input by input, in its order, its batches and its marks. */
export class RepositoryInputs {
  readonly #request: ScriptRequest;
  readonly #run: ScriptRun;
  readonly #frames: FrameWriter;
  readonly #startedAt = performance.now();
  /** Servers that were waited for in vain. */
  readonly #gone = new Set<string>();
  readonly #sources = new Map<string, readonly Cells[]>();

  constructor(request: ScriptRequest, run: ScriptRun, frames: FrameWriter) {
    this.#request = request;
    this.#run = run;
    this.#frames = frames;
  }

  /** Later facts may take their inputs from these rows. */
  noteSource({ name, properties }: RequestedFact, rows: readonly (readonly unknown[])[]): void {
    const isSource = this.#request.facts.some(
      (fact) => 'inputs' in fact && fact.inputs.from.some((origin) => origin.fact === name),
    );
    if (!isSource) return;
    const names = Object.keys(properties);
    const cellsOf = (row: readonly unknown[]): Cells =>
      Object.fromEntries(names.map((column, index) => [column, row[index]]));
    this.#sources.set(name, rows.map(cellsOf));
  }

  async add(fact: RequestedInputFact): Promise<void> {
    const { inputs } = fact;
    const hasSource = inputs.from.some((origin) => this.#sources.has(origin.fact));
    if (!hasSource && inputs.given === undefined) return;
    const queue = new PathQueue(inputs.known ?? [], inputs.limit);
    for (const input of inputs.given ?? []) queue.add(input);
    for (const { fact: source, property, where, as } of inputs.from) {
      for (const row of this.#sources.get(source) ?? []) {
        if (meets(row, where)) queue.add(pathNamed(textOf(row[property]), as));
      }
    }
    let filesTold = 0;
    const names = Object.keys(fact.properties);
    const told: Cells[] = [];
    const startedAt = performance.now();
    let batch: Cells[] = [];
    let part = 0;
    const send = async (more: boolean): Promise<void> => {
      const rows = batch.map((cells) => names.map((name) => cells[name] ?? null));
      const ms = Math.round(performance.now() - startedAt);
      await this.#frames.add(
        JSON.stringify({ kind: 'fact', name: fact.name, properties: names, rows, part, more, ms }),
      );
      part += 1;
      batch = [];
    };
    for (let input = queue.next(); input !== undefined; input = queue.next()) {
      if (performance.now() - this.#startedAt >= fact.untilMs) break;
      if (this.#request.flushEach) {
        await this.#frames.add(JSON.stringify({ kind: 'asking', name: fact.name, input }));
        await this.#frames.flush();
      }
      const answer: Cells = 'script' in fact ? await this.#list(input, filesTold) : await this.#ask(fact, input);
      const cells: Cells = { ...answer, Input: input };
      if (Array.isArray(cells.FileNames)) filesTold += cells.FileNames.length;
      if (this.#run.signal.aborted) return;
      told.push(cells);
      batch.push(cells);
      if (inputs.follow !== undefined) for (const next of textsIn(cells[inputs.follow])) queue.add(next);
      if (batch.length >= inputsPerMessage || this.#request.flushEach) await send(true);
    }
    await send(false);
    this.#sources.set(fact.name, told);
  }

  /** The files and folders in a folder, `told` files after the first. */
  async #list(path: string, told: number): Promise<Cells> {
    const server = path.startsWith('\\\\') ? (path.split('\\')[2] ?? '') : '';
    if (this.#gone.has(server))
      return { ErrorCode: 'error TimeoutException', ErrorText: 'Its server did not answer before.' };
    const listing = folderListing(this.#run.repository, path, told);
    if (listing === 'unreachable') {
      await sleep(500, undefined, { signal: this.#run.signal });
      if (server !== '') this.#gone.add(server);
      return { ErrorCode: 'error IOException 0x80070035', ErrorText: 'The network path was not found.' };
    }
    if (listing === 'stuck') await sleep(2 ** 31 - 1, undefined, { signal: this.#run.signal });
    return listing === 'stuck' ? {} : listing;
  }

  /** One call; where it starts a job, what the script has once the job is over. */
  async #ask({ namespace, className, method, parameter, result }: RequestedMethodFact, input: string): Promise<Cells> {
    const { repository, host, signal } = this.#run;
    const cost = vhdCostOf(host);
    if (cost > 0) await sleep(cost, undefined, { signal });
    const parameters = { [parameter]: [input] };
    const answer = methodAnswer(repository, { namespace, className, method, parameters });
    if (answer === undefined) return { ErrorCode: 'error InvalidMethod' };
    if (answer.never === 'stuck') await sleep(2 ** 31 - 1, undefined, { signal });
    if (answer.never === 'hangs') {
      await sleep(1_000 * this.#request.inputTimeoutSec, undefined, { signal });
      return { ErrorCode: 'timedOut' };
    }
    if (answer.job?.state === 10) return { ErrorCode: `job ${answer.job.errorCode}`, ErrorText: answer.job.errorText };
    const xml = answer.out[result];
    return typeof xml === 'string' ? textsOf(xml) : { ErrorCode: `return ${answer.returnValue}` };
  }
}

/** The folder that a path names, or that its file lies in, in the form in which it is asked for. */
function pathNamed(text: string | null, as: 'folder' | 'folderOfFile' | undefined): string | null {
  if (text === null || as === undefined) return text;
  const path = as === 'folder' ? text : text.slice(0, text.lastIndexOf('\\') + 1);
  const folder = path.replace(/\\+$/, '');
  if (/^[A-Z]:$/i.test(folder)) return `${folder}\\`;
  return /^(?:[A-Z]:\\|\\\\[^\\]+\\[^\\]+)/i.test(folder) ? folder : null;
}

/** Each path once, those on other machines last. */
class PathQueue {
  readonly #seen: Set<string>;
  readonly #near: string[] = [];
  readonly #far: string[] = [];

  #left: number;

  constructor(known: readonly string[], limit = Number.POSITIVE_INFINITY) {
    this.#seen = new Set(known.map((path) => path.toLowerCase()));
    this.#left = limit - this.#seen.size;
  }

  add(path: string | null): void {
    if (!path || this.#seen.has(path.toLowerCase())) return;
    this.#seen.add(path.toLowerCase());
    (isRemote(path) ? this.#far : this.#near).push(path);
  }

  next(): string | undefined {
    if (this.#left <= 0) return undefined;
    this.#left--;
    return this.#near.shift() ?? this.#far.shift();
  }
}

const textOf = (value: unknown): string | null => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : null;
};

const textsIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter((text) => typeof text === 'string');

const meets = (row: Cells, where: Readonly<Record<string, string | null>>): boolean =>
  Object.entries(where).every(
    ([name, wanted]) => (textOf(row[name])?.toLowerCase() ?? null) === (wanted?.toLowerCase() ?? null),
  );

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

/** The texts of an instance that `cimXml` wrote. */
function textsOf(xml: string): Cells {
  const found = [...xml.matchAll(/<PROPERTY NAME="(\w+)" TYPE="\w+"><VALUE>([^<]*)<\/VALUE>/g)];
  return Object.fromEntries(
    found.map(([, name = '', text = '']) => [
      name,
      text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity),
    ]),
  );
}
