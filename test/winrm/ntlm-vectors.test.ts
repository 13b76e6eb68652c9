import { describe, expect, test } from 'vitest';
import { encryptedMultipart, parseEncryptedMultipart } from '../../src/winrm/encrypted-multipart.ts';
import { ntowfV2, ntProof, sessionBaseKey, sessionKeys } from '../../src/winrm/ntlm/keys.ts';
import { md4 } from '../../src/winrm/ntlm/md4.ts';
import {
  authenticateMessage,
  clientFlags,
  negotiateMessage,
  parseChallenge,
  responseBlob,
} from '../../src/winrm/ntlm/messages.ts';
import { Rc4 } from '../../src/winrm/ntlm/rc4.ts';
import { messageSealing } from '../../src/winrm/ntlm/sealing.ts';

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const hex = (text: string) => Buffer.from(text, 'hex');

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of "%s" is that of RFC 1320', (text, digest) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(digest);
});

test.each([
  ['Key', 'Plaintext', 'bbf316e8d940af0ad3'],
  ['Wiki', 'pedia', '1021bf0420'],
  ['Secret', 'Attack at dawn', '45a01f645fc35b383552544b9bf5'],
])('RC4 with the key %s encrypts as published', (key, plain, cipher) => {
  const stream = new Rc4(Buffer.from(key));
  const [first, rest] = [plain.slice(0, 3), plain.slice(3)];
  const whole = Buffer.concat([stream.transform(Buffer.from(first)), stream.transform(Buffer.from(rest))]);
  expect(whole.toString('hex')).toBe(cipher);
});

