import { describe, expect, it } from 'vitest';
import { collectors } from '../../src/collectors/collectors.ts';
import { certificate } from '../../src/doctor/checks/certificate.ts';
import { clock } from '../../src/doctor/checks/clock.ts';
import { nameResolution } from '../../src/doctor/checks/name-resolution.ts';
import { namespaceChecks } from '../../src/doctor/checks/namespaces.ts';
import { port } from '../../src/doctor/checks/port.ts';
import { registry } from '../../src/doctor/checks/registry.ts';
import { shell } from '../../src/doctor/checks/shell.ts';
import { vmSettings } from '../../src/doctor/checks/vm-settings.ts';
import { windows } from '../../src/doctor/checks/windows.ts';
import { checks } from '../../src/doctor/checks.ts';
import { costsOfCim, factsOfRegistry, namespacesOfFacts } from '../../src/doctor/costs.ts';
import { success } from '../../src/result.ts';
import type { ShownCertificate } from '../../src/winrm/host-probes.ts';
import { winrmError } from '../../src/winrm/winrm-error.ts';
import { examinationOf, instance, refused } from './examination.ts';

it('checks have names of their own, and those that need no account come first', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  const phases = checks.map(({ phase }) => phase);
  expect(phases).toEqual(
    [...phases].sort((a, b) => ['reach', 'logon', 'rights'].indexOf(a) - ['reach', 'logon', 'rights'].indexOf(b)),
  );
});

it('every namespace that facts are read from is looked at', () => {
  expect(namespaceChecks()).toHaveLength(namespacesOfFacts().length - 2);
});

describe('a name', () => {
  it('with several addresses shows all of them', async () => {
    const examination = examinationOf({ probes: { resolve: async () => success(['10.0.0.1', 'fd00::1']) } });
    expect(await nameResolution.look(examination)).toEqual({ status: 'ok', seen: '10.0.0.1, fd00::1' });
  });

  it('without an address ends the examination', async () => {
    const finding = await nameResolution.look(
      examinationOf({ probes: { resolve: async () => refused('nameNotResolved') } }),
    );
    expect([finding.status, finding.code, finding.ends]).toEqual(['failed', 'nameNotResolved', true]);
    expect(finding.mending).toMatchObject({ where: 'here', commands: ['nslookup hv01'] });
  });
});

describe('a port', () => {
  const addresses = ['10.0.0.1', '10.0.0.2'];
  it('that is shut at one of two addresses is a warning: it costs time, not data', async () => {
    const knock = async (address: string) => (address === '10.0.0.1' ? success(1) : refused('connectTimedOut'));
    const finding = await port.look(examinationOf({ probes: { knock }, over: { known: { addresses } } }));
    expect([finding.status, finding.code, finding.costs]).toEqual(['warning', 'connectTimedOut', undefined]);
    expect(finding.mending?.commands).toEqual(['Enable-NetFirewallRule -Name WINRM-HTTP-In-TCP']);
  });

  it('that is shut everywhere names every address', async () => {
    const knock = async () => refused('connectionRefused');
    const finding = await port.look(examinationOf({ probes: { knock }, over: { known: { addresses } } }));
    expect([finding.status, finding.ends]).toEqual(['failed', true]);
    for (const address of addresses) expect(finding.seen).toContain(address);
  });

  it('of https wants a listener with a certificate, not Enable-PSRemoting', async () => {
    const host = { given: 'https://hv01', host: 'hv01', scheme: 'https', port: 5986 } as const;
    const knock = async () => refused('connectionRefused');
    const finding = await port.look(examinationOf({ probes: { knock }, over: { host, known: { addresses } } }));
    expect(finding.mending?.commands.join('\n')).toContain('-Transport HTTPS');
    expect(finding.mending?.commands.join('\n')).not.toContain('Enable-PSRemoting');
  });
});

