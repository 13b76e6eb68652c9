import { describe, expect, it } from 'vitest';
import { parseGuestOsFile } from '../../src/inventory/guest-os-file.ts';

const app1 = { vm: 'app1', host: null, os: 'Windows', dnsName: null, ip: null };

describe('a guest OS file', () => {
  it.each([
    ['a CSV', 'vm,os\napp1,Windows\n'],
    ['a CSV with a byte order mark and Windows lines', '\uFEFFVM,OS\r\napp1, Windows \r\n'],
    ['a CSV with semicolons', 'vm;host;os\napp1;;Windows\n'],
    ['a CSV with tabs', '\nvm\thost\tos\r\napp1\t\tWindows\r\n'],
    ['JSON', '[{"vm": "app1", "os": "Windows"}]'],
  ])('is %s', (_, text) => {
    expect(parseGuestOsFile(text)).toEqual({ ok: true, value: [app1] });
  });

  it.each([
    ['', 'the file is empty'],
    ['name,os\napp1,Windows', 'line 1: there is no column "vm"'],
    ['vm,os,owner\napp1,Windows,me', 'line 1: there is no column "owner"'],
    ['vm;Name\napp1;Windows', 'line 1: there is no column "name"'],
    ['vm,os,vm\napp1,Windows,app2', 'line 1: the column "vm" is there twice'],
    ['vm,os\napp1,Windows,more', 'line 2: there is no "value 3"'],
    ['vm,os\n,Windows', 'line 2: names no VM'],
    ['vm,os\napp1,', 'line 2: tells neither os, dns_name nor ip'],
    ['vm,ip\napp1,10.0.0.300', 'line 2: "10.0.0.300" is no IP address'],
    [`vm,os\napp1,${'x'.repeat(1025)}`, 'line 2: "os" is longer than 1024 characters'],
    ['vm,os\napp1,Windows\n\nAPP1,Linux', 'line 4: names the same VM as line 2'],
    ['vm,os\napp1,"Windows', 'line 2: '],
    ['{"vm": "app1"}', 'the JSON must be an array of objects'],
    ['[{"vm": "app1", "os": 7}]', 'entry 1: "os" must be a text'],
    ['["app1"]', 'entry 1: must be an object'],
    ['[{', 'JSON'],
  ])('%j is refused: %s', (text, problem) => {
    expect(parseGuestOsFile(text)).toEqual({
      ok: false,
      error: expect.arrayContaining([expect.stringContaining(problem)]),
    });
  });

  it('names every bad line, not only the first', () => {
    const parsed = parseGuestOsFile('vm,ip\napp1,one\napp2,10.0.0.1\napp3,two\n');
    expect(parsed).toMatchObject({ error: ['line 2: "one" is no IP address', 'line 4: "two" is no IP address'] });
  });
});
