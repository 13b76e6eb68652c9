import { setTimeout as sleep } from 'node:timers/promises';
import type { Behaviour } from '../behaviour.ts';
import type { CimRepository } from '../cim-repository.ts';
import { behaviourOf } from '../personalities.ts';
import type { SimulatedHost } from '../simulated-host.ts';
import type { ScriptHost } from './script-host.ts';
import { shownRepository } from './shown-repository.ts';
import { Troubles } from './troubles.ts';

/** What a host's WinRM service allows; Windows' defaults unless a test sets them. */
export interface HostLimits {
  /** Bytes of a request's or an answer's envelope (MaxEnvelopeSizekb). */
  readonly maxEnvelopeSize: number;
  /** MaxShellsPerUser. */
  readonly maxShells: number;
  /** Commands that run in one shell at once. */
  readonly maxCommandsPerShell: number;
  /** MaxTimeoutms: what an OperationTimeout is cut down to. */
  readonly maxTimeoutMs: number;
  /** MaxIdleTimeoutms: what a shell's IdleTimeOut is cut down to. */
  readonly maxIdleTimeoutMs: number;
}

export const windowsLimits: HostLimits = {
  maxEnvelopeSize: 512_000,
  maxShells: 30,
  maxCommandsPerShell: 25,
  maxTimeoutMs: 60_000,
  maxIdleTimeoutMs: 2_147_483_647,
};

export interface MachineSettings {
  readonly limits: HostLimits;
  readonly scriptHost: ScriptHost;
  /** From the command until powershell.exe reads its stdin, in milliseconds. */
  readonly powershellStartMs: number;
}

/** After one of these was listed, facts count as asked for: a baseline has no use for them. */
const factClasses: ReadonlySet<string> = new Set(['msvm_processorsettingdata', 'msvm_memorysettingdata']);
const baselineClass = 'msvm_computersystem';

/** One machine of the fleet, whatever number of names and ports it is reached by. */
export class Machine {
  readonly host: SimulatedHost;
  readonly behaviour: Behaviour;
  readonly troubles: Troubles;
  readonly settings: MachineSettings;
  readonly language: string;
  #before: CimRepository | undefined;
  #after: CimRepository | undefined;
  #factsAsked = false;
  #moved = false;
  /** Its last list was read, and what comes next is asked by a second look. */
  #lookedAt = false;
  #waitsFor: Machine | undefined;
  #cutMessageId: string | undefined;
  readonly #onCut: (() => void)[] = [];

  constructor(host: SimulatedHost, settings: MachineSettings) {
    this.host = host;
    this.behaviour = behaviourOf(host);
    this.troubles = new Troubles(this.behaviour.troubles);
    this.settings = settings;
    this.language = host.language ?? 'en-US';
  }

  /** What it shows now. Made once: instances keep their identity, and with it their XML. */
  get repository(): CimRepository {
    if (this.#hasMoved && this.host.repositoryAfter !== undefined) {
      this.#after ??= shownRepository(this.host, this.host.repositoryAfter);
      return this.#after;
    }
    this.#before ??= shownRepository(this.host, this.host.repository);
    return this.#before;
  }

  get #hasMoved(): boolean {
    return this.#waitsFor === undefined || this.#waitsFor === this ? this.#moved : this.#waitsFor.#lookedAt;
  }

  /** To be called before a class is listed; a VM that moves is gone once its facts were asked for. */
  noteListing(className: string): void {
    const name = className.toLowerCase();
    if (factClasses.has(name)) this.noteFactsAsked();
    else if (name === baselineClass && this.#factsAsked) this.#noteLastList();
  }

  #noteLastList(): void {
    // Behind its back means after its list was read: the list itself has still nothing of it.
    this.#moved = this.#waitsFor !== this || this.#lookedAt;
    this.#lookedAt = true;
  }

  /** What it shows changes with the other machine (or itself) having been looked at, not with its own facts. */
  waitFor(machine: Machine): void {
    this.#waitsFor = machine;
  }

  noteFactsAsked(): void {
    this.#factsAsked = true;
  }

  /** Spends the time that a query takes on this machine. */
  async spendFactCost(signal?: AbortSignal): Promise<void> {
    const cost = factCostOf(this.host);
    if (cost > 0) await sleep(cost, undefined, signal ? { signal } : {});
  }

  /** Calls back when an intermittent machine loses its connections, and with them what was bound to them. */
  onCut(listener: () => void): void {
    this.#onCut.push(listener);
  }

  /**
   * True where the answer to this message of a collection is to be cut off mid-way: on an intermittent machine the
   * first one ever, and each replay of it.
   */
  cutsOff(messageId: string): boolean {
    if (this.behaviour.connection !== 'dropsOnce') return false;
    if (this.#cutMessageId === undefined) {
      this.#cutMessageId = messageId;
      for (const listener of this.#onCut) listener();
      return true;
    }
    return this.#cutMessageId === messageId;
  }

  /** True where listing this class shows that a collection, and not only a preflight, is under way. */
  static isCollection(className: string): boolean {
    return factClasses.has(className.toLowerCase());
  }
}

/** Milliseconds that a query of a fact takes on a host. */
export const factCostOf = (host: SimulatedHost): number => host.factCostMs * (behaviourOf(host).slowness ?? 1);

/** Milliseconds that opening a virtual disk file takes on a host. */
export const vhdCostOf = (host: SimulatedHost): number => (host.vhdCostMs ?? 0) * (behaviourOf(host).slowness ?? 1);
