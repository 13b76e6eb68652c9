import { randomUUID } from 'node:crypto';
import { failure, type Result, success } from '../../result.ts';
import type { WsmanAnswer, WsmanOutcome } from './answer.ts';
import { parseDuration } from './duration.ts';
import type { WsmanRequest } from './envelope.ts';
import { type Fault, faults } from './faults.ts';
import type { Machine } from './machine.ts';
import { anonymousAddress, commandShellResource, namespaces } from './namespaces.ts';
import { Shell } from './shell.ts';
import { child, childrenOf, type XmlElement } from './xml.ts';

/** Windows' IdleTimeout where the client names none. */
const defaultIdleTimeoutMs = 7_200_000;
/** Room of a Receive's answer for everything but the streams' base64. */
const receiveOverhead = 3_000;

/** What an earlier run of ours leaves behind where it dies, and for how long it has. */
const staleName = 'hyperv-rvtools/20261122T020000Z-000000';
const staleForMs = 3_600_000;

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Remote shells and what runs in them (MS-WSMV 3.1.4.5, 3.1.4.11 to 3.1.4.15). */
export class Shells {
  readonly #machine: Machine;
  readonly #shells = new Map<string, Shell>();
  /** Create requests granted so far. */
  opened = 0;
  /** Commands started so far. */
  commandsRun = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    machine.onCut(() => this.closeAll());
    for (let number = 0; number < (machine.behaviour.staleShells ?? 0); number++) this.#leaveBehind();
  }

  get open(): number {
    return this.#shells.size;
  }

  /** The shells as an enumeration lists them. */
  list(): readonly string[] {
    return [...this.#shells.values()].map((shell) => shell.xml(this.#machine.host.name));
  }

  closeAll(): void {
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  create(request: WsmanRequest, owner: string): WsmanOutcome {
    const body = bodyNamed(request, 'Shell');
    const part = (name: string) => child(body, namespaces.shell, name)?.text.trim();
    const idle = part('IdleTimeOut');
    const wantedMs = idle === undefined ? defaultIdleTimeoutMs : parseDuration(idle);
    const id = body?.attributes.ShellId ?? randomUUID().toUpperCase();
    const complete = body !== undefined && part('InputStreams') !== undefined && part('OutputStreams') !== undefined;
    if (!complete || wantedMs === undefined || !guidPattern.test(id)) return failure(faults.schemaViolation);
    if (request.resourceUri.toLowerCase() !== commandShellResource) return failure(faults.invalidResourceUri);
    const { limits } = this.#machine.settings;
    const idleTimeoutMs = Math.min(wantedMs, limits.maxIdleTimeoutMs);
    if (this.#shells.size >= (this.#machine.behaviour.staleShells ?? limits.maxShells)) {
      return failure(faults.tooManyShells);
    }

    const shell = new Shell({ id, name: part('Name'), idleTimeoutMs, owner }, () => this.#shells.delete(id));
    this.#shells.set(id, shell);
    this.opened += 1;
    return answer(
      `${namespaces.transfer}/CreateResponse`,
      `<x:ResourceCreated><a:Address>${anonymousAddress}</a:Address><a:ReferenceParameters>` +
        `<w:ResourceURI>${commandShellResource}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">${id}</w:Selector>` +
        `</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>${shell.xml(this.#machine.host.name)}`,
    );
  }

  /** A shell of an earlier run of ours, which died a while ago. */
  #leaveBehind(): void {
    const id = randomUUID().toUpperCase();
    const description = { id, name: staleName, idleTimeoutMs: defaultIdleTimeoutMs, owner: 'inventory' };
    this.#shells.set(id, new Shell(description, () => this.#shells.delete(id), Date.now() - staleForMs));
  }

  get(request: WsmanRequest): WsmanOutcome {
    const shell = this.#find(request);
    if (shell === undefined) return failure(faults.shellNotFound);
    return answer(`${namespaces.transfer}/GetResponse`, shell.xml(this.#machine.host.name));
  }

  delete(request: WsmanRequest): WsmanOutcome {
    const shell = this.#find(request);
    if (shell === undefined) return failure(faults.shellNotFound);
    shell.close();
    this.#shells.delete(shell.id);
    return answer(`${namespaces.transfer}/DeleteResponse`, '');
  }

  command(request: WsmanRequest): WsmanOutcome {
    const body = bodyNamed(request, 'CommandLine');
    const program = child(body, namespaces.shell, 'Command')?.text;
    const id = body?.attributes.CommandId ?? randomUUID().toUpperCase();
    if (program === undefined || !guidPattern.test(id)) return failure(faults.schemaViolation);
    const shell = this.#find(request);
    if (shell === undefined) return failure(faults.shellNotFound);
    if (shell.command(id) !== undefined) return failure(faults.commandExists);
    if (shell.running >= this.#machine.settings.limits.maxCommandsPerShell) return failure(faults.tooManyCommands);

    const parts = childrenOf(body, namespaces.shell, 'Arguments').map((element) => element.text);
    shell.start(id, [program, ...parts].join(' '), this.#machine);
    this.commandsRun += 1;
    return answer(
      `${namespaces.shell}/CommandResponse`,
      `<rsp:CommandResponse><rsp:CommandId>${id}</rsp:CommandId></rsp:CommandResponse>`,
    );
  }

  send(request: WsmanRequest): WsmanOutcome {
    const streams = childrenOf(bodyNamed(request, 'Send'), namespaces.shell, 'Stream');
    if (streams.length === 0) return failure(faults.schemaViolation);
    for (const stream of streams) {
      const base64 = stream.text.replaceAll(/\s/g, '');
      if (stream.attributes.Name !== 'stdin' || !isBase64(base64)) return failure(faults.schemaViolation);
      const command = this.#find(request)?.command(stream.attributes.CommandId);
      if (command === undefined) return failure(faults.shellNotFound);
      const end = /^(true|1)$/i.test(stream.attributes.End ?? '');
      if (!command.process.writeStdin(Buffer.from(base64, 'base64'), end)) return failure(faults.brokenPipe);
    }
    return answer(`${namespaces.shell}/SendResponse`, '<rsp:SendResponse/>');
  }

  async receive(request: WsmanRequest): Promise<WsmanOutcome> {
    const desired = child(bodyNamed(request, 'Receive'), namespaces.shell, 'DesiredStream');
    if (desired === undefined) return failure(faults.schemaViolation);
    const shell = this.#find(request);
    const command = shell?.command(desired.attributes.CommandId);
    if (shell === undefined || command === undefined) return failure(faults.shellNotFound);
    const { maxEnvelopeSize, maxTimeoutMs } = this.#machine.settings.limits;
    const envelope = Math.min(maxEnvelopeSize, request.maxEnvelopeSize ?? maxEnvelopeSize);
    const outcome = await command.receive(
      request.messageId,
      Math.floor(((envelope - receiveOverhead) * 3) / 4),
      Math.min(request.operationTimeoutMs ?? maxTimeoutMs, maxTimeoutMs),
    );
    shell.touch();
    if (outcome.ok && command.process.collects && this.#machine.cutsOff(request.messageId)) {
      return success({ ...outcome.value, cutOff: true });
    }
    return outcome;
  }

  signal(request: WsmanRequest): WsmanOutcome {
    const body = bodyNamed(request, 'Signal');
    const code = child(body, namespaces.shell, 'Code')?.text.trim().toLowerCase();
    const action = code?.startsWith(`${namespaces.shell}/signal/`) ? code.slice(code.lastIndexOf('/') + 1) : undefined;
    if (action === undefined || !['terminate', 'ctrl_c', 'ctrl_break'].includes(action)) {
      return failure(faults.schemaViolation);
    }
    const shell = this.#find(request);
    const command = shell?.command(body?.attributes.CommandId);
    if (shell === undefined || command === undefined) return failure(faults.shellNotFound);
    if (action === 'terminate') shell.terminate(command);
    else command.interrupt();
    return answer(`${namespaces.shell}/SignalResponse`, '<rsp:SignalResponse/>');
  }

  #find(request: WsmanRequest): Shell | undefined {
    const shell = this.#shells.get(request.selectors.ShellId ?? '');
    shell?.touch();
    return shell;
  }
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const bodyNamed = ({ body }: WsmanRequest, name: string): XmlElement | undefined =>
  body?.namespace === namespaces.shell && body.name === name ? body : undefined;

const answer = (action: string, body: string): Result<WsmanAnswer, Fault> => success({ action, body });
