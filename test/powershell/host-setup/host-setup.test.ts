import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checks } from '../../../src/doctor/checks.ts';
import { namespacesOfFacts } from '../../../src/doctor/costs.ts';
import { issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import {
  type PowershellEngine,
  powershellEngineAvailable,
  startPowershellEngine,
} from '../../powershell-host/powershell-engine.ts';
import { pinOf, prepare, thumbprintOf, type WindowsModel } from './pretended-windows.ts';

const remoteManagementUsers = 'S-1-5-32-580';
const hyperVAdministrators = 'S-1-5-32-578';
const administrators = 'S-1-5-32-544';
const accountSid = 'S-1-5-21-7-8-9-1105';
const otherSid = 'S-1-5-21-7-8-9-1106';
const recordKey = 'HKLM:\\SOFTWARE\\hyperv-rvtools-host-setup';
/** What Windows gives namespaces: entries of their own, then inherited ones. */
const usualRights = 'O:BAG:BAD:(A;;CCDCLCSWRPWPRCWD;;;BA)(A;;CCDCRP;;;NS)(A;CIID;CCDCLCSWRPWPRCWD;;;BA)';

const day = 86_400_000;
const issuer = issueCertificate({ commonName: 'Contoso CA', purpose: 'authority' });
const certificateFor = (name: string, notAfter = new Date(Date.now() + 200 * day)) =>
  issueCertificate({ commonName: name, names: [name], notAfter, notBefore: new Date(Date.now() - 400 * day) }, issuer);
const stored = (certificate: { readonly der: Buffer }, hasKey = true) => ({
  der: certificate.der.toString('base64'),
  hasKey,
});

const hostCertificate = certificateFor('hv01.contoso.com');
const selfSigned = issueCertificate({ commonName: 'hv01.contoso.com', names: ['hv01.contoso.com', 'HV01'] });

/** A Windows Server as it is installed, with the Hyper-V role, in German. */
const freshHost = (changes: Partial<WindowsModel> = {}): WindowsModel => ({
  computer: 'HV01',
  inDomain: true,
  oldWindows: false,
  accounts: [
    { name: 'CONTOSO\\inventory', sid: accountSid, upn: 'inventory@contoso.com' },
    { name: 'CONTOSO\\inventory2', sid: otherSid },
    { name: 'HV01\\reader', sid: 'S-1-5-21-1-2-3-1001' },
  ],
  groups: {
    [administrators]: { name: 'Administratoren', members: ['S-1-5-21-7-8-9-512'] },
    [remoteManagementUsers]: { name: 'Remoteverwaltungsbenutzer', members: ['S-1-5-21-7-8-9-4711'] },
    [hyperVAdministrators]: { name: 'Hyper-V-Administratoren', members: [] },
  },
  namespaces: Object.fromEntries(
    [
      'root/cimv2',
      'root/virtualization/v2',
      'root/StandardCimv2',
      'root/Microsoft/Windows/Storage',
      'root/WMI',
      'root/cimv2/power',
    ].map((path) => [path, usualRights]),
  ),
  service: { State: 'Running', StartMode: 'Auto' },
  listeners: [{ Address: '*', Transport: 'HTTP', Hostname: '', CertificateThumbprint: '' }],
  certificates: [stored(hostCertificate)],
  nextCertificate: selfSigned.der.toString('base64'),
  rules: [],
  cluster: null,
  registry: {},
  refuses: [],
  ...changes,
});

/** A node of a cluster. */
const clusterNode = (): WindowsModel => {
  const host = freshHost({ cluster: { readers: ['CONTOSO\\Domain Admins'] } });
  return { ...host, namespaces: { ...host.namespaces, 'root/MSCluster': usualRights } };
};

const rightsIn = ({ groups, namespaces, cluster, registry }: WindowsModel) => [groups, namespaces, cluster, registry];

const apply = ['-Apply', '-Account', 'CONTOSO\\inventory', '-RemoteAddress', '10.20.0.0/16'];
const check = ['-Account', 'CONTOSO\\inventory'];
const lines = (stdout: string, status: string): string[] =>
  stdout.split('\r\n').filter((line) => line.startsWith(`  ${status} `));

describe.skipIf(!powershellEngineAvailable())('the host preparation in a PowerShell engine', () => {
  let engine: PowershellEngine;
  beforeAll(async () => {
    engine = await startPowershellEngine();
  });
  afterAll(() => engine?.close());
  const run = (model: WindowsModel, ...options: readonly string[]) => prepare(engine, model, ...options);

  it('is made of nothing that Windows PowerShell lacks', async () => {
    expect((await run(freshHost(), ...check)).findings).toEqual([]);
  });

  it.each([
    ['a host of its own', freshHost()],
    ['a node of a cluster', clusterNode()],
    ['a Windows Server 2012 R2', freshHost({ oldWindows: true })],
    ['a host whose WinRM stands still', freshHost({ service: { State: 'Stopped', StartMode: 'Manual' } })],
  ])('check, apply, check, undo, check on %s: missing, set, nothing missing, as it was, missing', async (_, before) => {
    const first = await run(before, ...check);
    expect(first).toMatchObject({ exitCode: 3, stderr: '', model: before });
    expect(lines(first.stdout, 'failed').length).toBeGreaterThan(5);

    const applied = await run(before, ...apply);
    expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lines(applied.stdout, 'failed')).toEqual([]);
    expect(applied.model).not.toEqual(before);

    const second = await run(applied.model, ...check, '-RemoteAddress', '10.20.0.0/16');
    expect(second).toMatchObject({ exitCode: 0, stderr: '', model: applied.model });
    expect(lines(second.stdout, 'done')).toEqual([]);

    const again = await run(applied.model, ...apply);
    expect(again).toMatchObject({ exitCode: 0, model: applied.model });
    expect(lines(again.stdout, 'done')).toEqual([]);

    const undone = await run(applied.model, '-Undo');
    expect(undone).toMatchObject({ exitCode: 0, stderr: '', model: before });

    expect((await run(undone.model, ...check)).stdout).toBe(first.stdout);
  });

  it('sets no more than is needed: two groups, reading rights of the account, one rule for one source', async () => {
    const { model } = await run(clusterNode(), ...apply);
    expect(model.groups).toEqual({
      [administrators]: { name: 'Administratoren', members: ['S-1-5-21-7-8-9-512'] },
      [remoteManagementUsers]: { name: 'Remoteverwaltungsbenutzer', members: ['S-1-5-21-7-8-9-4711', accountSid] },
      [hyperVAdministrators]: { name: 'Hyper-V-Administratoren', members: [accountSid] },
    });
    // Before the inherited entry, so that Windows has the order it asks for; the others are as they were.
    const withEntry = (rights: string) => usualRights.replace('(A;CIID;', `(A;;${rights};;;${accountSid})(A;CIID;`);
    expect(model.namespaces).toMatchObject({
      'root/cimv2': withEntry('0x23'),
      'root/virtualization/v2': withEntry('0x23'),
      'root/Microsoft/Windows/Storage': withEntry('CCWP'),
      'root/MSCluster': withEntry('CCWP'),
    });
    expect(model.rules).toEqual([
      {
        Name: 'hyperv-rvtools-winrm-5986',
        Direction: 'Inbound',
        Protocol: 'TCP',
        LocalPort: '5986',
        RemoteAddress: ['10.20.0.0/255.255.0.0'],
        Action: 'Allow',
        Enabled: 'True',
      },
    ]);
    expect(model.listeners.at(-1)).toMatchObject({
      Transport: 'HTTPS',
      Hostname: 'hv01.contoso.com',
      CertificateThumbprint: thumbprintOf(hostCertificate.der),
    });
    expect(model.cluster?.readers).toEqual(['CONTOSO\\Domain Admins', 'CONTOSO\\inventory']);
  });

  it('speaks of what the doctor speaks of, and sets rights to every namespace that facts are read from', async () => {
    const { stdout, model } = await run(clusterNode(), ...apply);
    const titles = new Set<string>(checks.map(({ title }) => title));
    const spoken = stdout.split('\r\n').filter((line) => /^ {2}(ok|done|failed|warning) /.test(line));
    for (const line of spoken) {
      expect(
        [...titles].some((title) => line.slice(10).startsWith(title)),
        line,
      ).toBe(true);
    }
    const prepared = Object.entries(model.namespaces).filter(([, rights]) => rights.includes(accountSid));
    expect(prepared.map(([path]) => path.toLowerCase()).sort()).toEqual(
      namespacesOfFacts()
        .map((path) => path.toLowerCase())
        .sort(),
    );
  });

  it('prints the pin of the certificate as the host list takes it', async () => {
    const { stdout } = await run(freshHost(), ...apply);
    expect(stdout).toContain(pinOf(hostCertificate.der));
  });

  it('only says what it would set with -WhatIf', async () => {
    const before = freshHost();
    const { stdout, exitCode, model } = await run(before, ...apply, '-WhatIf');
    expect(exitCode).toBe(3);
    expect(model).toEqual(before);
    expect(stdout).toContain('What if: ');
  });

  it.each([
    ['an expired one', stored(certificateFor('hv01.contoso.com', new Date(Date.now() - day)))],
    ['one without its key', stored(hostCertificate, false)],
    ['one for another name', stored(certificateFor('hv02.contoso.com'))],
    ['a self-signed one', stored(selfSigned)],
  ])('takes no certificate that will not do (%s), and makes none unless it is told to', async (_, certificate) => {
    const before = freshHost({ certificates: [certificate] });
    const { stdout, exitCode, model } = await run(before, ...apply);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('No certificate fits.');
    expect(model.listeners).toEqual(before.listeners);
    expect(model.certificates).toEqual(before.certificates);
  });

  it('makes a self-signed certificate with -SelfSigned, and undo takes it away again', async () => {
    const before = freshHost({ certificates: [] });
    const applied = await run(before, ...apply, '-SelfSigned');
    expect(applied.exitCode).toBe(0);
    expect(applied.stdout).toContain(`self-signed: the exporter takes it by its pin only`);
    expect(applied.stdout).toContain(pinOf(selfSigned.der));
    expect(applied.model.listeners.at(-1)?.CertificateThumbprint).toBe(thumbprintOf(selfSigned.der));
    expect((await run(applied.model, '-Undo')).model).toEqual(before);
  });

  it('refuses a self-signed certificate that an old Windows makes with SHA-1, and leaves none behind', async () => {
    const weak = issueCertificate({ commonName: 'hv01.contoso.com', names: ['hv01.contoso.com'], hash: 'sha1' });
    const before = freshHost({ certificates: [], nextCertificate: weak.der.toString('base64') });
    const { stdout, exitCode, model } = await run(before, ...apply, '-SelfSigned');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('certificateTooWeak');
    expect(model.certificates).toEqual([]);
    expect(model.keysLeft).toBeUndefined();
  });

  it.each([
    ['turned off', { Enabled: 'false' }, 'connectionRefused: the listener for https is turned off'],
    ['at a port of its own', { Port: '15986' }, 'connectionRefused: the listener for https is at port 15986'],
  ] as const)('says that a listener is %s, and leaves it so', async (_, changes, says) => {
    const thumbprint = thumbprintOf(hostCertificate.der);
    const listener = { Address: '*', Transport: 'HTTPS', Hostname: '', CertificateThumbprint: thumbprint, ...changes };
    const before = freshHost({ listeners: [listener] });
    const { stdout, exitCode, model } = await run(before, ...apply);
    expect(exitCode).toBe(3);
    expect(lines(stdout, 'failed').join('\n')).toContain(says);
    expect(model.listeners).toEqual(before.listeners);
  });

  it('renews the certificate of a listener when it has expired, and undo gives the old one back', async () => {
    const expired = certificateFor('hv01.contoso.com', new Date(Date.now() - day));
    const listener = {
      Address: '*',
      Transport: 'HTTPS',
      Hostname: 'hv01.contoso.com',
      CertificateThumbprint: thumbprintOf(expired.der),
    };
    const before = freshHost({ certificates: [stored(expired), stored(hostCertificate)], listeners: [listener] });
    expect((await run(before, ...check)).stdout).toContain('certificateExpired');
    const applied = await run(before, ...apply);
    expect(applied.model.listeners).toEqual([
      { ...listener, CertificateThumbprint: thumbprintOf(hostCertificate.der) },
    ]);
    expect((await run(applied.model, '-Undo')).model).toEqual(before);
  });

  it('takes the newest certificate for a name, and the one of a thumbprint', async () => {
    const older = certificateFor('wsman.contoso.com', new Date(Date.now() + 100 * day));
    const newer = certificateFor('*.contoso.com', new Date(Date.now() + 300 * day));
    const before = freshHost({ certificates: [stored(older), stored(newer), stored(hostCertificate)] });
    const used = async (...options: string[]) =>
      (await run(before, ...apply, ...options)).model.listeners.at(-1)?.CertificateThumbprint;
    expect(await used('-CertificateSubject', 'wsman.contoso.com')).toBe(thumbprintOf(newer.der));
    expect(await used('-CertificateThumbprint', thumbprintOf(older.der).toLowerCase())).toBe(thumbprintOf(older.der));
  });

  it('needs no certificate for http', async () => {
    const before = freshHost({ certificates: [], listeners: [] });
    const applied = await run(before, ...apply, '-Transport', 'Http');
    expect(applied.exitCode).toBe(0);
    expect(applied.model.listeners).toMatchObject([{ Transport: 'HTTP' }]);
    expect(applied.model.rules).toMatchObject([{ LocalPort: '5985' }]);
    expect((await run(applied.model, '-Undo')).model).toEqual(before);
  });

  it('lets nobody in from everywhere', async () => {
    for (const everywhere of ['Any', '*', '0.0.0.0/0', '::/0', 'Internet']) {
      const before = freshHost();
      const { exitCode, model, stderr } = await run(
        before,
        '-Apply',
        '-Account',
        'CONTOSO\\inventory',
        '-RemoteAddress',
        everywhere,
      );
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain('RemoteAddress');
      expect(model).toEqual(before);
    }
  });

  it('gives one account its rights after another, and takes them from one alone', async () => {
    const one = await run(freshHost(), ...apply);
    const both = await run(one.model, '-Apply', '-Account', 'CONTOSO\\inventory2', '-RemoteAddress', '10.20.0.0/16');
    expect(both.exitCode).toBe(0);
    const undone = await run(both.model, '-Undo', '-Account', 'inventory@contoso.com');
    expect(undone.exitCode).toBe(0);
    expect((await run(undone.model, '-Account', 'CONTOSO\\inventory2')).exitCode).toBe(0);
    expect(JSON.stringify(rightsIn(undone.model))).not.toContain(accountSid);
    expect(undone.model.rules).toHaveLength(1);
  });

  it('leaves alone what it finds set: undo takes from nobody what an administrator gave', async () => {
    const before = freshHost();
    before.groups[hyperVAdministrators] = { name: 'Hyper-V-Administratoren', members: [accountSid] };
    before.namespaces['root/cimv2'] = usualRights.replace('D:', `D:(A;CI;CCDCWPRC;;;${accountSid})`);
    const applied = await run(before, ...apply);
    expect(applied.stdout).toContain('  ok      Windows          root/cimv2: the account may read it');
    expect((await run(applied.model, '-Undo')).model).toEqual(before);
  });

  it('does not overrule an entry that denies', async () => {
    const before = freshHost();
    before.namespaces['root/StandardCimv2'] = usualRights.replace('D:', `D:(D;;WP;;;${accountSid})`);
    const { stdout, exitCode, model } = await run(before, ...apply);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('an entry denies the account what it needs');
    expect(model.namespaces['root/StandardCimv2']).toBe(before.namespaces['root/StandardCimv2']);
  });

  it('goes on where one thing fails, says so, and writes down nothing that was not set', async () => {
    const before = freshHost({ refuses: ['root/StandardCimv2', 'groups'] });
    const { stdout, exitCode, model } = await run(before, ...apply);
    expect(exitCode).toBe(3);
    expect(lines(stdout, 'failed').map((line) => line.slice(10, 26).trim())).toEqual(['Logon', 'Hyper-V', 'Network']);
    expect(
      Object.keys(model.registry[recordKey] ?? {}).filter((name) => /^group|root\/StandardCimv2/.test(name)),
    ).toEqual([]);
    expect((await run(model, '-Undo')).model).toEqual(before);
  });

  it('finds nothing missing for an administrator but what every account needs', async () => {
    const before = freshHost();
    before.groups[administrators] = { name: 'Administratoren', members: [accountSid] };
    const { stdout } = await run(before, ...check);
    expect(lines(stdout, 'failed').map((line) => line.slice(10, 26).trim())).toEqual(['TLS', 'Port']);
  });

  it('tells a local account of a standalone host from one of a domain', async () => {
    const before = freshHost({ inDomain: false, certificates: [stored(certificateFor('hv01'))] });
    const options = ['-Apply', '-Account', '.\\reader', '-RemoteAddress', '10.0.0.9'];
    const applied = await run(before, ...options);
    expect(applied).toMatchObject({ exitCode: 0, stderr: '' });
    expect(applied.model.groups[remoteManagementUsers]?.members).toContain('S-1-5-21-1-2-3-1001');

    const node = await run(clusterNode(), ...options);
    expect(node.exitCode).toBe(3);
    expect(node.stdout).toContain('A cluster lets only accounts of its domain in.');
  });

  it('names a host without Hyper-V as such', async () => {
    const host = freshHost();
    delete host.groups[hyperVAdministrators];
    delete host.namespaces['root/virtualization/v2'];
    const { stdout } = await run(host, ...check);
    expect(stdout).toContain('notHyperV: there is no group Hyper-V Administrators here');
  });

  it('ends with 2 for an account that nobody knows, and changes nothing', async () => {
    const before = freshHost();
    const { exitCode, stderr, model } = await run(
      before,
      '-Apply',
      '-Account',
      'CONTOSO\\typo',
      '-RemoteAddress',
      '10.0.0.9',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There is no account CONTOSO\\typo here');
    expect(model).toEqual(before);
  });
});
