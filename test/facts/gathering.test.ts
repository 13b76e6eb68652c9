import { describe, expect, it } from 'vitest';
import { bootstrapCommand, inputBootstrapCommand } from '../../src/facts/collector-script.ts';
import type { FactName } from '../../src/facts/fact-table.ts';
import { gatherFacts } from '../../src/facts/gathering.ts';
import type { ScriptMessage, ScriptRequest } from '../../src/facts/script-protocol.ts';
import type { Via } from '../../src/inventory/run-options.ts';
import type { CimWireInstance } from '../../src/winrm/winrm-session.ts';
import { end, factMessage, frame, hello } from './frames.ts';
import { type CommandScript, type ScriptedSession, scriptedSession } from './scripted-session.ts';

const gather = (scripted: ScriptedSession, facts: readonly FactName[], via: Via = 'auto') =>
  gatherFacts(scripted.session, {
    host: 'hv01',
    runId: '20261123T020000Z-7f3a9c',
    facts,
    via,
    scriptMs: 600_000,
    operationMs: 60_000,
    now: scripted.now,
  });

/** A whole answer to what was asked, but for the facts that get lost. */
function answer({ facts }: ScriptRequest, lost: readonly string[] = []): readonly ScriptMessage[] {
  return [
    hello,
    ...facts.filter(({ name }) => !lost.includes(name)).map(({ name }) => factMessage(name, [[name]])),
    end,
  ];
}
const names = ({ facts }: ScriptRequest): readonly string[] => facts.map(({ name }) => name);
const ok = { status: 'ok' };
const three: readonly FactName[] = ['switches', 'memory', 'volumes'];

