import { expect, test } from 'vitest';
import { collectors } from '../../src/collectors/collectors.ts';
import { perVmTabs } from '../../src/inventory/per-vm-tabs.ts';

test('the tabs that coverage is reckoned from are those whose collectors look at every VM, in the same order', () => {
  expect(perVmTabs).toEqual(collectors.filter(({ perVm }) => perVm).map(({ tab }) => tab));
});
