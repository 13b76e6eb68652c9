import { failure, type Result, success } from '../result.ts';
import type { PasswordCredential } from '../winrm/winrm-session.ts';
import { type SettingDeclaration, type SettingName, type SettingPlace, settingTable } from './setting-table.ts';

type ValueOf<Name extends SettingName> = (typeof settingTable)[Name]['schema']['_output'];

/** Everything the environment and `.env` decide, validated. Holds secrets: never write it anywhere. */
export interface Settings {
  readonly hosts?: ValueOf<'HYPERV_HOSTS'>;
  readonly hostsFile?: ValueOf<'HYPERV_HOSTS_FILE'>;
  readonly authentication?: ValueOf<'HYPERV_AUTH'>;
  readonly via?: ValueOf<'HYPERV_VIA'>;
  readonly proxy?: ValueOf<'HYPERV_PROXY'>;
  readonly caFile?: ValueOf<'HYPERV_CA_FILE'>;
  /** PEM text of private CAs. */
  readonly authorities?: ValueOf<'HYPERV_CA'>;
  readonly channelBinding?: ValueOf<'HYPERV_CBT'>;
  readonly coverageThreshold?: ValueOf<'COVERAGE_THRESHOLD'>;
  readonly allowPartialOk?: ValueOf<'ALLOW_PARTIAL_OK'>;
  /** Where the accounts are kept, without a slash at its end; undefined: in these settings. */
  readonly keyVaultUrl?: ValueOf<'KEY_VAULT_URL'>;
  readonly identity: AzureIdentity;
  /** Where the app keeps its runs. */
  readonly runsBlobUrl?: ValueOf<'RUNS_BLOB_URL'>;
  readonly runsStorage?: ValueOf<'RUNS_STORAGE'>;
  readonly appStorage?: ValueOf<'AzureWebJobsStorage'>;
  readonly appStorageBlobUrl?: ValueOf<'AzureWebJobsStorage__blobServiceUri'>;
  readonly appStorageAccount?: ValueOf<'AzureWebJobsStorage__accountName'>;
  readonly schedule?: ValueOf<'INVENTORY_SCHEDULE'>;
  /** The account of hosts that name none. */
  readonly credential?: PasswordCredential;
  /** Accounts by the name in `credential=<name>`, lower case. */
  readonly namedCredentials: ReadonlyMap<string, PasswordCredential>;
  /** Client certificates by the name in `credential=<name>`, lower case; the default one under the empty name. */
  readonly clientCertificates: ReadonlyMap<string, ClientCertificateFiles>;
}

/** Who asks the services of Azure. */
export interface AzureIdentity {
  /** Of a user-assigned managed identity. */
  readonly clientId?: string;
  /** True where a managed identity is at hand: in Azure. */
  readonly isManaged: boolean;
}

/** Where a client certificate lies; nothing of it has been read. */
export interface ClientCertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly passphrase?: string;
  /** The settings that said so, for errors. */
  readonly names: { readonly certFile: string; readonly keyFile: string; readonly passphrase: string };
}

/** What is wrong with one setting. The message names the setting, never its value. */
export interface SettingError {
  readonly setting: string;
  readonly message: string;
}

/** Values by setting name, as the environment or a `.env` file has them. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/**
 * Reads and validates all settings of the command line or of the app; those of the other count as not set. The
 * environment wins over the file; a value that is empty in the environment counts as not set there. Comes back with
 * every error, not only the first.
 */
export function readSettings(
  environment: RawSettings,
  file: RawSettings,
  place: Exclude<SettingPlace, 'both'>,
): Result<Settings, readonly SettingError[]> {
  const raw = overlay(file, environment);
  const errors: SettingError[] = [];
  const read = <Name extends SettingName>(name: Name): ValueOf<Name> | undefined => {
    const declaration: SettingDeclaration = settingTable[name];
    const value = raw.get(name.toUpperCase());
    if (value === undefined || (declaration.appliesTo !== 'both' && declaration.appliesTo !== place)) return undefined;
    const parsed = declaration.schema.safeParse(value);
    if (parsed.success) return parsed.data as ValueOf<Name>;
    errors.push({ setting: name, message: `${name} must be ${declaration.mustBe}.` });
    return undefined;
  };
  const settings: Settings = {
    hosts: read('HYPERV_HOSTS'),
    hostsFile: read('HYPERV_HOSTS_FILE'),
    authentication: read('HYPERV_AUTH'),
    via: read('HYPERV_VIA'),
    proxy: read('HYPERV_PROXY'),
    caFile: read('HYPERV_CA_FILE'),
    authorities: read('HYPERV_CA'),
    channelBinding: read('HYPERV_CBT'),
    coverageThreshold: read('COVERAGE_THRESHOLD'),
    allowPartialOk: read('ALLOW_PARTIAL_OK'),
    keyVaultUrl: read('KEY_VAULT_URL'),
    identity: { clientId: read('AZURE_CLIENT_ID'), isManaged: read('IDENTITY_ENDPOINT') !== undefined },
    runsBlobUrl: read('RUNS_BLOB_URL'),
    runsStorage: read('RUNS_STORAGE'),
    appStorage: read('AzureWebJobsStorage'),
    appStorageBlobUrl: read('AzureWebJobsStorage__blobServiceUri'),
    appStorageAccount: read('AzureWebJobsStorage__accountName'),
    schedule: read('INVENTORY_SCHEDULE'),
    credential: readCredential(raw, '', errors),
    namedCredentials: readNamedCredentials(raw, errors),
    clientCertificates: readClientCertificates(raw, errors),
  };
  return errors.length > 0 ? failure(errors) : success(settings);
}

