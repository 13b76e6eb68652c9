import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { hostErrorKinds } from '../../src/inventory/host-error.ts';
import { settingTable } from '../../src/settings/setting-table.ts';
import { capturedTerminal } from '../cli/captured-terminal.ts';
import { exporter, hostList, runningFleet, shortWaits, temporaryFolder } from '../end-to-end/exporter.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
const guides = globSync('infra/**/*.md', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
const operations = textOf('infra/operations.md');
const sources = globSync('src/**/*.ts', { cwd: root }).map(textOf);

interface Query {
  readonly text: string;
  /** Events that it looks for; one that ends in `*` stands for all that begin so. */
  readonly events: readonly string[];
  /** Fields that it reads of their lines. */
  readonly fields: readonly string[];
}

const queries: readonly Query[] = [...operations.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, text = '']) => ({
  text,
  events: [...text.matchAll(/(has|contains) '"event":"(\w+)("?)'/g)].map(
    ([, , name = '', closed]) => `${name}${closed === '"' ? '' : '*'}`,
  ),
  fields: [...new Set([...text.matchAll(/\be\.(\w+)/g)].map(([, field = '']) => field))],
}));
const queriesOfEvents = queries.filter(({ events }) => events.length > 0);

/** The log calls of the code that an event may come from. */
const logCallsOf = (event: string): readonly string[] =>
  sources
    .flatMap((source) => [...source.matchAll(/\blog\(\s*\{[\s\S]*?\}\);?/g)].map(([call]) => call))
    .filter((call) => (event.endsWith('*') ? call.includes(`'${event.slice(0, -1)}`) : call.includes(`'${event}'`)));

it('every event that a query looks for is one that the code logs', () => {
  expect(queriesOfEvents.length).toBeGreaterThan(5);
  for (const { events } of queriesOfEvents) {
    for (const event of events) expect(logCallsOf(event), event).not.toEqual([]);
  }
});

/** Events whose lines a run on this machine logs, whatever happens. */
const eventsOfEveryRun = ['activityDone', 'runFinished'];

it('every field that a query reads is in a line of one of its events', () => {
  for (const { events, fields, text } of queriesOfEvents) {
    if (events.some((event) => eventsOfEveryRun.includes(event))) continue;
    const calls = events.flatMap(logCallsOf).join('\n');
    for (const field of fields) expect(calls, `${field} in ${text}`).toMatch(new RegExp(`\\b${field}\\b`));
  }
});

it('the lines that a real run logs have what the queries of activities and of the end of runs read', async () => {
  const fleet = await runningFleet({ hosts: 2, seed: 5, vms: 1, personalities: ['healthy', 'wrongCredentials'] });
  const { stderr } = await exporter(['--hosts', hostList(fleet), '--verbose', ...shortWaits], {
    workingFolder: await temporaryFolder(),
  });
  const lines = stderr.split('\n').filter((line) => line.includes('"event":"'));
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const event of eventsOfEveryRun) {
    const seen = new Set(logged.filter((line) => line.event === event).flatMap((line) => Object.keys(line)));
    const read = queriesOfEvents.filter(({ events }) => events.includes(event)).flatMap(({ fields }) => fields);
    expect(read.length).toBeGreaterThan(3);
    expect([...new Set(read)].filter((field) => !seen.has(field))).toEqual([]);
  }
});

it('no trace is sampled away', () => {
  const { logging } = JSON.parse(textOf('host.json')) as {
    logging: { applicationInsights: { samplingSettings: { excludedTypes: string } } };
  };
  expect(logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
});

it('the operations guide tells every state of a run, and no other', () => {
  const [, declared = ''] = /export type RunStanding = ([^;]+);/.exec(textOf('src/api/run-status.ts')) ?? [];
  const states = [...declared.matchAll(/'(\w+)'/g)].map(([, state]) => state);
  const told = /`state` of a run is ([^.]+)\./.exec(operations)?.[1] ?? '';
  expect([...told.matchAll(/`(\w+)`/g)].map(([, state]) => state)).toEqual(states);
});

it.each(['README.md', ...guides])('every link of %s leads to a file that is there', (guide) => {
  for (const [, target = ''] of textOf(guide).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    expect(existsSync(join(root, dirname(guide), target)), target).toBe(true);
  }
});

it.each(guides)('every npm script, command and option of the exporter in %s is there', (guide) => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const program = buildProgram(capturedTerminal(), async () => undefined);
  for (const [, script = '', rest = ''] of textOf(guide).matchAll(
    /npm run (?:--silent )?([\w:-]+)(?: "?--"? ([^`\n]*))?/g,
  )) {
    expect(Object.keys(scripts)).toContain(script);
    if (script !== 'inventory') continue;
    const [word = ''] = rest.split(' ');
    const command = program.commands.find((one) => one.name() === (word.startsWith('-') ? 'run' : word));
    expect(command?.name(), rest).toBeDefined();
    const options = command?.options.map(({ long }) => long) ?? [];
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(options, rest).toContain(option);
  }
});

it.each(guides)('every parameter of the host preparation in %s is one of the script', (guide) => {
  const script = textOf('infra/host-setup/Initialize-InventoryHost.ps1');
  const parameters = [...script.slice(0, script.indexOf('$ErrorActionPreference')).matchAll(/\]\s?\$(\w+)/g)];
  const known = [...parameters.map(([, name]) => `-${name}`), '-WhatIf', '-Full'];
  for (const [, rest = ''] of textOf(guide).matchAll(/Initialize-InventoryHost\.ps1([^`\n]*)/g)) {
    for (const [, name = ''] of rest.matchAll(/ (-[A-Z]\w+)/g)) expect(known).toContain(name);
  }
});

it('every setting and every error of the exporter that the guides name is there', () => {
  const settings: readonly string[] = Object.keys(settingTable);
  const codes: readonly string[] = Object.keys(hostErrorKinds);
  for (const guide of guides) {
    const text = textOf(guide);
    for (const [name] of text.matchAll(/\b(?:(?:HYPERV|COVERAGE|ALLOW|RUNS)_[A-Z_]+|INVENTORY_SCHEDULE)\b/g)) {
      expect(settings, guide).toContain(name);
    }
    for (const [, code = ''] of text.matchAll(/`((?:proxy|logon|account|certificate|store)[A-Z]\w+)`/g)) {
      expect(codes, guide).toContain(code);
    }
  }
});

it('the guides hold no password on a command line', () => {
  for (const guide of guides) expect(textOf(guide)).not.toMatch(/az keyvault secret set[^`\n]*password[^`\n]*--value/i);
});
