import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { issueCertificate } from '../../../src/simulator/certificates/certificate.ts';
import { channelBindingsValue } from '../../../src/winrm/ntlm/channel-binding.ts';
import { derElements, signatureAlgorithm } from '../../../src/winrm/tls/der.ts';
import { serverEndPointBinding } from '../../../src/winrm/tls/server-end-point.ts';

const expected = (hash: string, der: Buffer): Buffer =>
  Buffer.concat([Buffer.from('tls-server-end-point:'), createHash(hash).update(der).digest()]);

test.each([
  ['sha1', 'sha256'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
] as const)('a certificate signed with %s is bound to by its %s, be the key EC or RSA', (hash, bound) => {
  for (const keyPair of [undefined, generateKeyPairSync('rsa', { modulusLength: 1024 })]) {
    const { der } = issueCertificate({ commonName: 'hv01', hash, keyPair });
    expect(serverEndPointBinding(der)).toEqual(expected(bound, der));
  }
});

test.each(['rsa-pss-sha384', 'ed25519'])('a certificate signed with %s is bound to by its SHA-256', (sample) => {
  const { raw } = new X509Certificate(readFileSync(new URL(`samples/${sample}.pem`, import.meta.url)));
  expect(signatureAlgorithm(raw)).toMatch(/^1\./);
  expect(serverEndPointBinding(raw)).toEqual(expected('sha256', raw));
});

test('NTLM carries the MD5 of the binding behind 16 bytes for addresses and its length', () => {
  const binding = Buffer.from('tls-server-end-point:0123456789');
  const laidOut = Buffer.concat([Buffer.alloc(16), Buffer.from([31, 0, 0, 0]), binding]);
  expect(channelBindingsValue(binding)).toEqual(createHash('md5').update(laidOut).digest());
});

test('bytes that are no certificate have no signature, and are read to their end', () => {
  const { der } = issueCertificate({ commonName: 'hv01' });
  expect(signatureAlgorithm(der)).toBe('1.2.840.10045.4.3.2');
  for (let length = 0; length < der.length; length += 1)
    expect(signatureAlgorithm(der.subarray(0, length))).toBeUndefined();
  expect(derElements(Buffer.from('30807f84ffffffff', 'hex'))).toEqual([]);
});
