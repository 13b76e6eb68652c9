import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningFleet, type RunningHost, startFleet } from '../../../src/simulator/server/running-fleet.ts';
import { authenticate, challenge, negotiate, openAnswer, sealRequest } from './ntlm-client.ts';
import { basic, enumerate, headersNamed, RawConnection, textOf } from './raw-client.ts';
import { credential, fleetOf, smallHost } from './small-fleet.ts';

const logon = { user: 'inventory', domain: 'CORP', password: credential.password };
const services = enumerate('root/cimv2/Win32_Service', { maxElements: 10 });
const identify =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>';

let fleet: RunningFleet;
let host: RunningHost;
let connection: RawConnection;

beforeEach(async () => {
  fleet = await startFleet(fleetOf(smallHost()), { credential });
  host = fleet.hosts[0] as RunningHost;
  connection = await RawConnection.open(host.url);
});
afterEach(async () => {
  connection.close();
  await fleet.close();
});

const authorization = (token: Buffer) => ({ Authorization: `Negotiate ${token.toString('base64')}` });

describe('a listener that nobody has logged on to', () => {
  test('identifies itself without the version of Windows', async () => {
    const answer = await connection.exchange(identify, { WSMANIDENTIFY: 'unauthenticated' });
    expect(answer.status).toBe(200);
    expect(textOf(answer.text, 'ProductVendor')).toBe('Microsoft Corporation');
    expect(textOf(answer.text, 'ProductVersion')).toBe('OS: 0.0.0 SP: 0.0 Stack: 3.0');
  });

  test('tells who logged on which Windows it is', async () => {
    const answer = await connection.soap(identify);
    expect(textOf(answer.text, 'ProductVersion')).toBe('OS: 10.0.20348 SP: 0.0 Stack: 3.0');
  });

  test('offers Negotiate and Basic', async () => {
    const answer = await connection.exchange(services);
    expect(answer.status).toBe(401);
    expect(headersNamed(answer, 'www-authenticate')).toEqual(['Negotiate', 'Basic realm="WSMAN"']);
    expect(host.counters).toMatchObject({ logonsRefused: 0, logonsAccepted: 0 });
  });

  test.each([
    ['another path', '/other', 404],
    ['a body without length', '/wsman', 411],
  ])('answers %s by HTTP alone', async (_, path, status) => {
    const headers: Record<string, string> = path === '/wsman' ? { 'Transfer-Encoding': 'chunked' } : {};
    connection.socket.write(
      `POST ${path} HTTP/1.1\r\nHost: h\r\n${
        headers['Transfer-Encoding'] ? 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n' : 'Content-Length: 0\r\n\r\n'
      }`,
    );
    expect((await connection.read())?.status).toBe(status);
  });
});

describe('an account that logs on by Basic', () => {
  test('is let in with its password, and counted once per connection', async () => {
    expect((await connection.soap(services)).status).toBe(200);
    expect((await connection.soap(services)).status).toBe(200);
    expect(host.counters).toMatchObject({ logonsAccepted: 1, logonsRefused: 0, requests: 2, connections: 1 });
  });

  test('is refused with another password', async () => {
    const answer = await connection.exchange(services, { Authorization: basic(credential.user, 'wrong') });
    expect(answer.status).toBe(401);
    expect(host.counters).toMatchObject({ logonsAccepted: 0, logonsRefused: 1 });
  });
});

