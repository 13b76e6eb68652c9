import { expect, it } from 'vitest';
import { accountNames } from '../../src/inventory/account-names.ts';

it.each([
  ['hv01.emea.contoso.com', ['for-hv01-emea-contoso-com', 'for-emea-contoso-com', 'for-contoso-com', 'for-com', '']],
  ['HV_01', ['for-hv-01', '']],
  ['hv01.contoso.com.', ['for-hv01-contoso-com', 'for-contoso-com', 'for-com', '']],
  ['10.20.0.5', ['for-10-20-0-5', '']],
  ['fd00::12', ['for-fd00--12', '']],
])('%s may have an account of its own, one of its domain, or the default one', (host, names) => {
  expect(accountNames({ host })).toEqual(names);
});

it('a host that names its account has no other', () => {
  expect(accountNames({ host: 'hv01.contoso.com', credential: 'edge' })).toEqual(['edge']);
});