describe('gathering by script', () => {
  it('asks everything in one command of one named shell, and does not wait for its end', async () => {
    const scripted = scriptedSession({
      command: (request) => ({ stdout: [frame(1, answer(request)), 'more'], ends: { error: 'connectionLost' } }),
    });
    const gathered = await gather(scripted, three);
    expect(gathered).toMatchObject({ gatheredBy: 'script', notes: [] });
    expect(gathered.error).toBeUndefined();
    expect(Object.keys(gathered.outcomes)).toEqual(three);
    expect(scripted.commands).toMatchObject([
      { command: bootstrapCommand, stopped: true, request: { flushEach: false, operationTimeoutSec: 60 } },
    ]);
    expect(scripted.shells).toEqual([{ name: 'hyperv-rvtools/20261123T020000Z-7f3a9c', idleTimeoutMs: 180_000 }]);
    expect(scripted.shellsClosed()).toBe(1);
  });

  /** A host on which the script breaks off at the first of some facts, like one that flushes as it is told to. */
  const breaksOffAt =
    (culprits: readonly string[], ends: CommandScript['ends'], flushed: readonly string[] = []) =>
    (request: ScriptRequest, _index: number, deadlineMs: number): CommandScript => {
      const asked = names(request);
      const at = asked.findIndex((name) => culprits.includes(name));
      if (at < 0) return { stdout: [frame(1, answer(request))], takesMs: 1_000 };
      const sent = request.flushEach ? asked.slice(0, at) : asked.filter((name) => flushed.includes(name));
      const isSilent = !request.flushEach && sent.length === 0;
      const stdout = isSilent ? [] : [frame(1, [hello, ...sent.map((name) => factMessage(name, [[name]]))])];
      return { stdout, takesMs: ends && 'error' in ends ? deadlineMs : 1_000, ends };
    };
  const timesOut = { error: 'scriptTimedOut' } as const;
  const timedOut = { status: 'failed', error: { code: 'factTimedOut' } };
  const notReceived = { status: 'failed', error: { code: 'factNotReceived' } };

  it('finds out at which fact a script broke off, and asks that fact again last and alone', async () => {
    const scripted = scriptedSession({ command: breaksOffAt(['memory'], { exitCode: 1 }, ['switches']) });
    const gathered = await gather(scripted, ['switches', 'processors', 'memory', 'volumes', 'clusters']);
    expect(scripted.commands.map(({ request }) => names(request))).toEqual([
      ['switches', 'processors', 'memory', 'volumes', 'clusters'],
      ['processors', 'memory', 'volumes', 'clusters'],
      ['volumes', 'clusters'],
      ['memory'],
    ]);
    expect(scripted.commands.map(({ request }) => request.flushEach)).toEqual([false, true, true, true]);
    expect(gathered.outcomes).toMatchObject({
      switches: ok,
      processors: ok,
      memory: notReceived,
      volumes: ok,
      clusters: ok,
    });
    expect(scripted.shells).toHaveLength(1);
  });

  it('loses one fact only where one hangs until the deadline, though not even the hello was sent before', async () => {
    for (const via of ['auto', 'script'] as const) {
      const scripted = scriptedSession({ command: breaksOffAt(['memory'], timesOut) });
      const gathered = await gather(scripted, ['switches', 'processors', 'memory', 'groups', 'volumes'], via);
      expect(gathered).toMatchObject({ gatheredBy: 'script', notes: [] });
      expect(gathered.error).toBeUndefined();
      expect(gathered.outcomes).toMatchObject({
        switches: ok,
        processors: ok,
        memory: timedOut,
        groups: ok,
        volumes: ok,
      });
      expect(scripted.enumerations).toEqual([]);
      expect(scripted.now()).toBeLessThanOrEqual(600_000);
    }
  });

  it('loses three facts only where three hang, and brings one that answers when it is alone', async () => {
    const hangs = breaksOffAt(['processors', 'memory', 'volumes'], timesOut);
    const scripted = scriptedSession({
      command: (request, index, deadlineMs) =>
        names(request).join() === 'memory'
          ? { stdout: [frame(1, answer(request))] }
          : hangs(request, index, deadlineMs),
    });
    const facts: FactName[] = ['switches', 'processors', 'groups', 'memory', 'clusters', 'volumes', 'clusterIdentity'];
    const { outcomes } = await gather(scripted, facts);
    expect(outcomes).toMatchObject({
      switches: ok,
      processors: timedOut,
      groups: ok,
      memory: ok,
      clusters: ok,
      volumes: timedOut,
      clusterIdentity: ok,
    });
    expect(scripted.now()).toBeLessThanOrEqual(600_000);
  });

  it('suspects the fact behind the last that came, not one whose frame was damaged', async () => {
    const scripted = scriptedSession({
      command: (request, index) => {
        if (index > 1) return { stdout: [frame(1, answer(request))] };
        if (index === 0) return { stdout: [frame(1, [hello])], ends: timesOut };
        const broken = frame(2, [factMessage('switches', [])]).replace(/.\n$/, '!\n');
        return {
          stdout: [frame(1, [hello]), broken, frame(3, [factMessage('groups', [], { part: 0 })])],
          ends: timesOut,
        };
      },
    });
    await gather(scripted, ['switches', 'groups', 'memory', 'volumes']);
    expect(scripted.commands.slice(2).map(({ request }) => names(request))).toEqual([
      ['switches', 'volumes'],
      ['memory'],
    ]);
  });

  it('stops asking again where PowerShell does not start any more', async () => {
    const scripted = scriptedSession({
      command: (_, index) => (index === 0 ? { stdout: [frame(1, [hello])], ends: { exitCode: 1 } } : {}),
    });
    const gathered = await gather(scripted, three);
    expect(scripted.commands).toHaveLength(2);
    expect(gathered.outcomes).toMatchObject({ switches: notReceived, memory: notReceived, volumes: notReceived });
  });

  it('does not start again when the time is over', async () => {
    const scripted = scriptedSession({
      command: () => ({
        stdout: [frame(1, [hello, factMessage('switches', [])])],
        takesMs: 599_000,
        ends: { error: 'scriptTimedOut' },
      }),
    });
    const gathered = await gather(scripted, three);
    expect(scripted.commands).toHaveLength(1);
    expect(gathered.outcomes).toMatchObject({
      memory: { error: { code: 'factTimedOut' } },
      volumes: { error: { code: 'factNotReceived' } },
    });
  });

  it('asks again for a fact whose frame was damaged, without a suspect, and says so if that fails too', async () => {
    const damaged = (request: ScriptRequest): CommandScript => {
      const [first, second] = [frame(1, [hello, ...answer(request).slice(1, 2)]), frame(2, answer(request).slice(2))];
      return { stdout: [first.replace(/.\n$/, '!\n'), second] };
    };
    const once = scriptedSession({
      command: (request, index) => (index === 0 ? damaged(request) : { stdout: [frame(1, answer(request))] }),
    });
    expect((await gather(once, three)).outcomes).toMatchObject({ switches: ok, memory: ok, volumes: ok });

    const always = scriptedSession({ command: damaged });
    const gathered = await gather(always, three);
    expect(gathered.outcomes.switches).toMatchObject({ status: 'failed', error: { code: 'factDamaged' } });
    expect(Object.keys(gathered.outcomes)).toEqual(three);
  });

  it('keeps what had arrived when the connection breaks, and every fact has an outcome', async () => {
    const scripted = scriptedSession({
      command: () => ({ stdout: [frame(1, [hello, factMessage('switches', [])])], ends: { error: 'connectionLost' } }),
    });
    const gathered = await gather(scripted, three);
    expect(gathered.error?.code).toBe('connectionLost');
    expect(gathered.outcomes).toMatchObject({
      switches: ok,
      memory: { error: { code: 'factNotReceived' } },
      volumes: { error: { code: 'factNotReceived' } },
    });
    expect(scripted.commands).toHaveLength(1);
    expect(scripted.shellsClosed()).toBe(1);
  });

  it('does not ask a fact again that the host answered with an error', async () => {
    const scripted = scriptedSession({
      command: () => ({
        stdout: [frame(1, [hello, { kind: 'failed', name: 'memory', code: 'factDenied', message: 'no' }, end])],
      }),
    });
    expect((await gather(scripted, ['memory'])).outcomes.memory).toMatchObject({ error: { code: 'factDenied' } });
    expect(scripted.commands).toHaveLength(1);
  });
});

