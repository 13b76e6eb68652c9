import { failure, type Result, success } from '../result.ts';
import type { Credential } from '../winrm/winrm-session.ts';
import { type SettingDeclaration, type SettingName, settingTable } from './setting-table.ts';

type ValueOf<Name extends SettingName> = (typeof settingTable)[Name]['schema']['_output'];

/** Everything the environment and `.env` decide, validated. Holds secrets: never write it anywhere. */
export interface Settings {
  readonly hosts?: ValueOf<'HYPERV_HOSTS'>;
  readonly hostsFile?: ValueOf<'HYPERV_HOSTS_FILE'>;
  readonly authentication?: ValueOf<'HYPERV_AUTH'>;
  readonly via?: ValueOf<'HYPERV_VIA'>;
  readonly proxy?: ValueOf<'HYPERV_PROXY'>;
  readonly caFile?: ValueOf<'HYPERV_CA_FILE'>;
  readonly channelBinding?: ValueOf<'HYPERV_CBT'>;
  readonly coverageThreshold?: ValueOf<'COVERAGE_THRESHOLD'>;
  readonly allowPartialOk?: ValueOf<'ALLOW_PARTIAL_OK'>;
  /** The account of hosts that name none. */
  readonly credential?: Credential;
  /** Accounts by the name in `credential=<name>`, lower case. */
  readonly namedCredentials: ReadonlyMap<string, Credential>;
}

/** What is wrong with one setting. The message names the setting, never its value. */
export interface SettingError {
  readonly setting: string;
  readonly message: string;
}

/** Values by setting name, as the environment or a `.env` file has them. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/**
 * Reads and validates all settings. The environment wins over the file; a value that is empty in the environment
 * counts as not set there. Comes back with every error, not only the first.
 */
export function readSettings(environment: RawSettings, file: RawSettings): Result<Settings, readonly SettingError[]> {
  const raw = overlay(file, environment);
  const errors: SettingError[] = [];
  const read = <Name extends SettingName>(name: Name): ValueOf<Name> | undefined => {
    const value = raw.get(name);
    if (value === undefined) return undefined;
    const declaration: SettingDeclaration = settingTable[name];
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
    channelBinding: read('HYPERV_CBT'),
    coverageThreshold: read('COVERAGE_THRESHOLD'),
    allowPartialOk: read('ALLOW_PARTIAL_OK'),
    credential: readCredential(raw, '', errors),
    namedCredentials: readNamedCredentials(raw, errors),
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

function readNamedCredentials(raw: ReadonlyMap<string, string>, errors: SettingError[]): Map<string, Credential> {
  const named = new Map<string, Credential>();
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
): Credential | undefined {
  const names = { user: `HYPERV_USER${suffix}`, password: `HYPERV_PASSWORD${suffix}` };
  const user = raw.get(names.user);
  const password = raw.get(names.password);
  // With Kerberos a ticket or a keytab stands for the password.
  const passwordNeeded = raw.get('HYPERV_AUTH')?.toLowerCase() !== 'kerberos';
  if (user !== undefined && (password !== undefined || !passwordNeeded)) return { user, password: password ?? '' };
  if (user === undefined && password === undefined) return undefined;
  const [missing, present] = user === undefined ? [names.user, names.password] : [names.password, names.user];
  if (!errors.some(({ setting }) => setting === missing)) {
    errors.push({ setting: missing, message: `${missing} must be set, because ${present} is.` });
  }
  return undefined;
}
