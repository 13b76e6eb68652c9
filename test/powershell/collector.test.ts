import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collectorScript,
  inputBootstrapCommand,
  requestedFact,
  scriptInput,
} from '../../src/facts/collector-script.ts';
import type { FactOutcome } from '../../src/facts/fact.ts';
import { rowsOf } from '../../src/facts/fact-rows.ts';
import { declarationOf, type FactName, factNames, type Row } from '../../src/facts/fact-table.ts';
import type { RequestedFact } from '../../src/facts/script-protocol.ts';
import {
  type PowershellEngine,
  powershellEngineAvailable,
  startPowershellEngine,
} from '../powershell-host/powershell-engine.ts';
import { diskFile, repositoryOfDisks, withSummaryService } from '../powershell-host/repository-of-disks.ts';
import {
  awkwardText,
  repositoryOfEveryFact,
  without,
  withoutProperty,
} from '../powershell-host/repository-of-every-fact.ts';
import { type CollectorRun, runCollector, runCollectorUntil } from './collector-run.ts';

const virtualization = 'root/virtualization/v2';

const outcome = (run: CollectorRun, name: string): FactOutcome => {
  const found = run.outcomes.get(name);
  if (found === undefined) throw new Error(`${name} did not arrive: ${run.response.stderr}`);
  return found;
};
const rows = <Name extends FactName>(run: CollectorRun, name: Name): readonly Row<Name>[] | undefined =>
  rowsOf(Object.fromEntries(run.outcomes), name);