describe('a certificate', () => {
  const host = { given: 'https://hv01', host: 'hv01', scheme: 'https', port: 5986 } as const;
  const shown: ShownCertificate = {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    subject: 'CN=hv01.contoso.com',
    issuer: 'CN=Contoso CA',
    names: ['DNS:hv01.contoso.com', 'DNS:hv01'],
    validFrom: new Date('2026-01-01T00:00:00Z'),
    validTo: new Date('2027-01-01T00:00:00Z'),
    sha256: 'ab'.repeat(32),
    objection: undefined,
  };
  const look = (over: Partial<ShownCertificate>) =>
    certificate.look(
      examinationOf({
        probes: { certificate: async () => success({ ...shown, ...over }) },
        over: { host, known: { addresses: ['10.0.0.1'] } },
      }),
    );

  it('that is good shows version, subject, names, issuer, dates and days left', async () => {
    const { status, seen } = await look({});
    expect(status).toBe('ok');
    for (const part of ['TLSv1.3', 'CN=hv01.contoso.com', 'DNS:hv01', 'CN=Contoso CA', '2027-01-01', '36 days left'])
      expect(seen).toContain(part);
  });

  it('that ends within thirty days is a warning', async () => {
    const finding = await look({ validTo: new Date('2026-12-20T00:00:00Z') });
    expect([finding.status, finding.code, finding.costs]).toEqual(['warning', 'certificateExpiresSoon', undefined]);
    expect(finding.mending?.commands.at(-1)).toContain('-CertificateThumbPrint <thumbprint>');
  });

  it('that is not accepted ends the examination with the reason and the certificate itself', async () => {
    const objection = winrmError('certificateUntrusted', 'hv01', undefined, 'the certificate is self-signed');
    const finding = await look({ objection });
    expect([finding.status, finding.code, finding.ends]).toEqual(['failed', 'certificateUntrusted', true]);
    expect(finding.seen).toContain('self-signed');
    expect(finding.seen).toContain('ab'.repeat(32));
    expect(finding.mending?.what).toContain('HYPERV_CA_FILE');
  });

  it('is not asked of an http host', async () => {
    expect((await certificate.look(examinationOf({}))).status).toBe('skipped');
  });
});

describe('rights', () => {
  it('that are missing on root/cimv2 cost the tabs that need its facts, and two groups mend it', async () => {
    const operatingSystem = winrmError('accessDenied', 'hv01');
    const finding = await windows.look(examinationOf({ over: { known: { operatingSystem } } }));
    expect([finding.status, finding.code]).toEqual(['failed', 'accessDenied']);
    expect(finding.costs?.tabs.length).toBeGreaterThan(0);
    expect(finding.costs?.facts).toContain('hostSystem');
    expect(finding.mending?.commands).toEqual([
      "Add-LocalGroupMember -SID S-1-5-32-580 -Member 'CONTOSO\\inventory'",
      "Add-LocalGroupMember -SID S-1-5-32-578 -Member 'CONTOSO\\inventory'",
    ]);
    expect(finding.mending?.otherwise).toBeUndefined();
  });

  it('of a local account may be taken by UAC: the switch is shown last, with what it weakens', async () => {
    const operatingSystem = winrmError('accessDenied', 'hv01');
    const finding = await windows.look(examinationOf({ over: { user: 'HV01\\admin', known: { operatingSystem } } }));
    expect(finding.mending?.otherwise?.commands.join()).toContain('LocalAccountTokenFilterPolicy');
    expect(finding.mending?.otherwise?.weakens).toContain('hash');
  });

  it('on the cluster are granted for reading only, to an account of the domain', async () => {
    const cluster = namespaceChecks().find(({ name }) => name === 'cluster');
    const denied = examinationOf({ enumerate: () => refused('accessDenied') });
    const finding = await cluster?.look(denied);
    expect([finding?.status, finding?.code]).toEqual(['failed', 'accessDenied']);
    expect(finding?.mending?.commands).toEqual(["Grant-ClusterAccess -User 'CONTOSO\\inventory' -ReadOnly"]);
    const needing = collectors.filter(({ requires, optional }) => [...requires, ...optional].includes('clusters'));
    expect(finding?.costs?.tabs).toEqual(expect.arrayContaining(needing.map(({ tab }) => tab)));
    const local = await cluster?.look(
      examinationOf({ enumerate: () => refused('accessDenied'), over: { user: 'admin' } }),
    );
    expect(local?.mending?.commands).toEqual(["Grant-ClusterAccess -User '<DOMAIN\\account>' -ReadOnly"]);
  });

  it('are no matter where there is no cluster', async () => {
    const cluster = namespaceChecks().find(({ name }) => name === 'cluster');
    const finding = await cluster?.look(examinationOf({ enumerate: () => refused('resourceNotFound') }));
    expect(finding).toEqual({ status: 'ok', seen: 'not a node of a cluster' });
  });

  it('on the registry are those to call its provider', async () => {
    const denied = examinationOf({ invoke: () => refused('accessDenied') });
    const finding = await registry.look(denied);
    expect([finding.status, finding.code, finding.costs?.facts]).toEqual(['failed', 'factDenied', factsOfRegistry()]);
    expect(finding.mending?.commands).toEqual(['wmimgmt.msc']);
    const absent = examinationOf({ invoke: () => success({ returnValue: 2, parameters: {} }) });
    expect((await registry.look(absent)).status).toBe('ok');
  });

  it('that hide the settings of VMs are found although the VMs are listed', async () => {
    const finding = await vmSettings.look(examinationOf({ enumerate: () => success([]), over: { known: { vms: 3 } } }));
    expect([finding.status, finding.code]).toEqual(['failed', 'emptyAnswer']);
    expect(finding.costs?.tabs).toContain('vInfo');
  });
});