describe('the NTLMv2 example of MS-NLMP 4.2.4', () => {
  const key = ntowfV2('User', 'Domain', 'Password');
  const exportedSessionKey = Buffer.alloc(16, 0x55);
  const attributes = [
    { id: 2, value: utf16('Domain') },
    { id: 1, value: utf16('Server') },
  ];
  const proof = ntProof(key, hex('0123456789abcdef'), responseBlob(Buffer.alloc(8), Buffer.alloc(8, 0xaa), attributes));

  test('the keys come out as published', () => {
    expect(md4(utf16('Password')).toString('hex')).toBe('a4f49c406510bdcab6824ee7c30fd852');
    expect(key.toString('hex')).toBe('0c868a403bfd7a93a3001ef22ef02e3f');
    expect(proof.toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c');
    expect(sessionBaseKey(key, proof).toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3');
    expect(new Rc4(sessionBaseKey(key, proof)).transform(exportedSessionKey).toString('hex')).toBe(
      'c5dad2544fc9799094ce1ce90bc9d03e',
    );
    const { clientSealing, clientSigning } = sessionKeys(exportedSessionKey);
    expect(clientSealing.toString('hex')).toBe('59f600973cc4960a25480a7c196e4c58');
    expect(clientSigning.toString('hex')).toBe('4788dc861b4782f35d43fd98fe1a2d39');
  });

  test('a message is sealed as published', () => {
    const { signature, sealed } = messageSealing(sessionKeys(exportedSessionKey), 'client').seal(utf16('Plaintext'));
    expect(sealed.toString('hex')).toBe('54e50165bf1936dc996020c1811b0f06fb5f');
    expect(signature.toString('hex')).toBe('010000007fb38ec5c55d497600000000');
  });

  test('the user name is upper-cased, the domain is not', () => {
    expect(ntowfV2('uSER', 'Domain', 'Password')).toEqual(key);
    expect(ntowfV2('User', 'DOMAIN', 'Password')).not.toEqual(key);
  });
});

/** CHALLENGE_MESSAGE with the flags and attributes given. */
function challenge(flags: number, attributes: Buffer): Buffer {
  const message = Buffer.alloc(56);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(2, 8);
  message.writeUInt32LE(flags, 20);
  message.fill(7, 24, 32);
  message.writeUInt16LE(attributes.length, 40);
  message.writeUInt16LE(attributes.length, 42);
  message.writeUInt32LE(56, 44);
  return Buffer.concat([message, attributes]);
}

describe('the messages', () => {
  const logon = { user: 'user@contoso.example', domain: '', password: 'x', targetName: 'HTTP/host' };
  const random = { clientChallenge: Buffer.alloc(8, 1), exportedSessionKey: Buffer.alloc(16, 2), fileTime: 5n };
  const timestamp = Buffer.concat([hex('07000800'), Buffer.alloc(8, 9), hex('00000000')]);

  test('we offer 128-bit sealing with key exchange, and nothing weaker', () => {
    expect(clientFlags).toBe(0xe2088235);
    expect(negotiateMessage()).toHaveLength(40);
  });

  test.each([
    ['that is garbage', Buffer.from('garbage')],
    ['without 128-bit sealing', challenge(0x00000201, Buffer.alloc(0))],
    ['that points outside itself', challenge(0xe2888235, Buffer.alloc(8)).subarray(0, 60)],
  ])('a challenge %s is refused', (_case, bytes) => {
    expect(parseChallenge(bytes).ok).toBe(false);
  });

  test.each([
    ['promises and carries a MIC where the host sends a timestamp', timestamp, true],
    ['carries none where it does not', hex('00000000'), false],
  ])('the proof %s', (_case, attributes, withMic) => {
    const bytes = challenge(0xe2888235, attributes);
    const parsed = parseChallenge(bytes);
    if (!parsed.ok) throw new Error(parsed.error);
    const message = authenticateMessage(negotiateMessage(), bytes, parsed.value, logon, random);
    expect(message.subarray(72, 88).equals(Buffer.alloc(16))).toBe(!withMic);
    expect(message.includes(hex('0600040002000000'))).toBe(withMic);
    expect(message.includes(utf16('user@contoso.example'))).toBe(true);
    expect(message.includes(utf16('HTTP/host'))).toBe(true);
  });
});

describe('sealed bodies', () => {
  const keys = sessionKeys(Buffer.alloc(16, 3));

  test('a body whose ciphertext looks like a boundary is still taken apart', () => {
    const sealed = Buffer.from('--Encrypted Boundary--\r\n--Encrypted Boundary\r\napplication/octet-stream\r\n');
    const parsed = parseEncryptedMultipart(
      encryptedMultipart({ signature: Buffer.alloc(16, 1), sealed }, sealed.length),
    );
    expect(parsed).toEqual({ ok: true, value: { signature: Buffer.alloc(16, 1), sealed } });
  });

  test('the boundary with a space, as Exchange writes it, is understood', () => {
    const body = encryptedMultipart({ signature: Buffer.alloc(16, 1), sealed: Buffer.from('abc') }, 3);
    const spaced = Buffer.from(body.toString('latin1').replaceAll('--Encrypted', '-- Encrypted'), 'latin1');
    expect(parseEncryptedMultipart(spaced)).toMatchObject({ ok: true });
  });

  test.each([
    ['no octet stream', (body: Buffer) => body.subarray(0, 40)],
    ['no end', (body: Buffer) => body.subarray(0, -10)],
    [
      'another length than announced',
      (body: Buffer) => Buffer.from(body.toString('latin1').replace('Length=3', 'Length=4'), 'latin1'),
    ],
  ])('a body with %s is refused', (_case, damage) => {
    const body = encryptedMultipart({ signature: Buffer.alloc(16, 1), sealed: Buffer.from('abc') }, 3);
    expect(parseEncryptedMultipart(damage(body)).ok).toBe(false);
  });

  test('messages go both ways in order, and a changed or repeated one is noticed', () => {
    const [client, server] = [messageSealing(keys, 'client'), messageSealing(keys, 'server')];
    for (const text of ['one', 'two', 'three']) {
      expect(server.unseal(client.seal(Buffer.from(text)))).toEqual({ ok: true, value: Buffer.from(text) });
      expect(client.unseal(server.seal(Buffer.from(`${text}!`)))).toEqual({ ok: true, value: Buffer.from(`${text}!`) });
    }
    const message = client.seal(Buffer.from('four'));
    const changed = { ...message, sealed: Buffer.from(message.sealed.map((byte) => byte ^ 1)) };
    expect(server.unseal(changed).ok).toBe(false);
    expect(server.unseal(message).ok).toBe(false);
  });
});
