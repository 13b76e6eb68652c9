import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accountSettings, exporter, temporaryFolder } from './exporter.ts';

/** Nothing listens there, and nothing may even try. */
const hosts = ['--hosts', '127.0.0.1:1'];

interface BadCase {
  readonly argv: readonly string[];
  readonly says: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

const cases: Readonly<Record<string, BadCase>> = {
  'no hosts at all': { argv: [], says: ['--hosts', 'HYPERV_HOSTS'] },
  'a hosts file that is not there': {
    argv: ['--hosts-file', 'none.txt'],
    says: ['--hosts-file', 'none.txt', 'ENOENT'],
  },
  'a hosts file with a bad line': {
    argv: ['--hosts-file', 'hosts.txt'],
    files: { 'hosts.txt': 'hv01\nhv 02\nftp://hv03\n' },
    says: ['hosts.txt, line 2', 'hosts.txt, line 3'],
  },
  'a hosts file in the encoding of Windows PowerShell, with a bad line': {
    argv: ['--hosts-file', 'hosts.txt'],
    files: { 'hosts.txt': Buffer.from('\uFEFFhv01\r\nhv 02\r\n', 'utf16le') },
    says: ['hosts.txt, line 2: "hv 02"'],
  },
  'an env file in the encoding of Windows PowerShell, with a bad setting': {
    argv: [...hosts, '--env-file', 'ps.env'],
    environment: {},
    files: { 'ps.env': Buffer.from('\uFEFFHYPERV_AUTH=magic\r\n', 'utf16le') },
    says: ['HYPERV_AUTH'],
  },
  'a hosts file that is no host list at all': {
    argv: ['--hosts-file', 'hosts.txt'],
    files: { 'hosts.txt': 'no host\n'.repeat(1000) },
    says: ['hosts.txt, line 50', 'and 950 more. Is it a host list?'],
  },
  'a hosts file without a host': {
    argv: ['--hosts-file', 'hosts.txt'],
    files: { 'hosts.txt': '# nothing yet\n' },
    says: ['hosts.txt names no host'],
  },
  'both hosts and a hosts file': {
    argv: [...hosts, '--hosts-file', 'hosts.txt'],
    files: { 'hosts.txt': 'hv01\n' },
    says: ['--hosts', 'cannot be used with'],
  },
  'no credentials': { argv: hosts, environment: {}, says: ['HYPERV_USER', 'HYPERV_PASSWORD'] },
  'half an account': { argv: hosts, environment: { HYPERV_USER: 'x' }, says: ['HYPERV_PASSWORD must be set'] },
  'a setting that is wrong': {
    argv: hosts,
    environment: { ...accountSettings, COVERAGE_THRESHOLD: '90' },
    says: ['COVERAGE_THRESHOLD must be a number from 0 to 1'],
  },
  'an env file that is not there': { argv: [...hosts, '--env-file', 'none.env'], says: ['--env-file', 'ENOENT'] },
  'an unknown option': { argv: [...hosts, '--fast'], says: ["unknown option '--fast'"] },
  'a password as an option': { argv: [...hosts, '--password=hunter2'], says: ['unknown option'] },
  'an unknown command': { argv: ['inventorize'], says: ['no command "inventorize"', 'smoke-collect'] },
  'an empty out-dir': { argv: [...hosts, '--out-dir', ''], says: ['--out-dir must name a folder'] },
  'Basic where every host is asked over http': { argv: [...hosts, '--auth', 'basic'], says: ['in the clear'] },
  'Kerberos where every host is asked over http': { argv: [...hosts, '--auth', 'kerberos'], says: ['https://'] },
  'half an account, without Kerberos': {
    argv: [...hosts, '--auth', 'ntlm'],
    environment: { HYPERV_USER: 'x', HYPERV_AUTH: 'kerberos' },
    says: ['HYPERV_PASSWORD must be set'],
  },
  'an unknown collector': { argv: [...hosts, '--only', 'vInfo,vWhatever'], says: ['--only', 'vWhatever', 'vInfo'] },
  'no collector': { argv: [...hosts, '--only', ','], says: ['--only', 'at least one'] },
  'a threshold above 1': { argv: [...hosts, '--coverage-threshold', '90'], says: ['--coverage-threshold', '0 to 1'] },
  'a threshold below 0': { argv: [...hosts, '--coverage-threshold=-1'], says: ['--coverage-threshold', '0 to 1'] },
  'a threshold that is no number': { argv: [...hosts, '--coverage-threshold', 'high'], says: ['0 to 1'] },
  'an unknown scheme of authentication': { argv: [...hosts, '--auth', 'magic'], says: ['--auth', 'ntlm, basic'] },
  'a concurrency of none': { argv: [...hosts, '--concurrency', '0'], says: ['--concurrency', '1 to 256'] },
  'a wait that is none': { argv: [...hosts, '--connect-timeout', '0'], says: ['--connect-timeout', 'seconds'] },
  'too many retries': {
    argv: [...hosts, '--retry-after', '1,1,1,1,1,1,1,1,1,1,1'],
    says: ['--retry-after', 'at most 10'],
  },
  'an out-dir that is a file': {
    argv: [...hosts, '--out-dir', 'taken/out'],
    files: { taken: '' },
    says: ['--out-dir', 'taken/out', 'cannot be written'],
  },
  'a run to go on with that does not exist': {
    argv: ['--resume', '20261123T020000Z-7f3a9c'],
    says: ['--resume', '20261123T020000Z-7f3a9c'],
  },
  'a run id that is none': { argv: ['--resume', '../../etc'], says: ['--resume', 'not a run id'] },
  'other options beside a run to go on with': {
    argv: ['--resume', '20261123T020000Z-7f3a9c', '--dry-run'],
    says: ['--resume', '--dry-run', 'cannot be used with'],
  },
  'an option where the value of another is wanted': {
    argv: [...hosts, '--out-dir', '--dry-run'],
    says: ['--out-dir wants a value; what follows it is the option --dry-run.'],
  },
  'a run to go on with that is not named': {
    argv: ['--resume', '--out-dir=elsewhere'],
    says: ['--resume wants a value', '--out-dir'],
  },
  'a smoke test without a collector': { argv: ['smoke-collect', ...hosts], says: ['--only'] },
  'a simulated fleet with more sick hosts than hosts': {
    argv: ['simulate', '--hosts', '2', '--personality', 'dead=3'],
    says: ['--personality', '3 hosts'],
  },
  'an unknown personality': {
    argv: ['simulate', '--personality', 'grumpy=1'],
    says: ['--personality', 'grumpy', 'noRights'],
  },
};

describe('the program says what is wrong, ends with 2 and leaves no file behind', () => {
  it.each(Object.entries(cases))('at %s', async (_, { argv, says, environment, files = {} }) => {
    const folder = await temporaryFolder();
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);

    const { code, stdout, stderr } = await exporter(argv, { workingFolder: folder, environment });

    expect(code).toBe(2);
    for (const words of says) expect(stderr).toContain(words);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('    at ');
    expect((await readdir(folder)).toSorted()).toEqual(Object.keys(files).toSorted());
  });

  it.skipIf(process.platform !== 'linux')('at an out-dir where nobody can make a folder', async () => {
    const { code, stderr } = await exporter([...hosts, '--out-dir', '/proc/x/out'], {
      workingFolder: await temporaryFolder(),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('--out-dir: /proc/x/out cannot be written (ENOENT)');
  });

  it('at a manifest that is damaged', async () => {
    const folder = await temporaryFolder();
    const runFolder = join(folder, 'out', 'runs', '20261123T020000Z-7f3a9c');
    await mkdir(runFolder, { recursive: true });
    await writeFile(join(runFolder, 'manifest.json'), '{"half":');

    const { code, stderr } = await exporter(['--resume', '20261123T020000Z-7f3a9c'], { workingFolder: folder });

    expect(code).toBe(2);
    expect(stderr).toContain('damaged');
    expect(await readdir(runFolder)).toEqual(['manifest.json']);
  });
});
