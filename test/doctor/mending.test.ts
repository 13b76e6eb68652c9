import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinGroup, mendingOf, type Patient, quoted } from '../../src/doctor/mending.ts';
import { type HostErrorCode, hostError, hostErrorKinds } from '../../src/inventory/host-error.ts';

const patient: Patient = {
  host: 'hv01',
  scheme: 'http',
  port: 5985,
  user: 'CONTOSO\\inventory',
  credential: undefined,
  computerName: 'HV01',
  build: 20348,
};
const codes = Object.keys(hostErrorKinds) as HostErrorCode[];

it.each(codes)('%s is mended by a sentence, and by no command that weakens the host unasked', (code) => {
  for (const user of ['CONTOSO\\inventory', '.\\admin']) {
    for (const scheme of ['http', 'https'] as const) {
      const mending = mendingOf(hostError(code, 'hv01'), { ...patient, user, scheme });
      expect(mending.what).toMatch(/[.:?]$/);
      const commands = mending.commands.join('\n');
      expect(commands).not.toMatch(
        /AllowUnencrypted|TrustedHosts|LocalAccountTokenFilterPolicy|Auth\\Basic|S-1-5-32-544/,
      );
      if (mending.otherwise) expect(mending.otherwise.weakens).not.toBe('');
    }
  }
});

it('groups are named by their ids, except on Windows that has no cmdlet for it', () => {
  expect(joinGroup('hyperVAdministrators', patient)).toBe(
    "Add-LocalGroupMember -SID S-1-5-32-578 -Member 'CONTOSO\\inventory'",
  );
  expect(joinGroup('hyperVAdministrators', { ...patient, build: 9600 })).toBe(
    'net localgroup "Hyper-V Administrators" \'CONTOSO\\inventory\' /add',
  );
  expect(joinGroup('remoteManagementUsers', { ...patient, user: '.\\admin' })).toContain("-Member 'admin'");
});

it('no account name can break out of its quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'\'\u2018\u2019\u201A\u201B`$();"ab\\') }), (user) => {
      const text = quoted(user);
      // PowerShell takes any of these for a single quote; two of them are one inside.
      const inside = text.slice(1, -1).replace(/(['\u2018-\u201B])\1/g, '');
      expect(inside).not.toMatch(/['\u2018-\u201B]/);
    }),
    { seed: 1, numRuns: 200 },
  );
});

it('the firewall is opened for the port that is asked, and for one machine where it is not the usual one', () => {
  const shut = hostError('connectTimedOut', 'hv01');
  expect(mendingOf(shut, patient).commands).toEqual(['Enable-NetFirewallRule -Name WINRM-HTTP-In-TCP']);
  const [command] = mendingOf(shut, { ...patient, scheme: 'https', port: 5986 }).commands;
  expect(command).toContain('-LocalPort 5986 -RemoteAddress <this machine>');
});
