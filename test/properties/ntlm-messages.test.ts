import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offeredSchemes, offeredText } from '../../src/winrm/authentication/challenges.ts';
import { encryptedMultipart, parseEncryptedMultipart } from '../../src/winrm/encrypted-multipart.ts';
import {
  attributeIds,
  attributeText,
  authenticateMessage,
  clientFlags,
  type NtlmChallenge,
  negotiateMessage,
  parseChallenge,
} from '../../src/winrm/ntlm/messages.ts';
import { anyBytes, anyText, checked, mutated } from './outside-bytes.ts';

const logon = { user: 'inventory', domain: 'CONTOSO', password: 'secret', targetName: 'HTTP/hv01' };
const random = { clientChallenge: Buffer.alloc(8, 1), exportedSessionKey: Buffer.alloc(16, 2), fileTime: 1n };

/** A CHALLENGE_MESSAGE with this TargetInfo, as the specification lays it out. */
function challengeWith(attributes: readonly (readonly [number, Buffer])[]): Buffer {
  const targetInfo = Buffer.concat(
    [...attributes, [attributeIds.end, Buffer.alloc(0)] as const].map(([id, value]) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(id);
      head.writeUInt16LE(value.length, 2);
      return Buffer.concat([head, value]);
    }),
  );
  const message = Buffer.alloc(56);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(2, 8);
  message.writeUInt32LE(clientFlags, 20);
  Buffer.from('0123456789abcdef', 'hex').copy(message, 24);
  message.writeUInt16LE(Math.min(0xffff, targetInfo.length), 40);
  message.writeUInt16LE(Math.min(0xffff, targetInfo.length), 42);
  message.writeUInt32LE(56, 44);
  return Buffer.concat([message, targetInfo]);
}

const ordinary = challengeWith([
  [attributeIds.netbiosDomainName, Buffer.from('CONTOSO', 'utf16le')],
  [attributeIds.netbiosComputerName, Buffer.from('HV01', 'utf16le')],
  [attributeIds.timestamp, Buffer.alloc(8, 7)],
]);

/** Whatever a challenge says, an answer to it can be made. */
function answer(bytes: Buffer): Buffer | undefined {
  const challenge = parseChallenge(bytes);
  if (!challenge.ok) {
    expect(challenge.error).not.toBe('');
    return undefined;
  }
  const attributesLength = challenge.value.attributes.reduce((sum, { value }) => sum + value.length, 0);
  expect(attributesLength).toBeLessThanOrEqual(bytes.length);
  for (const id of Object.values(attributeIds)) attributeText(challenge.value, id);
  return authenticateMessage(negotiateMessage(), bytes, challenge.value, logon, random);
}

test('any bytes are an NTLM challenge or refused with a reason', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      answer(bytes);
    }),
    checked(),
  );
});

test('a challenge that was damaged on its way is answered or refused with a reason', () => {
  expect(answer(ordinary)?.readUInt32LE(8)).toBe(3);
  fc.assert(
    fc.property(mutated(ordinary), (bytes) => {
      answer(bytes);
    }),
    checked(500),
  );
});

test('the names in a challenge come out as the host put them in', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), fc.uint8Array({ maxLength: 100 }), (name, other) => {
      const parsed = parseChallenge(
        challengeWith([
          [77, Buffer.from(other)],
          [attributeIds.dnsComputerName, Buffer.from(name, 'utf16le')],
        ]),
      );
      const challenge: NtlmChallenge | undefined = parsed.ok ? parsed.value : undefined;
      expect(challenge && attributeText(challenge, attributeIds.dnsComputerName)).toBe(name);
    }),
    checked(),
  );
});

test('a challenge whose target information leaves no room for the answer is refused with a reason', () => {
  for (const length of [30_000, 60_000, 65_400, 65_519]) {
    answer(challengeWith([[77, Buffer.alloc(length)]]));
  }
  const parsed = parseChallenge(challengeWith([[77, Buffer.alloc(65_519)]]));
  expect(parsed).toEqual({ ok: false, error: 'the target information of the challenge is too long to be answered' });
});

test('a sealed body comes out as it was put in, whatever the ciphertext holds', () => {
  const sealed = fc.oneof(
    anyBytes,
    anyBytes.map((bytes) => Buffer.concat([bytes, Buffer.from('--Encrypted Boundary--\r\nLength=1'), bytes])),
  );
  fc.assert(
    fc.property(sealed, fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes, signature) => {
      const message = { sealed: bytes, signature: Buffer.from(signature) };
      const parsed = parseEncryptedMultipart(encryptedMultipart(message, bytes.length));
      expect(parsed.ok && parsed.value.sealed.equals(bytes)).toBe(true);
      expect(parsed.ok && parsed.value.signature.equals(message.signature)).toBe(true);
    }),
    checked(),
  );
});

test('a sealed body that is damaged or something else is refused with a reason, and never longer than it came', () => {
  const valid = encryptedMultipart({ sealed: Buffer.alloc(60, 9), signature: Buffer.alloc(16, 8) }, 60);
  fc.assert(
    fc.property(fc.oneof(anyBytes, mutated(valid)), (bytes) => {
      const parsed = parseEncryptedMultipart(bytes);
      if (!parsed.ok) expect(parsed.error).not.toBe('');
      else expect(parsed.value.sealed.length).toBeLessThan(bytes.length);
    }),
    checked(500),
  );
});

test('any WWW-Authenticate lines give schemes by name, or none', () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 5 }), (lines) => {
      for (const { scheme, token } of offeredSchemes(lines)) {
        expect(scheme).toMatch(/^[A-Za-z][\w-]*$/);
        expect(token === undefined || !/[\s,"]/.test(token)).toBe(true);
      }
      expect(offeredText(lines)).toMatch(/^the host offers /);
    }),
    checked(500),
  );
});

test('schemes are read whether they come on one line or on several', () => {
  const scheme = fc.constantFrom('Negotiate', 'Kerberos', 'Basic realm="a, b"', 'NTLM', 'CredSSP');
  fc.assert(
    fc.property(fc.array(scheme, { minLength: 1, maxLength: 6 }), (schemes) => {
      const names = schemes.map((one) => one.split(' ')[0]);
      expect(offeredSchemes(schemes).map((one) => one.scheme)).toEqual(names);
      expect(offeredSchemes([schemes.join(', ')]).map((one) => one.scheme)).toEqual(names);
    }),
    checked(),
  );
});

test('WWW-Authenticate lines as long as a header may be cost no more than reading them', () => {
  for (const piece of ['"\\', 'a ', 'a=,', ' ', '"', 'Negotiate ', 'A\t']) {
    expect(offeredSchemes([piece.repeat(16_000 / piece.length)]).length).toBeLessThanOrEqual(16_000);
  }
});
