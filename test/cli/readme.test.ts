import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { runFiles } from '../../src/inventory/file-names.ts';
import { capturedTerminal } from './captured-terminal.ts';
import { readmePath, withGeneratedSections } from './readme-sections.ts';

const readme = readFileSync(readmePath, 'utf8').replaceAll('\r\n', '\n');
const program = buildProgram(capturedTerminal(), async () => undefined);

const between = (start: string, end: string): string => {
  const from = readme.indexOf(start);
  return readme.slice(from, readme.indexOf(end, from));
};

it('its tables of settings, errors and personalities are those of the program', () => {
  expect(withGeneratedSections(readme)).toBe(readme);
});

it.each(program.commands.map((command) => [command.name(), command] as const))(
  'it tells every option of %s, and no other',
  (name, command) => {
    const section = between(`### \`${name}\`\n`, '\n<!-- end of options').split('\n### ')[0] ?? '';
    const told = section
      .split('\n')
      .filter((line) => line.startsWith('| `--'))
      .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`(--[^`]+)`/g)].map(([, flags = '']) => flags));
    expect(told.toSorted()).toEqual(command.options.map(({ flags }) => flags).toSorted());
  },
);

it('it tells every command', () => {
  for (const command of program.commands) expect(between('## Commands', '### ')).toContain(`| \`${command.name()}\` |`);
});

it('it tells every exit code', () => {
  for (const code of Object.values(exitCodes)) expect(between('## Exit codes', '\n## ')).toContain(`\n| ${code} | `);
});

it('it tells every file of a run', () => {
  for (const name of Object.values(runFiles)) expect(between('## Files', '## Statuses')).toContain(`\`${name}\``);
});

it('it tells every final status', () => {
  const statuses = ['Inventory OK', 'Inventory Partial', 'Inventory Empty', 'Inventory Error', 'Not Collected'];
  for (const status of statuses) expect(between('## Statuses', '## Settings')).toContain(`| \`${status}\` |`);
});

it.each([
  ['src/inventory/final-status.ts', /code: '(\w+)'/g],
  ['src/inventory/coverage.ts', /^ {2}\| '(\w+)'/gm],
  ['src/facts/fact.ts', /^ {2}\| '((?:fact|notAvailable)\w+)'/gm],
])('it tells every reason of %s', (file, pattern) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const codes = [...source.matchAll(pattern)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(3);
  const told = `${between('## Reasons', '## Settings')}${between('<!-- errors', '<!-- end of errors')}`;
  for (const code of codes) expect(told).toContain(`| \`${code}\` |`);
});

it('it gives each line to type for bash and for PowerShell', () => {
  const lines = readme.split('\n').filter((line) => /^\|.*`npm (ci|run)/.test(line));
  expect(lines.filter((line) => line.includes('&&') && !line.includes('; npm'))).toEqual([]);
  for (const line of lines.filter((text) => text.includes('run inventory -- '))) {
    expect(line.match(/npm run inventory "--" /g)).toHaveLength(1);
  }
});