describe.skipIf(!powershellEngineAvailable())('the shipped collector script in a PowerShell engine', () => {
  let engine: PowershellEngine;
  beforeAll(async () => {
    engine = await startPowershellEngine();
  });
  afterAll(() => engine?.close());

  it('says hello first and end last, leaves nothing else on stdout or stderr, and ends with 0', async () => {
    const run = await runCollector(engine, ['computerSystems'], { repository: repositoryOfEveryFact(2) });
    expect(run.messages.map(({ kind }) => kind)).toEqual(['hello', 'fact', 'end']);
    expect(run.response).toMatchObject({ exitCode: 0, stderr: '', findings: [] });
    expect(run).toMatchObject({ noise: '', damage: [] });
    expect(run.messages[0]).toMatchObject({ languageMode: 'FullLanguage', powershell: '5.1.17763.1' });
    expect(run.messages.at(-1)).toEqual({ kind: 'end', facts: 1 });
  });

  it('answers every fact of the table on a host that has all of them', async () => {
    const run = await runCollector(engine, factNames, { repository: repositoryOfEveryFact(4) });
    const answered = new Set([...run.outcomes.keys(), ...run.inputRows.keys()]);
    expect(factNames.filter((name) => !answered.has(name))).toEqual([]);
    for (const name of factNames) {
      const columns = Object.keys(declarationOf(name).properties);
      if ('inputs' in declarationOf(name)) {
        expect(run.inputRows.get(name)?.properties).toEqual(columns);
        continue;
      }
      const found = outcome(run, name);
      expect(found.status, `${name}: ${JSON.stringify(found)}`).toBe('ok');
      expect(found.status === 'ok' && found.properties).toEqual(columns);
    }
  });

  it.each([0, 1, 2, 400])('keeps %i VMs a list of that many', async (count) => {
    const run = await runCollector(engine, ['computerSystems', 'virtualSystems'], {
      repository: repositoryOfEveryFact(count),
    });
    expect(rows(run, 'computerSystems')).toHaveLength(count);
    expect(rows(run, 'virtualSystems')).toHaveLength(count);
  });

  it('keeps an array of one an array, and null and empty arrays an empty one', async () => {
    const run = await runCollector(engine, ['virtualSystems'], { repository: repositoryOfEveryFact(4) });
    expect(rows(run, 'virtualSystems')?.map(({ Notes }) => Notes)).toEqual([[], [awkwardText], ['a', '', 'c'], []]);
  });

  it('keeps uint64 to the last digit, quotes, backslashes, emoji, and Windows’ “never”', async () => {
    const run = await runCollector(engine, ['computerSystems', 'virtualSystems'], {
      repository: repositoryOfEveryFact(4),
    });
    const systems = rows(run, 'computerSystems');
    expect(systems?.map((row) => row.OnTimeInMilliseconds)).toEqual([
      '18446744073709551615',
      '9007199254740994',
      '9007199254740995',
      null,
    ]);
    expect(systems?.[0]?.ElementName).toBe(awkwardText);
    expect(systems?.slice(0, 2).map((row) => row.InstallDate)).toEqual([
      '1601-01-01T00:00:00.000000Z',
      '2024-07-01T23:59:59.123450Z',
    ]);
    expect(rows(run, 'virtualSystems')?.map((row) => row.AutomaticStartupActionDelay)).toEqual([
      0,
      90_061_000,
      180_122_000,
      null,
    ]);
  });

  it('gives references as their keys and embedded objects as their properties', async () => {
    const run = await runCollector(engine, ['groupMembers', 'clusterResources'], {
      repository: repositoryOfEveryFact(1),
    });
    expect(rows(run, 'groupMembers')?.[0]?.Member).toEqual({
      CreationClassName: 'Msvm_ComputerSystem',
      Name: 'Microsoft:A\\B\\0',
    });
    expect(rows(run, 'clusterResources')?.[0]?.PrivateProperties).toEqual({
      VmID: 'id 0',
      Offline: 'false',
      Delay: '12',
    });
  });

  it.each(['de-DE', 'ja-JP', 'tr-TR', 'ar-SA', 'th-TH'])('gives the same rows on a host in %s', async (culture) => {
    const repository = repositoryOfEveryFact(4);
    const plain = await runCollector(engine, factNames, { repository });
    const local = await runCollector(engine, factNames, { repository }, { engine: { culture } });
    expect(local.messages[0]).toMatchObject({ kind: 'hello', culture });
    const rowsByName = (run: CollectorRun) => Object.fromEntries(factNames.map((name) => [name, rows(run, name)]));
    expect(rowsByName(local)).toEqual(rowsByName(plain));
  });

  it('tells a missing class or namespace from a failure, whatever the language of the message', async () => {
    const repository = without(
      without(repositoryOfEveryFact(1), 'root/MSCluster'),
      `${virtualization}:Msvm_VirtualSystemCollection`,
    );
    const facts: FactName[] = ['clusters', 'groups', 'clusterIdentity', 'switches'];
    const run = await runCollector(engine, facts, { repository: { ...repository, registry: {} } });
    expect(facts.map((name) => outcome(run, name).status)).toEqual(['absent', 'absent', 'absent', 'ok']);
  });

  it("takes a driver's class that supports no list, since it has no instance, for a host without such a driver", async () => {
    const troubles = [
      {
        className: 'DSM_QueryLBPolicy_V2',
        nativeErrorCode: 'NotSupported',
        statusCode: 0x8004100c,
        message: 'Nicht unterstützt',
      },
    ] as const;
    const run = await runCollector(engine, ['multipathPolicies', 'switches'], {
      repository: repositoryOfEveryFact(1),
      troubles,
    });
    expect(outcome(run, 'multipathPolicies').status).toBe('absent');
    expect(outcome(run, 'switches').status).toBe('ok');
  });

  it('counts a missing Hyper-V namespace as a failure: no list of VMs is no proof of no VMs', async () => {
    const run = await runCollector(engine, ['computerSystems'], {
      repository: without(repositoryOfEveryFact(1), virtualization),
    });
    expect(outcome(run, 'computerSystems')).toMatchObject({ status: 'failed', error: { code: 'factFailed' } });
  });

  it('reports a denied class as denied even where it may be absent, and goes on', async () => {
    const troubles = [
      {
        className: 'MSCluster_Cluster',
        nativeErrorCode: 'AccessDenied',
        statusCode: 0x80041003,
        message: 'Zugriff verweigert',
      },
    ] as const;
    const run = await runCollector(engine, ['clusters', 'switches'], {
      repository: repositoryOfEveryFact(1),
      troubles,
    });
    expect(outcome(run, 'clusters')).toEqual({
      status: 'failed',
      error: { code: 'factDenied', message: 'Zugriff verweigert' },
    });
    expect(outcome(run, 'switches').status).toBe('ok');
  });

  it('never passes off half a list as a list: a class that fails in the middle fails', async () => {
    const troubles = [
      {
        className: 'Msvm_MemorySettingData',
        nativeErrorCode: 'Failed',
        statusCode: 0x80041001,
        message: 'Fehler',
        afterInstances: 5,
      },
    ] as const;
    const run = await runCollector(
      engine,
      ['memory', 'switches'],
      { repository: repositoryOfEveryFact(9), troubles },
      { request: { flushBytes: 200 } },
    );
    expect(outcome(run, 'memory')).toMatchObject({ status: 'failed', error: { code: 'factFailed' } });
    expect(outcome(run, 'switches').status).toBe('ok');
  });

  it('lets a slow class time out alone', async () => {
    const troubles = [{ className: 'Win32_Volume', delayMs: 60_000 }];
    const run = await runCollector(
      engine,
      ['switches', 'volumes', 'clusters'],
      { repository: repositoryOfEveryFact(1), troubles },
      { request: { operationTimeoutSec: 1, inputTimeoutSec: 1 } },
    );
    expect(['switches', 'volumes', 'clusters'].map((name) => outcome(run, name).status)).toEqual([
      'ok',
      'failed',
      'ok',
    ]);
    expect(outcome(run, 'volumes')).toMatchObject({ error: { code: 'factTimedOut' } });
  });

  it('calls a fact timed out once its time is over, whatever the provider says then', async () => {
    const troubles = [
      {
        className: 'Win32_Volume',
        delayMs: 1_100,
        ignoresTimeout: true,
        nativeErrorCode: 'Failed',
        statusCode: 0x80041001,
        message: 'x',
      },
    ] as const;
    const run = await runCollector(
      engine,
      ['volumes'],
      { repository: repositoryOfEveryFact(1), troubles },
      { request: { operationTimeoutSec: 1, inputTimeoutSec: 1 } },
    );
    expect(outcome(run, 'volumes')).toMatchObject({ error: { code: 'factTimedOut' } });
  });

  /** What has arrived when a script hangs that asked for switches, then for a fact whose class never answers. */
  const sentBeforeHanging = (name: FactName, className: string, flushEach: boolean) =>
    runCollectorUntil(
      (message) => message.kind === 'fact' && message.name === 'switches',
      ['switches', name],
      {
        repository: repositoryOfEveryFact(1),
        troubles: [{ className, delayMs: 600_000, ignoresTimeout: true }],
      },
      { flushEach, operationTimeoutSec: 600 },
    );

  it('has said hello before it asks the first fact where each frame is sent at once', async () => {
    const run = await runCollector(
      engine,
      ['switches', 'memory'],
      { repository: repositoryOfEveryFact(1) },
      { request: { flushEach: true } },
    );
    expect(run.frames).toEqual([1, 1, 1, 1]);
    expect((await sentBeforeHanging('summaries', 'Msvm_SummaryInformation', true)).frames).toEqual([1, 1]);
  });

  it('has sent what is ready before it asks a slow fact', async () => {
    expect((await sentBeforeHanging('volumes', 'Win32_Volume', false)).frames).toEqual([2]);
  });

  it('sends a big fact in parts, each near the wanted size, in the host’s order', async () => {
    const repository = repositoryOfEveryFact(400);
    const whole = await runCollector(engine, ['virtualSystems'], { repository });
    const parted = await runCollector(engine, ['virtualSystems'], { repository }, { request: { flushBytes: 20_000 } });
    const facts = parted.messages.filter((message) => message.kind === 'fact');
    expect(facts.length).toBeGreaterThan(5);
    expect(facts.map(({ part }) => part)).toEqual(facts.map((_, index) => index));
    expect(facts.map(({ more }) => more)).toEqual(facts.map((_, index) => index < facts.length - 1));
    for (const fact of facts) expect(JSON.stringify(fact).length).toBeLessThan(25_000);
    expect(rows(parted, 'virtualSystems')).toEqual(rows(whole, 'virtualSystems'));
  });

  it('asks only for listed properties that this Windows has', async () => {
    const repository = withoutProperty(
      repositoryOfEveryFact(2),
      virtualization,
      'Msvm_SummaryInformation',
      'SwapFilesInUse',
    );
    const run = await runCollector(engine, ['summaries'], { repository });
    expect(rows(run, 'summaries')?.map((row) => [row.Name, row.SwapFilesInUse])).toEqual([
      [awkwardText, null],
      ['Name 1', null],
    ]);
  });

  it('reads a class whole on a Windows that lacks one of the properties', async () => {
    const repository = withoutProperty(
      repositoryOfEveryFact(2),
      virtualization,
      'Msvm_VirtualSystemSettingData',
      'IsAutomaticSnapshot',
    );
    const run = await runCollector(engine, ['virtualSystems'], { repository });
    expect(rows(run, 'virtualSystems')?.map((row) => row.IsAutomaticSnapshot)).toEqual([null, null]);
  });

  it('asks for fixed drives only', async () => {
    const run = await runCollector(engine, ['volumes'], { repository: repositoryOfEveryFact(4) });
    expect(rows(run, 'volumes')?.map((row) => row.DriveType)).toEqual([3, 3]);
  });

  it('runs script facts and takes objects and tables alike', async () => {
    const fact = (name: string, script: string): RequestedFact => ({
      name,
      script,
      properties: { Path: 'string', Size: 'uint64', Tags: 'string[]' },
    });
    const run = await runCollector(
      engine,
      [
        fact('tables', "@{ Path = 'C:\\a'; Size = [uint64]::MaxValue; Tags = @('x') }\n@{ Path = 'b' }"),
        fact('objects', "New-Object PSObject -Property @{ Path = 'c'; Size = [long]5; Other = 1 }"),
        fact('nothing', '$null'),
        fact('broken', "throw 'no'"),
      ],
      { repository: repositoryOfEveryFact(0) },
    );
    expect(outcome(run, 'tables')).toMatchObject({
      rows: [
        ['C:\\a', '18446744073709551615', ['x']],
        ['b', null, []],
      ],
    });
    expect(outcome(run, 'objects')).toMatchObject({ rows: [['c', '5', []]] });
    expect(outcome(run, 'nothing')).toMatchObject({ rows: [] });
    expect(outcome(run, 'broken')).toMatchObject({ status: 'failed', error: { code: 'factFailed', message: 'no' } });
  });

  it('is refused in constrained language with an id that does not depend on the host’s language', async () => {
    const run = await runCollector(
      engine,
      ['switches'],
      { repository: repositoryOfEveryFact(1) },
      { engine: { languageMode: 'ConstrainedLanguage' } },
    );
    expect(run.messages).toEqual([]);
    expect(run.response.exitCode).toBe(1);
    expect(run.response.stderr).toContain('MethodInvocationNotSupportedInConstrainedLanguage');
  });

  it('runs the same from pipeline input, the second form of the bootstrap', async () => {
    const script = /-Command "([^"]*)"$/.exec(inputBootstrapCommand)?.[1] ?? '';
    const stdinText = scriptInput({
      version: 1,
      facts: [requestedFact('switches')],
      flushEach: false,
      flushMs: 5_000,
      flushBytes: 300_000,
      operationTimeoutSec: 5,
      inputTimeoutSec: 5,
    });
    const response = await engine.run({
      script,
      stdin: stdinText.split('\n'),
      cim: { repository: repositoryOfEveryFact(1) },
    });
    expect(response).toMatchObject({ exitCode: 0, stderr: '' });
    expect(response.stdout).toMatch(/^HVR1 1 /);
  });

  it('announces each file before it opens it, where each is sent at once, so that one that hangs is told', async () => {
    const files = [diskFile('D:\\a.vhdx'), diskFile('D:\\b.vhdx', { trouble: 'stuck' }), diskFile('D:\\c.vhdx')];
    const repository = repositoryOfDisks(
      files.map(({ path }) => path),
      files,
    );
    const run = await runCollectorUntil(
      (message) => message.kind === 'asking' && message.input === 'D:\\b.vhdx',
      ['storageAllocations', 'diskSettings'],
      { repository },
      { flushEach: true, inputTimeoutSec: 600 },
    );
    expect(run.inputRows.get('diskSettings')?.rows.map(([input]) => input)).toEqual(['D:\\a.vhdx']);
    expect(run.messages.at(-1)).toEqual({ kind: 'asking', name: 'diskSettings', input: 'D:\\b.vhdx' });
  });

  it('asks only for the files that it is given, and for none that is known', async () => {
    const files = [
      diskFile('D:\\a.avhdx', { parent: 'D:\\b.vhdx' }),
      diskFile('D:\\b.vhdx'),
      diskFile('D:\\c.avhdx', { parent: 'D:\\d.vhdx' }),
      diskFile('D:\\d.vhdx'),
    ];
    const asked = requestedFact('diskSettings', {
      given: ['D:\\a.avhdx', 'D:\\c.avhdx'],
      known: ['d:\\B.vhdx'],
      untilMs: 60_000,
    });
    const run = await runCollector(engine, [asked], { repository: repositoryOfDisks([], files) });
    const inputs = run.inputRows.get('diskSettings')?.rows.map(([input]) => input);
    expect(inputs).toEqual(['D:\\a.avhdx', 'D:\\c.avhdx', 'D:\\d.vhdx']);
  });

  it('reads summaries by the method where the class cannot be listed, as CIM does', async () => {
    const troubles = [
      { className: 'Msvm_SummaryInformation', nativeErrorCode: 'Failed', statusCode: 0x80041001, message: 'Fehler' },
    ] as const;
    const repository = withSummaryService(repositoryOfEveryFact(3));
    const listed = await runCollector(engine, ['summaries'], { repository });
    const byMethod = await runCollector(engine, ['summaries'], { repository, troubles });
    expect(rows(byMethod, 'summaries')).toEqual(rows(listed, 'summaries'));
    const neither = await runCollector(engine, ['summaries'], { repository: repositoryOfEveryFact(3), troubles });
    expect(outcome(neither, 'summaries')).toMatchObject({ status: 'failed', error: { message: 'Fehler' } });
  });

  it('needs nothing that Windows PowerShell 5.1 lacks, and calls only commands that read', async () => {
    const { findings, commands } = await engine.run({ script: collectorScript(), checkOnly: true });
    expect(findings).toEqual([]);
    expect(commands).toEqual([
      'ConvertFrom-Json',
      'ForEach-Object',
      'Get-CimClass',
      'Get-CimInstance',
      'Invoke-CimMethod',
      'New-Object',
    ]);
    expect(collectorScript().match(/-MethodName (?!\$fact\.method|\$listing\.method|\$method)/)).toBeNull();
  });

  it('asks for script facts in the same Windows PowerShell', async () => {
    for (const name of factNames) {
      const declaration = declarationOf(name);
      if (!('script' in declaration)) continue;
      const { findings, commands } = await engine.run({ script: declaration.script, checkOnly: true });
      expect(findings, name).toEqual([]);
      for (const command of commands)
        expect(command, name).toMatch(/^(Get|Test|Select|Where|ForEach|New|Sort|Split|Join)-/);
    }
  });

  it.each([
    '$a ?? 1',
    '$a ? 1 : 2',
    'a && b',
    '$a | ConvertFrom-Json -AsHashtable',
    '1..3 | ForEach-Object -Parallel { $_ }',
    "'é'",
  ])('would notice %s in a script', async (script) => {
    expect((await engine.run({ script, checkOnly: true })).findings).not.toEqual([]);
  });
});

describe('the text of the collector script', () => {
  it('is ASCII with line feeds only', () => {
    expect(collectorScript()).toMatch(/^[\x20-\x7e\n]*$/);
  });
  it('stays ASCII on the wire whatever is asked', () => {
    const fact: RequestedFact = { name: 'x', script: "'it’s'", properties: { é: 'string' } };
    expect(
      scriptInput({
        version: 1,
        facts: [fact],
        flushEach: false,
        flushMs: 1,
        flushBytes: 1,
        operationTimeoutSec: 1,
        inputTimeoutSec: 1,
      }),
    ).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
