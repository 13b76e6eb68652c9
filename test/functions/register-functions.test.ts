import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { collectRegistrations } from '../../src/embedded/functions-core.ts';
import { registerFunctions } from '../../src/functions/register-functions.ts';
import { activityNames, orchestratorNames } from '../../src/orchestrators/function-names.ts';

const registrations = collectRegistrations(() =>
  registerFunctions(() => {
    throw new Error('no services at registration');
  }),
);

describe('the registrations of the Functions app', () => {
  it('are every activity and orchestrator, under names that Azure takes, without a look at the settings', () => {
    expect([...registrations.keys()].toSorted()).toEqual(
      [...Object.values(orchestratorNames), ...Object.values(activityNames)].toSorted(),
    );
  });

  it('have the trigger that their part in a run needs', () => {
    const triggerOf = (name: string): string | undefined => registrations.get(name)?.bindings[0]?.type;
    for (const name of Object.values(orchestratorNames)) expect(triggerOf(name)).toBe('orchestrationTrigger');
    for (const name of Object.values(activityNames)) expect(triggerOf(name)).toBe('activityTrigger');
  });

  it('have more time from Azure than one host may take', async () => {
    const host = JSON.parse(await readFile(new URL('../../host.json', import.meta.url), 'utf8')) as {
      functionTimeout: string;
    };
    expect(host.functionTimeout > '00:25:00').toBe(true);
  });
});
