import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type SettingDeclaration, settingTable } from '../../src/settings/setting-table.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { bicepIsThere, compiled, type Deployment, deployment, theOne } from './bicep.ts';

/** Settings of the Functions host, of App Service and of their storage: our code reads none of them, or as they do. */
const ofTheHost = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
  'FUNCTIONS_EXTENSION_VERSION',
  'FUNCTIONS_WORKER_RUNTIME',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_TIME_ZONE',
];

/** What the code reads too, and why Azure is not told it by an app setting. */
const leftOut: Readonly<Record<string, string>> = {
  HYPERV_USER: 'lies in the vault',
  HYPERV_PASSWORD: 'lies in the vault',
  HYPERV_CERT_FILE: 'an app has no files of its own',
  HYPERV_KEY_FILE: 'an app has no files of its own',
  HYPERV_KEY_PASSPHRASE: 'an app has no files of its own',
  HYPERV_CA_FILE: 'an app has no files of its own: HYPERV_CA',
  RUNS_STORAGE: 'a shared key: RUNS_BLOB_URL',
  AzureWebJobsStorage: 'a shared key: AzureWebJobsStorage__accountName',
  AzureWebJobsStorage__blobServiceUri: 'the same as AzureWebJobsStorage__accountName, where that does not do',
};

const inventory = {
  HYPERV_HOSTS: 'hv01.corp.example,hv02.corp.example',
  HYPERV_AUTH: 'ntlm',
  HYPERV_VIA: 'cim',
  HYPERV_CBT: 'off',
  HYPERV_PROXY: 'http://proxy.corp.example:3128',
  COVERAGE_THRESHOLD: '0.95',
  ALLOW_PARTIAL_OK: 'true',
  INVENTORY_SCHEDULE: '0 30 1 * * 1-5',
};

const parameterOf = (values: Readonly<Record<string, string>>): string =>
  `param inventory = {\n${Object.entries(values)
    .map(([name, value]) => `${name}: '${value}'`)
    .join('\n')}\n}`;

/** The app's settings by name. */
function settingsOf(deployed: Deployment): Readonly<Record<string, string>> {
  const list: readonly { name: string; value: string }[] = theOne(deployed, 'Microsoft.Web/sites').properties.siteConfig
    .appSettings;
  expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

describe.skipIf(!bicepIsThere)("the app's settings", () => {
  let settings: Readonly<Record<string, string>>;
  let offered: readonly string[];
  beforeAll(async () => {
    settings = settingsOf(await deployment(`${parameterOf(inventory)}\nparam timeZone = 'W. Europe Standard Time'`));
    const { template } = await compiled();
    const [definition] = Object.entries(template.definitions).filter(([name]) => /\binventorySettings$/.test(name));
    offered = Object.keys(definition?.[1].properties ?? {});
  });

  it('are those that its code reads: none is missing, none is unknown', () => {
    const declarations: Readonly<Record<string, SettingDeclaration>> = settingTable;
    const read = Object.entries(declarations)
      .filter(([, { appliesTo, setByAzure }]) => appliesTo !== 'commandLine' && !setByAzure)
      .map(([name]) => name);
    const told = [...new Set([...Object.keys(settings), ...offered])];
    const expected = read.filter((name) => !(name in leftOut) && !ofTheHost.includes(name));
    expect(told.filter((name) => !ofTheHost.includes(name)).toSorted()).toEqual(expected.toSorted());
  });

  it('hold every one of the host, and no storage key', () => {
    expect(Object.keys(settings)).toEqual(expect.arrayContaining(ofTheHost));
    expect(settings).toMatchObject({
      FUNCTIONS_EXTENSION_VERSION: '~4',
      FUNCTIONS_WORKER_RUNTIME: 'node',
      WEBSITE_NODE_DEFAULT_VERSION: '~22',
      WEBSITE_RUN_FROM_PACKAGE: '1',
      AzureWebJobsStorage__credential: 'managedidentity',
    });
    expect(JSON.stringify(settings)).not.toMatch(/listKeys|AccountKey|SharedAccessSignature/);
  });

  it('are handed on as they were given, and the code takes them', () => {
    expect(settings).toMatchObject(inventory);
    expect(readSettings(inventory, {}, 'app')).toMatchObject({ ok: true });
  });

  it('leave out what was not given', async () => {
    const least = settingsOf(await deployment());
    expect(Object.keys(inventory).filter((name) => name in least)).toEqual([]);
    expect(least).not.toHaveProperty('WEBSITE_TIME_ZONE');
  });

  it('switch off the timer, by the name that it has, where somebody else starts the runs', async () => {
    const timer = readFileSync(new URL('../../src/functions/nightly-timer.ts', import.meta.url), 'utf8');
    const [, name] = /client\.timer\('(\w+)'/.exec(timer) ?? [];
    const off = `AzureWebJobs.${name}.Disabled`;
    expect(settingsOf(await deployment('param nightly = false'))).toMatchObject({ [off]: 'true' });
    expect(settings).not.toHaveProperty([off]);
  });

  it('refuse a name that the code does not read, and a value that it would not take', async () => {
    await expect(deployment("param inventory = { HYPERV_USER: 'CORP\\\\inventory' }")).rejects.toThrow();
    await expect(deployment("param inventory = { HYPERV_VIA: 'magic' }")).rejects.toThrow();
  });

  it('take a proxy with a password as a reference to the vault only', async () => {
    const withPassword = "param inventory = { HYPERV_PROXY: 'http://app:Pa55-word@proxy.corp.example:3128' }";
    await expect(deployment(withPassword)).rejects.toThrow('HYPERV_PROXY holds a password');
    await expect(deployment(withPassword)).rejects.not.toThrow('Pa55-word');
    const reference = '@Microsoft.KeyVault(VaultName=kv;SecretName=proxy)';
    expect(settingsOf(await deployment(parameterOf({ HYPERV_PROXY: reference })))).toMatchObject({
      HYPERV_PROXY: reference,
    });
  });
});