/** Names in upper case, as Windows ignores their case; empty values left out. Later sources win. */
function overlay(...sources: readonly RawSettings[]): ReadonlyMap<string, string> {
  const merged = new Map<string, string>();
  for (const [name, value] of sources.flatMap((source) => Object.entries(source))) {
    if (value !== undefined && value !== '') merged.set(name.toUpperCase(), value);
  }
  return merged;
}

function readNamedCredentials(
  raw: ReadonlyMap<string, string>,
  errors: SettingError[],
): Map<string, PasswordCredential> {
  const named = new Map<string, PasswordCredential>();
  for (const key of raw.keys()) {
    const name = /^HYPERV_(?:USER|PASSWORD)_(.+)$/.exec(key)?.[1];
    if (name === undefined || named.has(name.toLowerCase())) continue;
    const credential = readCredential(raw, `_${name}`, errors);
    if (credential) named.set(name.toLowerCase(), credential);
  }
  return named;
}

function readCredential(
  raw: ReadonlyMap<string, string>,
  suffix: string,
  errors: SettingError[],
): PasswordCredential | undefined {
  const names = { user: `HYPERV_USER${suffix}`, password: `HYPERV_PASSWORD${suffix}` };
  const user = raw.get(names.user);
  const password = raw.get(names.password);
  // With Kerberos a ticket or a keytab stands for the password.
  const passwordNeeded = raw.get('HYPERV_AUTH')?.toLowerCase() !== 'kerberos';
  if (user !== undefined && (password !== undefined || !passwordNeeded)) return { user, password: password ?? '' };
  if (user === undefined && password === undefined) return undefined;
  const [missing, present] = user === undefined ? [names.user, names.password] : [names.password, names.user];
  complain(errors, missing, present);
  return undefined;
}

function readClientCertificates(
  raw: ReadonlyMap<string, string>,
  errors: SettingError[],
): Map<string, ClientCertificateFiles> {
  const found = new Map<string, ClientCertificateFiles>();
  for (const key of raw.keys()) {
    const [, suffix] = /^HYPERV_(?:CERT_FILE|KEY_FILE|KEY_PASSPHRASE)((?:_.+)?)$/.exec(key) ?? [];
    if (suffix === undefined || found.has(suffix.slice(1).toLowerCase())) continue;
    const files = readClientCertificate(raw, suffix, errors);
    if (files) found.set(suffix.slice(1).toLowerCase(), files);
  }
  return found;
}

function readClientCertificate(
  raw: ReadonlyMap<string, string>,
  suffix: string,
  errors: SettingError[],
): ClientCertificateFiles | undefined {
  const names = {
    certFile: `HYPERV_CERT_FILE${suffix}`,
    keyFile: `HYPERV_KEY_FILE${suffix}`,
    passphrase: `HYPERV_KEY_PASSPHRASE${suffix}`,
  };
  const [certFile, keyFile, passphrase] = [raw.get(names.certFile), raw.get(names.keyFile), raw.get(names.passphrase)];
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, passphrase, names };
  const present = [names.certFile, names.keyFile, names.passphrase].find((name) => raw.has(name)) ?? names.certFile;
  if (certFile === undefined) complain(errors, names.certFile, present);
  if (keyFile === undefined) complain(errors, names.keyFile, present);
  return undefined;
}

/** Says once that the one must be set because the other is. */
function complain(errors: SettingError[], missing: string, present: string): void {
  if (errors.some(({ setting }) => setting === missing)) return;
  errors.push({ setting: missing, message: `${missing} must be set, because ${present} is.` });
}
