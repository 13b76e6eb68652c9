import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { bicepIsThere, compiled, formatted, infraFolder, lintAll, type Template } from './bicep.ts';

test.runIf(process.env.CI === 'true')('the Bicep CLI is there wherever continuous integration runs', () => {
  expect(bicepIsThere).toBe(true);
});

describe.skipIf(!bicepIsThere)('the templates', async () => {
  const files = (await readdir(infraFolder, { recursive: true })).filter((name) => /\.bicep(param)?$/.test(name));
  let template: Template;
  beforeAll(async () => {
    const { diagnostics, ...made } = await compiled();
    expect(diagnostics).toEqual([]);
    template = made.template;
  });

  it('are found', () => expect(files).toEqual(expect.arrayContaining(['main.bicep', 'main.bicepparam'])));

  it('leave the strict linter nothing to say', () => {
    expect(lintAll()).toEqual({ said: '', exitCode: 0 });
  });

  it.each(files)('have %s in the form that `bicep format` gives it', async (file) => {
    expect(await formatted(join(infraFolder, file))).toBe(await readFile(join(infraFolder, file), 'utf8'));
  });

  it('say of every parameter and every output what it is for', () => {
    const things = Object.entries({ ...template.parameters, ...template.outputs });
    expect(things.filter(([, { metadata }]) => !metadata?.description).map(([name]) => name)).toEqual([]);
  });
});
