import { describe, expect, it } from 'vitest';
import { describeHostListProblems, parseHostList } from '../../src/inventory/host-list.ts';

const source = 'hosts.txt';
const hostsOf = (text: string) => {
  const parsed = parseHostList(text, { source });
  if (!parsed.ok) throw new Error(describeHostListProblems(parsed.error));
  return parsed.value;
};
const problemsOf = (text: string) => {
  const parsed = parseHostList(text, { source });
  if (parsed.ok) throw new Error('the list was accepted');
  return parsed.error.problems;
};

describe('a host list', () => {
  it('takes one host a line, several between commas, comments, blank lines, a byte order mark and CRLF', () => {
    const text = '\uFEFF# all hosts\r\nHV1\r\n\r\n  hv2.corp.example # the second\r\nHV3, HV4,\r\n#HV5\r\n';
    expect(hostsOf(text).hosts.map(({ given }) => given)).toEqual(['HV1', 'hv2.corp.example', 'HV3', 'HV4']);
  });

  it('is empty where there is nothing but comments', () => {
    expect(hostsOf('# nothing\n\n')).toEqual({ hosts: [], repeated: [] });
  });

  it.each([
    ['HV1', { host: 'HV1', scheme: 'http', port: 5985 }],
    ['http://HV1', { host: 'HV1', scheme: 'http', port: 5985 }],
    ['HTTPS://hv1.corp.example/', { host: 'hv1.corp.example', scheme: 'https', port: 5986 }],
    ['hv1:5986', { host: 'hv1', scheme: 'https', port: 5986 }],
    ['hv1:15985', { host: 'hv1', scheme: 'http', port: 15985 }],
    ['10.0.0.7', { host: '10.0.0.7', scheme: 'http', port: 5985 }],
    ['[fd00::1]', { host: 'fd00::1', scheme: 'http', port: 5985 }],
    ['[::1]:5986', { host: '::1', scheme: 'https', port: 5986 }],
    ['https://[FD00:0:0::00A1]', { host: 'fd00::a1', scheme: 'https', port: 5986 }],
    ['http://[::ffff:10.0.0.7]:15985/', { host: '::ffff:a00:7', scheme: 'http', port: 15985 }],
    ['https://[fd00::1]:443', { host: 'fd00::1', scheme: 'https', port: 443 }],
    ['hv_1 credential=LAB', { host: 'hv_1', scheme: 'http', port: 5985, credential: 'lab' }],
    ['münchen-1', { host: 'xn--mnchen-1-65a', scheme: 'http', port: 5985 }],
  ])('reads %s', (given, expected) => {
    expect(hostsOf(given).hosts).toEqual([{ given, ...expected }]);
  });

  it.each([
    ['h st', /comma between two hosts/],
    ['fd00::1', /brackets/],
    ['fd00::1:15985', /brackets/],
    ['https://fe80::1%eth0:5986', /brackets/],
    ['[fe80::1%eth0]:5986', /zone \(%\) cannot be asked/],
    ['[fd00::1%25eth0]', /zone \(%\) cannot be asked/],
    ['[fe80::1]', /link-local/],
    ['[]', /not an IPv6/],
    ['[fd00::1]5986', /not a host name/],
    ['[hv1]', /not an IPv6/],
    ['[fd00::1', /not a host name/],
    ['hv1:0', /1 to 65535/],
    ['hv1:99999', /1 to 65535/],
    ['hv1:http', /1 to 65535/],
    ['10.0.0.300', /not an IPv4/],
    ['ftp://hv1', /http:\/\/ or https:\/\//],
    ['http://hv1/wsman', /no path/],
    ['http://', /the host is missing/],
    ['..', /not an IPv4|not a host name/],
    ['-hv1', /not a host name/],
    ['hv1 credential=', /name of a credential/],
    ['hv1 credential=a credential=b', /twice/],
    [`https://hv1 pin=${'ab'.repeat(32)}`, /pin=sha256:/],
    [`https://hv1 pin=sha256:${'ab'.repeat(31)}`, /64 hex digits/],
    [`https://hv1 pin=sha256:${'ab'.repeat(31)}:ab`, /64 hex digits/],
    ['https://hv1 servername=10.0.0.1', /DNS name/],
    ['https://hv1 servername=', /DNS name/],
    ['hv1 servername=hv1.contoso.com', /for https:\/\/ only/],
    [`hv1 pin=sha256:${'ab'.repeat(32)}`, /for https:\/\/ only/],
  ])('refuses %s and says why', (text, why) => {
    expect(problemsOf(text)).toEqual([{ line: 1, text, problem: expect.stringMatching(why) }]);
  });

  it('reads pin and server name of a host, the pin in the spelling of any tool', () => {
    const colons = Array.from({ length: 32 }, () => 'AB').join(':');
    const given = `https://10.0.0.1:15986 pin=SHA256:${colons} servername=hv01.contoso.com credential=EDGE`;
    const small = given.replace('SHA256', 'sha256');
    expect(hostsOf(small).hosts).toEqual([
      {
        given: small,
        host: '10.0.0.1',
        scheme: 'https',
        port: 15986,
        pin: 'ab'.repeat(32),
        serverName: 'hv01.contoso.com',
        credential: 'edge',
      },
    ]);
    expect(hostsOf(given).hosts[0]?.pin).toBe('ab'.repeat(32));
  });

  it('refuses an option that it does not know', () => {
    expect(problemsOf('hv1 via=cim')[0]?.problem).toMatch(/no option via=/);
  });

  it('names every bad line by its number, not only the first', () => {
    const parsed = parseHostList('HV1\nh st\n# fine\nHV2, hv3:0\n', { source });
    expect(parsed.ok ? '' : describeHostListProblems(parsed.error).split('\n')).toEqual([
      expect.stringMatching(/^hosts\.txt, line 2: "h st": /),
      expect.stringMatching(/^hosts\.txt, line 4: "hv3:0": /),
    ]);
  });

  it('never repeats what could be a password', () => {
    const problems = problemsOf('https://admin:Pa55w0rd@hv1\nhv2 password=Pa55w0rd and more');
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toMatch(/Pa55w0rd|and more/);
  });

  it('asks a host that is given twice once, and tells so', () => {
    const { hosts, repeated } = hostsOf('HV1\nhv2\nhv1 credential=LAB\nhttp://hv1:5985\nhttps://hv1\nhv1.');
    expect(hosts.map(({ given }) => given)).toEqual(['HV1', 'hv2', 'https://hv1']);
    expect(repeated).toEqual(['hv1 credential=LAB', 'http://hv1:5985', 'hv1.']);
    expect(hostsOf('[fd00::1]\n[FD00:0::1]:5985').repeated).toEqual(['[FD00:0::1]:5985']);
  });
});
