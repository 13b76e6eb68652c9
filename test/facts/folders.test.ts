import { afterAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/facts/fact-rows.ts';
import type { FactName, Row } from '../../src/facts/fact-table.ts';
import { folderOf, folderOfFile } from '../../src/facts/folder-path.ts';
import type { Gathering } from '../../src/facts/gathering.ts';
import { filesOfFolder, foldersOfHost } from '../../src/facts/list-folder.ts';
import type { CimFolder, CimRepository } from '../../src/simulator/cim-repository.ts';
import { diskFile, repositoryOfDisks } from '../powershell-host/repository-of-disks.ts';
import { gatherFrom, scriptWays } from './gathered-host.ts';

const facts: readonly FactName[] = ['virtualSystems', 'storageAllocations', 'diskSettings', 'diskStates', 'folders'];
const writtenAt = '2026-03-01T10:20:30.000000Z';

const folder = (path: string, files: readonly string[], folders: readonly string[] = []): CimFolder => ({
  path,
  files: files.map((name) => ({ name, bytes: 4096, writtenAt })),
  folders: folders.map((name) => ({ name })),
});

/** A host with a VM for each root, these disks, and these folders. */
function hostWith(
  roots: readonly string[],
  folders: readonly CimFolder[],
  disks: Parameters<typeof repositoryOfDisks> = [[], []],
): CimRepository {
  const repository = repositoryOfDisks(...disks);
  const className = 'Msvm_VirtualSystemSettingData';
  const virtualization = {
    ...repository.namespaces['root/virtualization/v2'],
    [className]: {
      className,
      keys: ['InstanceID'],
      properties: { InstanceID: 'string', ConfigurationDataRoot: 'string', SuspendDataRoot: 'string' },
      instances: roots.map((ConfigurationDataRoot, index) => ({
        className,
        values: { InstanceID: `Microsoft:${index}`, ConfigurationDataRoot, SuspendDataRoot: 'Virtual Machines\\x' },
      })),
    },
  };
  return { ...repository, namespaces: { ...repository.namespaces, 'root/virtualization/v2': virtualization }, folders };
}

const foldersIn = ({ outcomes }: Gathering): readonly Row<'folders'>[] =>
  rowsOf(outcomes, 'folders') ?? expect.fail(`folders: ${JSON.stringify(outcomes.folders)}`);
const looked = (gathering: Gathering) => foldersIn(gathering).map(({ Input }) => Input);

const { ways, close } = scriptWays();
afterAll(close);

// The first to need the engine may have to build it.
describe.each(ways)('folders of VMs %s', { timeout: 120_000 }, (_, way) => {
  it('are listed with the folders in them, each once', async () => {
    const host = hostWith(
      ['D:\\VMs\\web01\\', 'd:/vms/WEB01'],
      [
        folder('D:\\VMs\\web01', [], ['Virtual Machines']),
        folder('D:\\VMs\\web01\\Virtual Machines', ['a.vmcx', "größe '1'.vmrs"]),
      ],
    );
    const gathering = await gatherFrom(host, facts, way());
    expect(gathering.error).toBeUndefined();
    expect(foldersIn(gathering)).toEqual([
      {
        Input: 'D:\\VMs\\web01',
        ErrorCode: null,
        ErrorText: null,
        FileNames: [],
        FileSizes: [],
        FileTimes: [],
        Folders: ['D:\\VMs\\web01\\Virtual Machines'],
        FilesLeftOut: 0,
        FoldersLeftOut: 0,
      },
      {
        Input: 'D:\\VMs\\web01\\Virtual Machines',
        ErrorCode: null,
        ErrorText: null,
        FileNames: ['a.vmcx', "größe '1'.vmrs"],
        FileSizes: ['4096', '4096'],
        FileTimes: [writtenAt, writtenAt],
        Folders: [],
        FilesLeftOut: 0,
        FoldersLeftOut: 0,
      },
    ]);
  });

  it('are those of disks and of their parents as well', async () => {
    const disks = [
      diskFile('E:\\Disks\\a.avhdx', { parent: 'F:\\Golden\\base.vhdx' }),
      diskFile('F:\\Golden\\base.vhdx'),
    ];
    const host = hostWith(
      ['D:\\VMs\\a'],
      [folder('D:\\VMs\\a', []), folder('E:\\Disks', ['a.avhdx']), folder('F:\\Golden', ['base.vhdx', 'other.vhdx'])],
      [['E:\\Disks\\a.avhdx'], disks],
    );
    expect(looked(await gatherFrom(host, facts, way()))).toEqual(['D:\\VMs\\a', 'E:\\Disks', 'F:\\Golden']);
  });

  it('are never a whole volume: at its root only folders of Hyper-V are gone into, and nowhere a mount point', async () => {
    const linked: CimFolder = {
      ...folder('D:\\Snapshots', []),
      folders: [{ name: 'elsewhere', link: true }, { name: 'own' }],
    };
    const host = hostWith(
      ['D:\\', 'C:\\ClusterStorage\\Volume1'],
      [
        folder('D:\\', ['page.sys'], ['Backups', 'Snapshots', 'virtual machines']),
        linked,
        folder('D:\\Snapshots\\own', ['x.vmcx']),
        folder('D:\\virtual machines', ['y.vmcx']),
        folder('C:\\ClusterStorage\\Volume1', [], ['Shares']),
      ],
    );
    expect(looked(await gatherFrom(host, facts, way()))).toEqual([
      'D:\\',
      'C:\\ClusterStorage\\Volume1',
      'D:\\Snapshots',
      'D:\\virtual machines',
      'D:\\Snapshots\\own',
    ]);
  });

  it('on a server whose name means something to the script are asked for like any other', async () => {
    const share = folder('\\\\files\\vms\\web01', ['b.vmcx']);
    const host = hostWith(['D:\\VMs', share.path], [folder('D:\\VMs', ['a.vmcx']), share]);
    const rows = foldersIn(await gatherFrom(host, facts, way()));
    expect(rows.map(({ FileNames }) => FileNames)).toEqual([['a.vmcx'], ['b.vmcx']]);
  });

  it('that cannot be listed are rows with a reason', async () => {
    const host = hostWith(
      ['D:\\gone', 'D:\\secret', '\\\\fs01\\vms\\web01'],
      [{ ...folder('D:\\secret', []), trouble: 'denied' }],
    );
    const rows = foldersIn(await gatherFrom(host, facts, way()));
    expect(rows.map(({ Input, ErrorCode }) => [Input, ErrorCode])).toEqual([
      ['D:\\gone', 'fileMissing'],
      ['D:\\secret', 'fileDenied'],
      ['\\\\fs01\\vms\\web01', 'doubleHop'],
    ]);
    expect(rows.flatMap(({ FileNames }) => FileNames)).toEqual([]);
  });

  it('on a server that does not answer are waited for once', async () => {
    const gone = ['a', 'b', 'c'].map((name) => `\\\\dead\\vms\\${name}`);
    const host = hostWith(
      [...gone, 'D:\\VMs'],
      [
        ...gone.map((path): CimFolder => ({ ...folder(path, []), trouble: 'unreachable' })),
        folder('D:\\VMs', ['a.vmcx']),
      ],
    );
    const rows = foldersIn(await gatherFrom(host, facts, way(), { operationMs: 1_000 }));
    expect(rows.map(({ Input, ErrorCode }) => [Input, ErrorCode])).toEqual([
      ['D:\\VMs', null],
      [gone[0], 'fileUnreachable'],
      [gone[1], 'fileTimedOut'],
      [gone[2], 'fileTimedOut'],
    ]);
  });

  it('of a disk that could not be read are not asked for', async () => {
    const disks = [diskFile('E:\\Disks\\a.vhdx', { trouble: 'denied' })];
    const host = hostWith(
      ['D:\\VMs'],
      [folder('D:\\VMs', []), folder('E:\\Disks', ['a.vhdx'])],
      [['E:\\Disks\\a.vhdx'], disks],
    );
    expect(looked(await gatherFrom(host, facts, way()))).toEqual(['D:\\VMs']);
  });

  it('tell how many files are beyond the limit', async () => {
    const files = Array.from({ length: filesOfFolder + 3 }, (_, index) => `${index}.txt`);
    const rows = foldersIn(await gatherFrom(hostWith(['D:\\VMs'], [folder('D:\\VMs', files)]), facts, way()));
    expect(rows.map(({ FileNames, FilesLeftOut }) => [FileNames.length, FilesLeftOut])).toEqual([[filesOfFolder, 3]]);
  });

  it('that lie too deep are counted, and not gone into', async () => {
    const deep = 'D:\\1\\2\\3\\4\\5\\6\\7\\8\\9';
    const host = hostWith([deep], [folder(deep, ['a.vhdx'], ['10', '11']), folder(`${deep}\\10`, ['b.vhdx'])]);
    const rows = foldersIn(await gatherFrom(host, facts, way()));
    expect(rows.map(({ Input, Folders, FoldersLeftOut }) => [Input, Folders, FoldersLeftOut])).toEqual([[deep, [], 2]]);
  });
});

describe('folders of VMs', () => {
  it('cost only themselves where listing one does not end', async () => {
    const host = hostWith(
      ['D:\\a', 'D:\\b', 'D:\\c'],
      [folder('D:\\a', ['1.vmcx']), { ...folder('D:\\b', []), trouble: 'stuck' }, folder('D:\\c', ['3.vmcx'])],
    );
    const gathering = await gatherFrom(host, facts, { via: 'script' }, { operationMs: 3_000, scriptMs: 30_000 });
    expect(gathering.error).toBeUndefined();
    expect(foldersIn(gathering).map(({ Input, ErrorCode }) => [Input, ErrorCode])).toEqual([
      ['D:\\a', null],
      ['D:\\b', 'fileTimedOut'],
      ['D:\\c', null],
    ]);
  });

  it('are looked at up to a number, and what is named beyond it has no row', async () => {
    const inside = Array.from({ length: foldersOfHost + 5 }, (_, index) => String(index));
    const host = hostWith(
      ['D:\\VMs'],
      [folder('D:\\VMs', [], inside), ...inside.map((name) => folder(`D:\\VMs\\${name}`, []))],
    );
    const rows = foldersIn(await gatherFrom(host, facts, { via: 'script' }));
    expect(rows).toHaveLength(foldersOfHost);
    expect(rows.flatMap(({ Folders }) => Folders)).toHaveLength(foldersOfHost + 5);
  });

  it('need the script: by CIM they are not available, and nothing else is lost', async () => {
    const gathering = await gatherFrom(hostWith(['D:\\VMs'], [folder('D:\\VMs', [])]), facts, { via: 'cim' });
    expect(gathering.error).toBeUndefined();
    expect(gathering.outcomes.folders).toMatchObject({ status: 'failed', error: { code: 'notAvailableByCim' } });
    expect(gathering.outcomes.virtualSystems?.status).toBe('ok');
  });

  it('cost no request more, however many there are', async () => {
    const of = (count: number) => {
      const roots = Array.from({ length: count }, (_, index) => `D:\\VMs\\${index}`);
      return hostWith(
        roots,
        roots.map((root) => folder(root, ['a.vmcx', 'b.vmrs'])),
      );
    };
    const few = await gatherFrom(of(1), facts, { via: 'script' });
    const many = await gatherFrom(of(100), facts, { via: 'script' });
    expect(foldersIn(many)).toHaveLength(100);
    expect(many.requests).toBe(few.requests);
  });
});

describe('the path of a folder', () => {
  it.each([
    ['D:\\VMs\\', 'D:\\VMs'],
    ['D:/VMs', 'D:\\VMs'],
    ['D:\\', 'D:\\'],
    ['D:', 'D:\\'],
    ['\\\\?\\D:\\VMs', 'D:\\VMs'],
    ['\\\\?\\UNC\\fs01\\vms$\\a\\', '\\\\fs01\\vms$\\a'],
    ['Virtual Machines\\x', null],
    ['D:VMs', null],
    ['', null],
  ])('%s is asked for as %s', (path, asked) => {
    expect(folderOf(path)).toBe(asked);
  });

  it('of a file is what lies before its name', () => {
    expect(folderOfFile('D:\\a.vhdx')).toBe('D:\\');
    expect(folderOfFile('\\\\fs01\\vms\\web\\a.vhdx')).toBe('\\\\fs01\\vms\\web');
    expect(folderOfFile('a.vhdx')).toBeNull();
  });
});
