import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PowershellEngine, powershellEngineAvailable, startPowershellEngine } from './powershell-engine.ts';

describe.skipIf(!powershellEngineAvailable())('the PowerShell engine of the tests', () => {
  let engine: PowershellEngine;
  beforeAll(async () => {
    engine = await startPowershellEngine();
  });
  afterAll(() => engine?.close());

  it.each([
    ['unrolls a list of one', '@(1) | ConvertTo-Json -Compress', '1'],
    ['says nothing of an empty list', '@() | ConvertTo-Json -Compress', ''],
    [
      'writes dates as milliseconds',
      '@{ d = [datetime]::new(2024,1,2,3,4,5,[DateTimeKind]::Utc) } | ConvertTo-Json -Compress',
      '{"d":"\\/Date(1704164645000)\\/"}',
    ],
    ['escapes what HTML minds', '@{ x = "<a>&" } | ConvertTo-Json -Compress', '{"x":"\\u003ca\\u003e\\u0026"}'],
    ['reads a JSON array as one object', "(ConvertFrom-Json '[1,2]') -is [array]", 'True'],
    ['calls itself Desktop', '$PSVersionTable.PSEdition', 'Desktop'],
  ])('%s, as Windows PowerShell 5.1', async (_, script, stdout) => {
    expect((await engine.run({ script })).stdout.trim()).toBe(stdout);
  });

  it('tells where ConvertTo-Json would cut off in silence', async () => {
    const { findings } = await engine.run({ script: '@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json' });
    expect(findings.map(({ rule }) => rule)).toContain('json-depth');
  });

  it('hands on stdout while the script still runs', async () => {
    const pieces: string[] = [];
    const { stdout } = await engine.run({ script: "[Console]::Out.Write('a'); [Console]::Out.Write('b')" }, (text) =>
      pieces.push(text),
    );
    expect(pieces).toEqual(['a', 'b']);
    expect(stdout).toBe('ab');
  });

  it('ends a script that outlives its time', async () => {
    expect(await engine.run({ script: 'while ($true) { }', timeoutMs: 300 })).toMatchObject({
      timedOut: true,
      exitCode: 1,
    });
  });

  it('tells a run apart from its engine: closing ends both', async () => {
    const other = await startPowershellEngine();
    const running = other.run({ script: 'Start-Sleep -Seconds 60' });
    const ended = expect(running).rejects.toThrow('the engine ended');
    await other.close();
    await ended;
    await expect(other.run({ script: '1' })).rejects.toThrow('the engine has ended');
  });
});