describe('where PowerShell is refused', () => {
  const silent: CommandScript = { stdout: ['\r\n'], ends: { exitCode: 0 } };
  // The console breaks lines at its width, in the middle of an id.
  const constrained: CommandScript = {
    stderr:
      'Nur Kerntypen\r\n    + FullyQualifiedErrorId : MethodInvocationNotSupportedInConstrai\r\n   nedLanguage\r\n',
    ends: { exitCode: 1 },
  };

  it('tries the second form of the bootstrap when the first stays silent, and stays with it', async () => {
    const scripted = scriptedSession({
      command: (request, index) =>
        index === 0
          ? silent
          : index === 1
            ? { stdout: [frame(1, [hello, factMessage('switches', [])])] }
            : { stdout: [frame(1, answer(request))] },
    });
    const gathered = await gather(scripted, ['switches', 'memory']);
    expect(scripted.commands.map(({ command }) => command)).toEqual([
      bootstrapCommand,
      inputBootstrapCommand,
      inputBootstrapCommand,
    ]);
    expect(gathered).toMatchObject({ gatheredBy: 'script', outcomes: { switches: ok, memory: ok } });
  });

  it('then reads by CIM, and notes why', async () => {
    const scripted = scriptedSession({
      command: () => silent,
      invoke: () => ({ returnValue: 0, parameters: { sValue: [{ kind: 'text', text: 'an id' }] } }),
    });
    const gathered = await gather(scripted, ['switches', 'clusterIdentity']);
    expect(scripted.commands.map(({ command }) => command)).toEqual([bootstrapCommand, inputBootstrapCommand]);
    expect(gathered).toMatchObject({
      gatheredBy: 'cim',
      notes: [{ code: 'scriptFailed', host: 'hv01' }],
      outcomes: { switches: ok, clusterIdentity: { status: 'ok', rows: [['an id']] } },
    });
    expect(scripted.shellsClosed()).toBe(1);
  });

  it('goes straight to CIM in constrained language, whatever the language of the message', async () => {
    const scripted = scriptedSession({ command: () => constrained });
    const gathered = await gather(scripted, ['switches']);
    expect(scripted.commands).toHaveLength(1);
    expect(gathered).toMatchObject({
      gatheredBy: 'cim',
      notes: [{ code: 'scriptRefused' }],
      outcomes: { switches: ok },
    });
    expect(gathered.error).toBeUndefined();
  });

  it('knows constrained language by the hello of a script that got no further', async () => {
    const scripted = scriptedSession({
      command: () => ({ stdout: [frame(1, [{ ...hello, languageMode: 'ConstrainedLanguage' } as ScriptMessage])] }),
    });
    expect((await gather(scripted, ['switches'])).notes).toMatchObject([{ code: 'scriptRefused' }]);
  });

  it('never falls to CIM where the script was asked for', async () => {
    const scripted = scriptedSession({ command: () => constrained });
    const gathered = await gather(scripted, ['switches'], 'script');
    expect(gathered).toMatchObject({
      gatheredBy: 'script',
      error: { code: 'scriptRefused' },
      outcomes: { switches: { error: { code: 'factNotReceived' } } },
    });
    expect(scripted.enumerations).toEqual([]);
  });

  it('reads by CIM where shells are not allowed, and gives up where the host is gone', async () => {
    const refused = scriptedSession({ shell: 'shellsNotAllowed' });
    expect(await gather(refused, ['switches'])).toMatchObject({
      gatheredBy: 'cim',
      notes: [{ code: 'shellsNotAllowed' }],
    });
    const gone = scriptedSession({ shell: 'connectTimedOut' });
    expect(await gather(gone, ['switches'])).toMatchObject({ error: { code: 'connectTimedOut' }, notes: [] });
    expect(gone.enumerations).toEqual([]);
  });
});

