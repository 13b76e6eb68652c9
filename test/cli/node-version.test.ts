import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

it('an older Node.js is told which version is needed, before anything else is loaded', () => {
  const preload = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.11.0' })`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, main, '--help'], {
    encoding: 'utf8',
  });
  expect(stderr).toContain('needs Node.js 22.19 or later, and this is 20.11.0');
  expect(stdout).toBe('');
  expect(status).toBe(1);
});

it('the entry imports nothing before it has checked the version', () => {
  expect(readFileSync(main, 'utf8')).not.toMatch(/^import /m);
});
