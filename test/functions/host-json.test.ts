import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fakeFleet } from '../activities/fake-host.ts';

const host = JSON.parse(await readFile(new URL('../../host.json', import.meta.url), 'utf8'));
const { durableTask } = host.extensions;

/** `hh:mm:ss` in milliseconds. */
const milliseconds = (time: string): number =>
  time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000;

it('Azure gives a host more time than its collection takes by itself, with some left to keep what arrived', () => {
  const { collectDeadlineMs } = fakeFleet({}).services;
  expect(milliseconds(host.functionTimeout)).toBeGreaterThanOrEqual(collectDeadlineMs + 3 * 60_000);
});

it('Azure asks as many hosts at once as the command line, and no more by chance', () => {
  expect(durableTask.maxConcurrentActivityFunctions).toBe(32);
  expect(durableTask.maxConcurrentOrchestratorFunctions).toBeGreaterThan(0);
  // Fixed for as long as the task hub exists.
  expect(durableTask.hubName).toBe('HyperVRvtools');
  expect(durableTask.storageProvider.partitionCount).toBe(4);
});

it('what a killed host had under way is handed out again within two minutes, and not to two at a time', () => {
  const { workItemQueueVisibilityTimeout, controlQueueVisibilityTimeout } = durableTask.storageProvider;
  for (const time of [workItemQueueVisibilityTimeout, controlQueueVisibilityTimeout]) {
    expect(milliseconds(time)).toBeLessThanOrEqual(2 * 60_000);
    // Durable takes from one to sixty minutes, and renews its hold half a minute before the end.
    expect(milliseconds(time)).toBeGreaterThan(60_000);
  }
});

it('a second start of a run that goes on is refused by Durable, so that one request is one run', () => {
  expect(durableTask.overridableExistingInstanceStates).toBe('NonRunningStates');
});

it('no line of a run is sampled away: runFinished is one of them', () => {
  const { samplingSettings } = host.logging.applicationInsights;
  expect(samplingSettings.excludedTypes.split(';')).toEqual(expect.arrayContaining(['Trace', 'Exception', 'Request']));
  expect(host.logging.logLevel.default).toBe('Information');
});

it('what looks every minute for runs that broke off is heard of only where it finds one', () => {
  const { logLevel } = host.logging;
  expect(logLevel['Function.restartBrokenRuns']).toBe('Warning');
  expect(logLevel['Function.restartBrokenRuns.User']).toBe('Information');
});

it('runs can be followed from call to call', () => {
  expect(durableTask.tracing).toEqual({ distributedTracingEnabled: true, version: 'V2' });
});

it('the extensions come from the bundle that has Durable 3 in it, and functions lie below /api', () => {
  expect(host.extensionBundle).toEqual({
    id: 'Microsoft.Azure.Functions.ExtensionBundle',
    version: '[4.*, 5.0.0)',
  });
  expect(host.extensions.http.routePrefix).toBe('api');
});
