import type { HostList } from '../inventory/host-list.ts';
import { isRunId } from '../inventory/run-id.ts';
import type { NewRun } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import type { Services } from '../services.ts';
import { type ApiAnswer, type FieldProblem, refuse, unlessDown } from './answer.ts';
import { type BegunRun, beginRun, type NotBegun, repeatRun, storedManifest } from './begin-run.ts';
import { standardHosts } from './host-source.ts';
import { readRetriedRun } from './retried-run.ts';
import { type BodyRefused, badRequest, type RunBody, readRunBody, type StartRunRequest } from './run-body.ts';
import { type AskedRun, parseRunFields, transportProblems } from './run-request.ts';
import { runUrls } from './run-urls.ts';
import type { Runs } from './runs.ts';

/**
 * `POST /api/runs`: starts a run. 202 with its id and URLs; the same body under the same `runId` again is the same run,
 * finished or not, another body under it a conflict. A bad body is 400 with everything named that is wrong.
 */
export async function startRun(request: StartRunRequest, services: Services, runs: Runs): Promise<ApiAnswer> {
  const body = readRunBody(request);
  if (!body.ok) return refuse(body.error);
  return await unlessDown('The run was not started', async () => {
    const { runId } = body.value.fields;
    // What a request was answered once, it is answered again, whatever has become of settings and lists since.
    if (typeof runId === 'string' && isRunId(runId) && (await storedManifest(services, runId)))
      return answerFor(request, await repeatRun(runId, body.value.hash, services, runs));
    const run = await decideRun(body.value, services);
    return run.ok ? answerFor(request, await beginRun(run.value, services, runs), run.value) : refuse(run.error);
  });
}

async function decideRun({ fields, hash }: RunBody, services: Services): Promise<Result<NewRun, BodyRefused>> {
  const { defaults } = services;
  const { retryOf } = fields;
  const retried =
    typeof retryOf === 'string' && isRunId(retryOf) ? await readRetriedRun(retryOf, services) : success(undefined);
  const asked = parseRunFields(fields, defaults, retried.ok ? retried.value?.options : {});
  const problems: FieldProblem[] = asked.ok ? [] : [...asked.error];
  if (!retried.ok) {
    const problem: FieldProblem = { field: 'retryOf', problem: retried.error.problem };
    if (retried.error.code === 'notFinished' && problems.length === 0) return failure(runNotFinished(problem));
    problems.push(problem);
  }
  if (!asked.ok || !retried.ok) return failure(badRequest(problems));

  const list = await hostsOf(asked.value, retried.value?.manifest, services);
  if (!list.ok) return list;
  const { hosts, repeated } = list.value;
  const { runId, options } = asked.value;
  const unreachable = transportProblems(hosts, options);
  if (unreachable.length > 0) return failure(badRequest(unreachable));
  return success({
    runId,
    trigger: 'http',
    hosts,
    repeated,
    options,
    requestHash: hash,
    caFile: defaults.caFile,
    ...(retried.value && asked.value.retryOf
      ? { retryOf: { runId: asked.value.retryOf, taken: retried.value.taken } }
      : {}),
  });
}

async function hostsOf(
  { list }: AskedRun,
  retried: Pick<NewRun, 'hosts' | 'repeated'> | undefined,
  services: Services,
): Promise<Result<HostList, BodyRefused>> {
  if (retried) return success(retried);
  if (list) return success(list);
  const standard = await standardHosts(services);
  if (standard.ok) return standard;
  return failure({ ...badRequest(standard.error.map((problem) => ({ field: 'hosts', problem }))), code: 'noHosts' });
}

const runNotFinished = (problem: FieldProblem): BodyRefused => ({
  ...badRequest([problem]),
  code: 'runNotFinished',
  advice: 'Wait until that run is finished, then send it again. Nothing was started.',
});

function answerFor({ url }: StartRunRequest, begun: Result<BegunRun, NotBegun>, run?: NewRun): ApiAnswer {
  if (!begun.ok) return refuse(refusalOf(begun.error));
  const { runId } = begun.value;
  const urls = runUrls(url, runId);
  return {
    status: 202,
    headers: { Location: urls.statusUrl, 'Retry-After': '10' },
    json: { runId, ...urls, ...(run ? { hosts: run.hosts.length, repeatedHosts: run.repeated } : {}) },
  };
}

function refusalOf(refused: NotBegun): BodyRefused {
  const { runId } = refused;
  if (refused.code === 'otherRun')
    return {
      code: 'runConflict',
      runId,
      message: `Run ${runId} exists already, and was asked for with another body.`,
      advice: 'Send the body it was started with, or choose another runId.',
    };
  return {
    code: 'runNotStarted',
    runId,
    message: `Run ${runId} is on record, but could not be started.`,
    advice: `Send the same body again with "runId": "${runId}": it starts then, once.`,
  };
}
