import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure, type Result, success } from '../../result.ts';
import type { CimEmbedded } from '../cim-repository.ts';
import type { WsmanOutcome } from './answer.ts';
import type { WsmanRequest } from './envelope.ts';
import { type Fault, faults } from './faults.ts';
import { embeddedXml } from './instance-xml.ts';
import { type Machine, vhdCostOf } from './machine.ts';
import { type MethodAnswer, type MethodCall, methodAnswer } from './method-answers.ts';
import { anonymousAddress, namespaces, wmiResourcePrefix } from './namespaces.ts';
import { classNamed, isDenied } from './shown-repository.ts';
import { escapeXml } from './xml.ts';

const jobClass = 'Msvm_StorageJob';

interface Job {
  readonly end: NonNullable<MethodAnswer['job']>;
  /** Looks at it that still find it under way. */
  pending: number;
}

/** Methods of CIM objects, and the jobs that they start (DSP0226 7.2, 9; DSP0230 7). */
export class Invocations {
  readonly #machine: Machine;
  readonly #jobs = new Map<string, Job>();
  /** Calls whose job has ended well: asked again, they have the answer. */
  readonly #workDone = new Set<string>();
  /** Invoke requests taken so far. */
  started = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  async invoke(request: WsmanRequest): Promise<WsmanOutcome> {
    this.started += 1;
    const call = callOf(request);
    if (call === undefined) return failure(faults.actionNotSupported);
    if (isDenied(this.#machine.host, call.namespace)) return failure(faults.accessDenied);
    const target = this.#target(request, call);
    if (!target.ok) return target;
    const answer = methodAnswer(this.#machine.repository, call);
    if (answer === undefined) return failure(faults.actionNotSupported);
    const cost = call.className.toLowerCase() === 'msvm_imagemanagementservice' ? vhdCostOf(this.#machine.host) : 0;
    if (cost > 0) await sleep(cost);
    if (answer.never !== undefined) {
      await sleep(Math.min(request.operationTimeoutMs ?? 60_000, this.#machine.settings.limits.maxTimeoutMs));
      return failure(faults.timedOut);
    }
    return success({ action: `${request.action}Response`, body: this.#output(request, call, answer) });
  }

  /** A job by its key: under way at the first look, over at the second. */
  get(request: WsmanRequest): WsmanOutcome {
    const id = request.selectors.InstanceID ?? '';
    const job = this.#jobs.get(id);
    const uri = `${wmiResourcePrefix}root/virtualization/v2/${jobClass}`;
    if (job === undefined || request.resourceUri.toLowerCase() !== uri.toLowerCase())
      return failure(faults.destinationUnreachable);
    const isOver = job.pending-- <= 0;
    const { state, errorCode, errorText } = job.end;
    const values = isOver
      ? `<p:ErrorCode>${errorCode}</p:ErrorCode><p:ErrorDescription>${escapeXml(errorText)}</p:ErrorDescription>`
      : '<p:ErrorCode>0</p:ErrorCode>';
    return success({
      action: `${namespaces.transfer}/GetResponse`,
      body:
        `<p:${jobClass} xmlns:p="${uri}" xmlns:xsi="${namespaces.schemaInstance}" xsi:type="p:${jobClass}_Type">${values}` +
        `<p:InstanceID>${escapeXml(id)}</p:InstanceID><p:JobState>${isOver ? state : 4}</p:JobState></p:${jobClass}>`,
    });
  }

  /** A method of an object needs the object's keys; StdRegProv's belong to the class. */
  #target(request: WsmanRequest, { namespace, className }: MethodCall): Result<void, Fault> {
    if (className.toLowerCase() === 'stdregprov') return success(undefined);
    const [instance] = classNamed(this.#machine.repository, namespace, className)?.instances ?? [];
    if (instance === undefined) return failure(faults.destinationUnreachable);
    const keys = Object.entries(request.selectors);
    const isIt = keys.length > 0 && keys.every(([name, value]) => String(instance.values[name] ?? '') === value);
    return isIt ? success(undefined) : failure(faults.destinationUnreachable);
  }

  #output(request: WsmanRequest, call: MethodCall, answer: MethodAnswer): string {
    const key = JSON.stringify(call).toLowerCase();
    const { job } = answer;
    const uri = escapeXml(request.resourceUri);
    const wrap = (inner: string, returnValue: number): string =>
      `<p:${call.method}_OUTPUT xmlns:p="${uri}" xmlns:xsi="${namespaces.schemaInstance}">${inner}` +
      `<p:ReturnValue>${returnValue}</p:ReturnValue></p:${call.method}_OUTPUT>`;
    if (job !== undefined && !this.#workDone.has(key)) {
      const id = randomUUID().toUpperCase();
      this.#jobs.set(id, { end: job, pending: 1 });
      if (job.state === 7) this.#workDone.add(key);
      return wrap(jobXml(id), answer.returnValue);
    }
    const out = Object.entries(answer.out).map(([name, value]) => outXml(call.namespace, name, value));
    return wrap(out.join(''), job === undefined ? answer.returnValue : 0);
  }
}

const jobXml = (id: string): string =>
  `<p:Job xmlns:a="${namespaces.addressing}" xmlns:w="${namespaces.wsman}"><a:Address>${anonymousAddress}</a:Address>` +
  `<a:ReferenceParameters><w:ResourceURI>${wmiResourcePrefix}root/virtualization/v2/${jobClass}</w:ResourceURI>` +
  `<w:SelectorSet><w:Selector Name="InstanceID">${id}</w:Selector></w:SelectorSet></a:ReferenceParameters></p:Job>`;

function outXml(namespace: string, name: string, value: string | number | readonly CimEmbedded[]): string {
  if (typeof value !== 'object') return `<p:${name}>${escapeXml(String(value))}</p:${name}>`;
  return value.map((object) => embeddedXml(`p:${name}`, namespace, object)).join('');
}

/** `…/wmi/<namespace>/<class>/<method>`, with the in-parameters of the body. */
function callOf(request: WsmanRequest): MethodCall | undefined {
  const method = request.action.slice(request.action.lastIndexOf('/') + 1);
  if (`${request.resourceUri}/${method}`.toLowerCase() !== request.action.toLowerCase()) return undefined;
  const target = request.resourceUri.slice(wmiResourcePrefix.length);
  const slash = target.lastIndexOf('/');
  const { body } = request;
  if (slash < 0 || body?.name !== `${method}_INPUT` || body.namespace !== request.resourceUri) return undefined;
  const parameters: Record<string, string[]> = {};
  for (const { name, namespace, text } of body.children) {
    if (namespace !== request.resourceUri) return undefined;
    parameters[name] = [...(parameters[name] ?? []), text];
  }
  return { namespace: target.slice(0, slash), className: target.slice(slash + 1), method, parameters };
}
