import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadAuthorities } from '../../src/settings/load-authorities.ts';
import { issueCertificate } from '../../src/simulator/certificates/certificate.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authorities-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const load = async (content: string) => {
  await writeFile(join(folder, 'ca.pem'), content);
  return loadAuthorities(join(folder, 'ca.pem'), 'HYPERV_CA_FILE');
};
const ca = (commonName: string) => issueCertificate({ commonName, purpose: 'authority' });

it('takes every certificate of the file, and nothing else in it', async () => {
  const [one, two] = [ca('One'), ca('Two')];
  const loaded = await load(`Subject: One\r\n${one.certificate}${two.certificate}${two.key}`);
  expect(loaded).toEqual({ ok: true, value: `${one.certificate.trim()}\n${two.certificate.trim()}` });
});

it.each([
  ['no certificate', 'nothing here', /holds no certificate/],
  ['DER', '0\u0082\u0003', /PEM/],
  [
    'a damaged certificate',
    `${ca('One').certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
    /certificate 2/,
  ],
])('says what is wrong with a file of %s', async (_case, content, said) => {
  expect(await load(content)).toMatchObject({ ok: false, error: { message: expect.stringMatching(said) } });
});

it('says that the file is not there', async () => {
  expect(await loadAuthorities(join(folder, 'none.pem'), 'HYPERV_CA_FILE')).toMatchObject({
    ok: false,
    error: { message: expect.stringMatching(/^HYPERV_CA_FILE: .*none\.pem cannot be read \(ENOENT\)/) },
  });
});