describe('gathering by CIM', () => {
  const text = (value: string) => [{ kind: 'text', text: value } as const];
  const instance = (properties: Record<string, string>, className?: string): CimWireInstance => ({
    className,
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, text(value)])),
  });

  it('reads whole classes by their name, and classes with costly properties by the listed ones', async () => {
    const scripted = scriptedSession({
      enumerate: ({ className }) =>
        className === 'Msvm_VirtualEthernetSwitch' ? [instance({ Name: 'S', ElementName: 'LAN' }, className)] : [],
    });
    const gathered = await gather(scripted, ['switches', 'summaries', 'volumes'], 'cim');
    expect(scripted.shells).toEqual([]);
    expect(scripted.enumerations).toMatchObject([
      { namespace: 'root/virtualization/v2', className: 'Msvm_VirtualEthernetSwitch' },
      { className: 'Msvm_SummaryInformation', properties: expect.arrayContaining(['Name', 'MemoryUsage']) },
      {
        className: 'Win32_Volume',
        where: 'DriveType = 3',
        properties: expect.arrayContaining(['DeviceID', 'DriveType']),
      },
    ]);
    expect(scripted.enumerations[0]?.properties).toBeUndefined();
    expect(gathered.outcomes.switches).toMatchObject({
      status: 'ok',
      properties: ['Name', 'ElementName'],
      rows: [['S', 'LAN']],
    });
  });

  it('finds out which listed properties this Windows has, without looking at an instance', async () => {
    const lacking = ['MemoryAvailable', 'SwapFilesInUse'];
    const scripted = scriptedSession({
      enumerate: ({ properties = [], where }) => {
        if (properties.some((name) => lacking.includes(name))) return 'invalidQuery';
        return where === undefined ? [instance({ Name: 'vm', EnabledState: '2' })] : [];
      },
    });
    const { outcomes } = await gather(scripted, ['summaries'], 'cim');
    const last = scripted.enumerations.at(-1);
    expect(last?.properties).not.toEqual(expect.arrayContaining(lacking));
    expect(last?.properties).toHaveLength(10);
    expect(scripted.enumerations.slice(1, -1).every(({ where }) => where === "Name = ''")).toBe(true);
    expect(outcomes.summaries).toMatchObject({
      status: 'ok',
      rows: [['vm', 2, null, null, null, null, null, null, null, null, null, null]],
    });
  });

  it('fails a fact whose query is refused for another reason', async () => {
    const scripted = scriptedSession({ enumerate: () => 'invalidQuery' });
    expect((await gather(scripted, ['summaries'], 'cim')).outcomes.summaries).toMatchObject({
      error: { code: 'factFailed' },
    });
  });

  it('tells absent, denied, timed out and failed apart, and goes on', async () => {
    const codes = {
      MSCluster_Cluster: 'resourceNotFound',
      Msvm_ComputerSystem: 'resourceNotFound',
      Msvm_MemorySettingData: 'accessDenied',
      Win32_Volume: 'operationTimedOut',
      Win32_Processor: 'wsmanFault',
    } as const;
    const scripted = scriptedSession({ enumerate: ({ className }) => codes[className as keyof typeof codes] ?? [] });
    const { outcomes, error } = await gather(
      scripted,
      ['clusters', 'computerSystems', 'memory', 'volumes', 'hostProcessors', 'switches'],
      'cim',
    );
    expect(outcomes).toMatchObject({
      clusters: { status: 'absent' },
      computerSystems: { error: { code: 'factFailed' } },
      memory: { error: { code: 'factDenied' } },
      volumes: { error: { code: 'factTimedOut' } },
      hostProcessors: { error: { code: 'factFailed' } },
      switches: ok,
    });
    expect(error).toBeUndefined();
  });

  it('fails a fact with a value that its type does not allow, naming the property', async () => {
    const scripted = scriptedSession({
      enumerate: ({ className }) => [instance({ SystemName: 'x', EnabledState: 'on' }, className)],
    });
    const { outcomes } = await gather(scripted, ['heartbeats'], 'cim');
    expect(outcomes.heartbeats).toMatchObject({
      error: { code: 'factFailed', message: expect.stringContaining('EnabledState') },
    });
  });

  it('keeps what had arrived when the connection breaks', async () => {
    const scripted = scriptedSession({
      enumerate: ({ className }) => (className === 'Msvm_MemorySettingData' ? 'connectionLost' : []),
    });
    const gathered = await gather(scripted, ['switches', 'memory', 'volumes'], 'cim');
    expect(gathered).toMatchObject({
      error: { code: 'connectionLost' },
      outcomes: {
        switches: ok,
        memory: { error: { code: 'factNotReceived' } },
        volumes: { error: { code: 'factNotReceived' } },
      },
    });
    expect(scripted.enumerations).toHaveLength(2);
  });
});
