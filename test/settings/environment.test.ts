import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

it('the environment is read in one place only, so that every setting is in the table', () => {
  const readers = files.filter((name) =>
    /\bprocess\s*(?:\?\.|\.|\[['"])\s*env\b/.test(readFileSync(join(source, name), 'utf8')),
  );
  expect(readers.map((name) => name.replaceAll('\\', '/'))).toEqual(['settings/environment.ts']);
});
