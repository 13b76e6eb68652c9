import { formatDuration } from './duration.ts';
import type { Machine } from './machine.ts';
import { commandShellResource, namespaces } from './namespaces.ts';
import { ShellCommand } from './shell-command.ts';
import { escapeXml } from './xml.ts';

/** What a shell was made with. */
export interface ShellDescription {
  readonly id: string;
  readonly name: string | undefined;
  readonly idleTimeoutMs: number;
  readonly owner: string;
}

/** One remote shell: its commands, and how long it has been idle. */
export class Shell {
  readonly id: string;
  readonly #description: ShellDescription;
  readonly #commands = new Map<string, ShellCommand>();
  readonly #openedAt: number;
  readonly #onIdle: () => void;
  #lastUsedAt: number;
  #idleTimer: NodeJS.Timeout;

  /** `openedAt`: on the clock of `Date.now()`; it has not been used since. */
  constructor(description: ShellDescription, onIdle: () => void, openedAt = Date.now()) {
    this.#openedAt = openedAt;
    this.#lastUsedAt = openedAt;
    this.id = description.id;
    this.#description = description;
    this.#onIdle = onIdle;
    this.#idleTimer = this.#startIdleTimer();
  }

  /** Commands that have not ended. */
  get running(): number {
    return [...this.#commands.values()].filter((command) => !command.ended).length;
  }

  command(id: string | undefined): ShellCommand | undefined {
    return id === undefined ? undefined : this.#commands.get(id.toUpperCase());
  }

  start(id: string, commandLine: string, machine: Machine): void {
    this.#commands.set(id.toUpperCase(), new ShellCommand(id, commandLine, machine));
  }

  terminate(command: ShellCommand): void {
    command.abort();
    this.#commands.delete(command.id.toUpperCase());
  }

  /** The shell was used: its idle time starts anew. */
  touch(): void {
    this.#lastUsedAt = Date.now();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = this.#startIdleTimer();
  }

  close(): void {
    clearTimeout(this.#idleTimer);
    for (const command of this.#commands.values()) command.abort();
    this.#commands.clear();
  }

  xml(machine: string): string {
    const { id, name, owner, idleTimeoutMs } = this.#description;
    const now = Date.now();
    return (
      `<rsp:Shell xmlns:rsp="${namespaces.shell}"><rsp:ShellId>${id}</rsp:ShellId>` +
      (name === undefined ? '' : `<rsp:Name>${escapeXml(name)}</rsp:Name>`) +
      `<rsp:ResourceUri>${commandShellResource}</rsp:ResourceUri><rsp:Owner>${escapeXml(`${machine}\\${owner}`)}</rsp:Owner>` +
      `<rsp:ClientIP>127.0.0.1</rsp:ClientIP><rsp:IdleTimeOut>PT${(idleTimeoutMs / 1000).toFixed(3)}S</rsp:IdleTimeOut>` +
      '<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>' +
      `<rsp:ShellRunTime>${wholeSeconds(now - this.#openedAt)}</rsp:ShellRunTime>` +
      `<rsp:ShellInactivity>${wholeSeconds(now - this.#lastUsedAt)}</rsp:ShellInactivity></rsp:Shell>`
    );
  }

  #startIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => {
      // A Receive that waits for output keeps the shell in use.
      if ([...this.#commands.values()].some((command) => command.awaited)) return this.touch();
      this.close();
      this.#onIdle();
    }, this.#description.idleTimeoutMs).unref();
  }
}

const wholeSeconds = (milliseconds: number): string => formatDuration(Math.floor(milliseconds / 1000) * 1000);