describe('a shell', () => {
  it.each([
    ['accessDenied', 'winrm configSDDL default'],
    ['shellsNotAllowed', 'AllowRemoteShellAccess $true'],
    ['shellQuota', 'MaxShellsPerUser'],
    ['shellUserQuota', 'MaxConcurrentUsers'],
  ] as const)(
    'that is refused (%s) costs the columns of the script only: a run reads by CIM then',
    async (code, command) => {
      const finding = await shell.look(examinationOf({ openShell: () => refused(code) }));
      expect([finding.status, finding.code, finding.fatal]).toEqual(['warning', code, undefined]);
      expect(finding.costs).toEqual(costsOfCim());
      expect(finding.mending?.commands.join('\n')).toContain(command);
    },
  );

  it('that is refused costs everything where --via script allows no other way', async () => {
    const finding = await shell.look(
      examinationOf({ openShell: () => refused('accessDenied'), over: { via: 'script' } }),
    );
    expect([finding.status, finding.fatal]).toEqual(['failed', true]);
  });

  it.each([
    ['refuses the script by its language mode', 'PropertySetterNotSupportedInConstrainedLanguage', 'scriptRefused'],
    ['says nothing that anybody knows', 'who knows', 'scriptFailed'],
  ])('whose PowerShell %s is told apart, and is deleted', async (_, stderr, code) => {
    let closed = 0;
    const opened = {
      shellId: '1',
      run: async () => success({ exitCode: 1, stdout: Buffer.alloc(0), stderr: Buffer.from(stderr) }),
      close: async () => {
        closed += 1;
      },
    };
    const examination = examinationOf({ openShell: () => success(opened) });
    expect((await shell.look(examination)).status).toBe('ok');
    expect([examination.known.powerShell?.status, examination.known.powerShell?.code]).toEqual(['warning', code]);
    expect(closed).toBe(1);
  });
});

it('a clock that is over five minutes away is a warning', async () => {
  const readAt = Date.parse('2026-11-25T12:00:00Z');
  const look = (LocalDateTime: string) =>
    clock.look(examinationOf({ over: { known: { readAt, operatingSystem: instance({ LocalDateTime }) } } }));
  expect((await look('2026-11-25T13:02:00+01:00')).status).toBe('ok');
  const finding = await look('20261125113000.000000+000');
  expect([finding.status, finding.code, finding.seen]).toEqual(['warning', 'clockApart', '1800 s behind this machine']);
  expect(finding.mending?.commands).toContain('w32tm /resync');
  expect((await look('yesterday')).status).toBe('skipped');
});
