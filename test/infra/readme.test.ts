import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { azureCalls, unknownIn } from './azure-cli.ts';
import { bicepIsThere, compiled } from './bicep.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(top, 'infra', 'README.md'), 'utf8');
const texts = [
  'README.md',
  ...readdirSync(join(top, 'infra'), { recursive: true, encoding: 'utf8' }).map((name) => join('infra', name)),
]
  .filter((name) => /\.(?:md|sh|yml)$/.test(name))
  .map((name) => [name, readFileSync(join(top, name), 'utf8')] as const);

/** The names in the first column of the table whose head begins with `title`. */
function namesIn(title: string): readonly string[] {
  const [, table = ''] = readme.split(new RegExp(`^\\| ${title} \\|.*\\n`, 'm'));
  const rows = (table.split('\n\n')[0] ?? '').split('\n').slice(1);
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
}

describe('the guide to the deployment', () => {
  it.runIf(bicepIsThere)('tells every parameter and every output, and no other', async () => {
    const { template } = await compiled();
    expect(namesIn('parameter').toSorted()).toEqual(Object.keys(template.parameters).toSorted());
    expect(namesIn('output').toSorted()).toEqual(Object.keys(template.outputs).toSorted());
  });

  it('names the outputs that its commands read', () => {
    const asked = [...readme.matchAll(/properties\.outputs\.(\w+)\.value/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(3);
    expect(namesIn('output')).toEqual(expect.arrayContaining(asked));
  });
});

describe('what is written about the deployment', () => {
  it.each(texts)('%s calls the Azure CLI by commands and options that it has', (_name, text) => {
    for (const call of azureCalls(text)) expect({ call, unknown: unknownIn(call) }).toEqual({ call, unknown: [] });
  });

  it('is checked: a wrong option would be seen', () => {
    expect(unknownIn('group create --name rg --place here')).toEqual(['--place']);
    expect(unknownIn('group make --name rg')).toEqual(['group make']);
    expect(azureCalls('`az group create --name rg`, then\n$(az login)')).toEqual(['group create --name rg', 'login']);
  });
});