describe('an account that logs on by NTLM', () => {
  test('learns the names of the host from the challenge', async () => {
    const text = (await challenge(connection)).toString('utf16le');
    for (const name of ['HV01', 'CORP', 'hv01.corp.example', 'corp.example']) expect(text).toContain(name);
  });

  test('may ask first with an empty body, and is answered sealed from then on', async () => {
    const { token, sealing } = authenticate(await challenge(connection), logon);
    const proven = await connection.exchange('', authorization(token));
    expect([proven.status, proven.body.length]).toEqual([200, 0]);
    for (let round = 0; round < 3; round++) {
      const { body, headers } = sealRequest(sealing, services);
      const answer = await connection.exchange(body, headers);
      expect(answer.status).toBe(200);
      expect(openAnswer(sealing, answer)).toContain('<p:Name>vmms</p:Name>');
    }
    expect(host.counters).toMatchObject({ logonsAccepted: 1, logonsRefused: 0, connections: 1, requests: 5 });
  });

  test('may send its first sealed request together with its response', async () => {
    const { token, sealing } = authenticate(await challenge(connection), logon);
    const { body, headers } = sealRequest(sealing, services);
    const answer = await connection.exchange(body, { ...headers, ...authorization(token) });
    expect(openAnswer(sealing, answer)).toContain('Win32_Service');
  });

  test('gets its faults sealed too, and the conversation goes on', async () => {
    const { token, sealing } = authenticate(await challenge(connection), logon);
    const first = sealRequest(sealing, enumerate('root/cimv2/Win32_Nonsense'));
    const fault = await connection.exchange(first.body, { ...first.headers, ...authorization(token) });
    expect(fault.status).toBe(500);
    expect(openAnswer(sealing, fault)).toContain('Code="2150858770"');
    const second = sealRequest(sealing, services);
    expect(openAnswer(sealing, await connection.exchange(second.body, second.headers))).toContain('vmms');
  });

  test('is known by its user principal name where it was given so', async () => {
    const other = await startFleet(fleetOf(smallHost()), {
      credential: { user: 'inventory@corp.example', password: 'x' },
    });
    const url = other.hosts[0]?.url ?? '';
    for (const [user, domain, status] of [
      ['inventory@corp.example', '', 200],
      ['Inventory', 'corp.example', 200],
      ['inventory', 'other.example', 401],
    ] as const) {
      const there = await RawConnection.open(url);
      const { token } = authenticate(await challenge(there), { user, domain, password: 'x' });
      expect((await there.exchange('', authorization(token))).status).toBe(status);
      there.close();
    }
    await other.close();
  });

  test.each([
    ['another password', { ...logon, password: 'wrong' }],
    ['another user', { ...logon, user: 'somebody' }],
    ['another domain', { ...logon, domain: 'OTHER' }],
  ])('is refused with %s', async (_, wrong) => {
    const { token } = authenticate(await challenge(connection), wrong);
    const answer = await connection.exchange('', authorization(token));
    expect(answer.status).toBe(401);
    expect(headersNamed(answer, 'www-authenticate')).toEqual(['Negotiate', 'Basic realm="WSMAN"']);
    expect(host.counters).toMatchObject({ logonsAccepted: 0, logonsRefused: 1 });
  });

  test('is refused where the integrity code does not match', async () => {
    const { token } = authenticate(await challenge(connection), logon);
    token.writeUInt8(token.readUInt8(72) ^ 1, 72);
    expect((await connection.exchange('', authorization(token))).status).toBe(401);
  });

  test('cannot answer the challenge of another connection', async () => {
    const other = await RawConnection.open(host.url);
    const { token } = authenticate(await challenge(connection), logon);
    expect((await other.exchange('', authorization(token))).status).toBe(401);
    await challenge(other);
    expect((await other.exchange('', authorization(token))).status).toBe(401);
    other.close();
  });

  test('cannot talk without sealing: HTTP 500 without a word', async () => {
    const { token } = authenticate(await challenge(connection), logon);
    const together = await connection.exchange(services, authorization(token));
    expect([together.status, together.body.length]).toEqual([500, 0]);
    const later = await connection.exchange(services);
    expect([later.status, later.body.length]).toEqual([500, 0]);
  });

  test('cannot use a sealed body on another connection, nor one that was changed', async () => {
    const { token, sealing } = authenticate(await challenge(connection), logon);
    await connection.exchange('', authorization(token));
    const { body, headers } = sealRequest(sealing, services);
    const other = await RawConnection.open(host.url);
    expect((await other.exchange(body, headers)).status).toBe(400);
    other.close();
    body.writeUInt8(body.readUInt8(body.length - 40) ^ 1, body.length - 40);
    expect((await connection.exchange(body, headers)).status).toBe(400);
  });

  test('gets a new challenge whenever it asks anew', async () => {
    const first = await challenge(connection);
    const again = await connection.exchange('', authorization(negotiate()));
    expect(headersNamed(again, 'www-authenticate')[0]).not.toContain(first.toString('base64'));
  });
});
