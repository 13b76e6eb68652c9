import { describe, expect, it, vi } from 'vitest';
import { collectRegistrations } from '../../src/embedded/functions-core.ts';
import { registerFunctions } from '../../src/functions/register-functions.ts';
import { activityNames, orchestratorNames } from '../../src/orchestrators/function-names.ts';
import { functionNames } from '../fixtures/function-names.ts';

const unused = (): never => {
  throw new Error('no services at registration');
};
const registrations = collectRegistrations(() => registerFunctions(unused));

describe('the registrations of the Functions app', () => {
  it('are every trigger, activity and orchestrator, under names that Azure takes, without a look at the settings', () => {
    expect([...registrations.keys()].toSorted()).toEqual(functionNames);
  });

  it('ask for a function key at every call over HTTP', () => {
    const bindings = [...registrations.values()].flatMap(({ bindings }) => bindings);
    const http = bindings.filter(({ type }) => type === 'httpTrigger');
    expect(http.map(({ methods, route, authLevel }) => `${authLevel} ${methods?.join()} ${route}`).toSorted()).toEqual([
      'function GET runs',
      'function GET runs/{runId}',
      'function GET,HEAD runs/{runId}/files/{*name}',
      'function POST runs',
      'function POST runs/{runId}/cancel',
    ]);
  });

  it('start the nightly inventory at two, unless the settings say when', () => {
    const scheduleOf = (): string | undefined =>
      collectRegistrations(() => registerFunctions(unused)).get('nightlyInventory')?.bindings[0]?.schedule;
    expect(scheduleOf()).toBe('0 0 2 * * *');
    vi.stubEnv('INVENTORY_SCHEDULE', '0 30 4 * * 1-5');
    expect(scheduleOf()).toBe('0 30 4 * * 1-5');
    vi.stubEnv('INVENTORY_SCHEDULE', '');
    expect(scheduleOf()).toBe('0 0 2 * * *');
    vi.unstubAllEnvs();
  });

  it('have the trigger that their part in a run needs', () => {
    const triggerOf = (name: string): string | undefined => registrations.get(name)?.bindings[0]?.type;
    for (const name of Object.values(orchestratorNames)) expect(triggerOf(name)).toBe('orchestrationTrigger');
    for (const name of Object.values(activityNames)) expect(triggerOf(name)).toBe('activityTrigger');
  });
});
