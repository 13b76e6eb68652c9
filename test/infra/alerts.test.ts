import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { orchestratorNames } from '../../src/orchestrators/function-names.ts';
import { fakeFleet, healthyClasses } from '../activities/fake-host.ts';
import { finished, functionsApp } from '../functions/functions-app.ts';
import { bicepIsThere, type Deployment, deployment, ofType, type Resource, theOne } from './bicep.ts';
import { problemsOf } from './kql-syntax.ts';

const ruleType = 'Microsoft.Insights/scheduledQueryRules';

/** The rule whose name ends so. */
function rule(deployed: Deployment, ending: string): Resource {
  const found = ofType(deployed, ruleType).find(({ name }) => name.endsWith(`-${ending}`));
  if (!found) throw new Error(`No rule ${ending}`);
  return found;
}

const queryOf = ({ properties }: Resource): string => properties.criteria.allOf[0].query;

/** The line that a run really logs at its end. */
async function loggedEnd(): Promise<string> {
  const { services } = fakeFleet({ hv1: { classes: healthyClasses() } }, { defaults: { options: { via: 'cim' } } });
  const app = await functionsApp(services);
  const started = await app.call('POST', 'runs', { hosts: ['hv1'], only: ['vInfo'], waits: { retryMs: [] } });
  const { runId } = (await started.json()) as { runId: string };
  await finished(app, runId);
  return app.logged.find(({ text }) => text.includes('runFinished'))?.text ?? '';
}

describe.skipIf(!bicepIsThere)('alerts', () => {
  let deployed: Deployment;
  beforeAll(async () => {
    deployed = await deployment("param alerts = { emails: ['night@corp.example', 'day@corp.example'] }");
  });

  it('are four, and each mails everybody who was named', () => {
    const mails = theOne(deployed, 'Microsoft.Insights/actionGroups');
    expect(mails.properties.emailReceivers.map((to: { emailAddress: string }) => to.emailAddress)).toEqual([
      'night@corp.example',
      'day@corp.example',
    ]);
    expect(mails.properties.groupShortName.length).toBeLessThanOrEqual(12);
    const rules = ofType(deployed, ruleType);
    expect(rules.map(({ name }) => name.replace(/^alert-hvtools-[a-z0-9]{13}-/, ''))).toEqual([
      ...['run-failed', 'hosts-in-trouble', 'vms-not-collected', 'no-run'],
    ]);
    const insights = theOne(deployed, 'Microsoft.Insights/components').name;
    for (const { properties } of rules) {
      expect(properties.actions.actionGroups).toEqual([mails.id]);
      expect(properties.enabled).toBe(true);
      expect(properties.scopes).toEqual([expect.stringMatching(/outputs\.insightsId\.value|\/components\//)]);
      expect(properties.criteria.allOf).toMatchObject([
        { timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 },
      ]);
    }
    expect(insights).toMatch(/^appi-hvtools-/);
  });

  it('ask in queries that the language has nothing against', () => {
    expect(problemsOf('traces | where nothing == 1')).not.toEqual([]);
    for (const resource of ofType(deployed, ruleType)) expect(problemsOf(queryOf(resource))).toEqual([]);
  });

  it('read the line that a run really logs, and no field that it has not', async () => {
    const line = await loggedEnd();
    const event = JSON.parse(line) as Record<string, unknown>;
    for (const resource of ofType(deployed, ruleType)) {
      const query = queryOf(resource);
      const [, looksFor = ''] = /message has '([^']+)'/.exec(query) ?? [];
      expect(line).toContain(looksFor);
      const fields = [...query.matchAll(/\brun\.(\w+)/g)].map(([, field]) => field);
      expect(fields).toContain('runId');
      expect(Object.keys(event)).toEqual(expect.arrayContaining(fields));
    }
  });

  it('know the orchestrator and the timer by their names', () => {
    const [, names = ''] = /name has_any \(([^)]*)\)/.exec(queryOf(rule(deployed, 'run-failed'))) ?? [];
    const timer = readFileSync(new URL('../../src/functions/nightly-timer.ts', import.meta.url), 'utf8');
    const [, timerName] = /client\.timer\('(\w+)'/.exec(timer) ?? [];
    expect(names).toBe(`'${orchestratorNames.inventoryRun}', '${timerName}'`);
  });

  it('are looked at often enough, over what came in since, and name the run', () => {
    for (const name of ['run-failed', 'hosts-in-trouble', 'vms-not-collected']) {
      const { properties } = rule(deployed, name);
      expect(properties).toMatchObject({ evaluationFrequency: 'PT15M', windowSize: 'PT1H' });
      expect(properties.criteria.allOf[0].dimensions).toMatchObject([{ name: 'runId' }, { name: 'found' }]);
    }
    expect(rule(deployed, 'no-run').properties).toMatchObject({ evaluationFrequency: 'PT1H', windowSize: 'P2D' });
  });

  it('take the share of hosts, the number of VMs and the hours that were asked for', async () => {
    expect(queryOf(rule(deployed, 'hosts-in-trouble'))).toContain('> hosts * 5');
    expect(queryOf(rule(deployed, 'vms-not-collected'))).toContain('vms > 0 or');
    expect(queryOf(rule(deployed, 'no-run'))).toContain('ago(26h)');
    const own = await deployment(
      "param alerts = { emails: ['a@b.example'], hostsPercent: 0, vmsNotCollected: 3, hoursWithoutRun: 47 }",
    );
    expect(queryOf(rule(own, 'vms-not-collected'))).toContain('vms > 3 or');
    expect(queryOf(rule(own, 'hosts-in-trouble'))).toContain('> hosts * 0');
    expect(queryOf(rule(own, 'no-run'))).toContain('ago(47h)');
  });
});
