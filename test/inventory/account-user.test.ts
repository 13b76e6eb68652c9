import { expect, it } from 'vitest';
import { userOf } from '../../src/inventory/account-user.ts';

it.each([
  ['CONTOSO\\reader', 'contoso\\reader'],
  ['Reader@contoso.com', 'contoso\\reader'],
  ['contoso.com\\READER', 'contoso\\reader'],
  ['.\\reader', 'reader'],
  ['reader', 'reader'],
  ['FABRIKAM\\reader', 'fabrikam\\reader'],
])('%s is the user %s to a lock-out policy', (account, user) => {
  expect(userOf(account)).toBe(user);
});
