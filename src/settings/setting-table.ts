import { z } from 'zod';
import { readAuthorities } from './pem-authorities.ts';
import { parseProxyUrl } from './proxy-url.ts';

/** Who reads a setting: the command line, the Functions app, or both of them. */
export type SettingPlace = 'commandLine' | 'app' | 'both';

/** One setting as users know it. */
export interface SettingDeclaration {
  readonly meaning: string;
  readonly appliesTo: SettingPlace;
  /** True: Azure itself sets it, nobody else has to. */
  readonly setByAzure?: true;
  /** What holds where the setting is not set, in words for the README. */
  readonly default: string;
  /** True: its value is shown nowhere, not even in an error. */
  readonly secret: boolean;
  /** What a value has to be, to end the sentence "NAME must be …". */
  readonly mustBe: string;
  /** Reads a value that is set. */
  readonly schema: z.ZodType;
}

const text = z.string();

/** Ends a transformation whose value is none; the sentence about it is made from `mustBe`. */
function unreadable(context: { addIssue(issue: { code: 'custom' }): void }): never {
  context.addIssue({ code: 'custom' });
  return z.NEVER;
}

const trueOrFalse = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no']))
  .transform((word) => word === 'true' || word === '1' || word === 'yes');

const share = z
  .string()
  .regex(/^\d*\.?\d+$/)
  .transform(Number)
  .pipe(z.number().min(0).max(1));

/** The address of a service, told apart from a URL that holds an account or a token. */
const serviceUrl = z
  .string()
  .refine((url) => URL.canParse(url))
  .transform((url) => new URL(url))
  .refine(({ protocol, username, password, search, hash }) => {
    return (protocol === 'https:' || protocol === 'http:') && `${username}${password}${search}${hash}` === '';
  })
  .transform(({ href }) => href.replace(/\/+$/, ''));

/** Five or six fields, as NCRONTAB has them, or the time between two runs. */
const schedule = z
  .string()
  .trim()
  .regex(/^(?:[\d*,/A-Za-z-]+(?: +[\d*,/A-Za-z-]+){4,5}|(?:\d+\.)?\d{1,2}:\d{2}:\d{2})$/);

/**
 * Every setting that has a name of its own, read from the environment (in Azure: the app's settings) and from `.env`.
 * Nothing else of the environment is read.
 */
export const settingTable = {
  HYPERV_USER: {
    meaning: 'The account that hosts are asked with: `DOMAIN\\user`, `user@domain` or a local `user`.',
    appliesTo: 'both',
    default: 'none',
    secret: false,
    mustBe: 'an account name',
    schema: text,
  },
  HYPERV_PASSWORD: {
    meaning: 'Its password.',
    appliesTo: 'both',
    default: 'none',
    secret: true,
    mustBe: 'a password',
    schema: text,
  },
  HYPERV_CERT_FILE: {
    meaning: 'With `certificate`: the client certificate (PEM), and behind it the CAs between it and its root.',
    appliesTo: 'both',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_KEY_FILE: {
    meaning: 'Its private key (PEM).',
    appliesTo: 'both',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_KEY_PASSPHRASE: {
    meaning: 'What its key is encrypted with, where it is.',
    appliesTo: 'both',
    default: 'none',
    secret: true,
    mustBe: 'a passphrase',
    schema: text,
  },
  HYPERV_HOSTS: {
    meaning: 'The hosts, where neither `--hosts` nor `--hosts-file` is given.',
    appliesTo: 'both',
    default: 'none',
    secret: false,
    mustBe: 'a list of hosts, separated by commas',
    schema: text,
  },
  HYPERV_HOSTS_FILE: {
    meaning: 'A file with the hosts, where nothing above names any.',
    appliesTo: 'commandLine',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_AUTH: {
    meaning: 'How to log on: `ntlm`, `basic`, `kerberos` or `certificate`.',
    appliesTo: 'both',
    default: '`ntlm`',
    secret: false,
    mustBe: 'ntlm, basic, kerberos or certificate',
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['ntlm', 'basic', 'kerberos', 'certificate'])),
  },
  HYPERV_VIA: {
    meaning: 'How facts are gathered: `auto`, `script` or `cim`.',
    appliesTo: 'both',
    default: '`auto`',
    secret: false,
    mustBe: 'auto, script or cim',
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['auto', 'script', 'cim'])),
  },
  HYPERV_CA_FILE: {
    meaning: 'A file with private CAs (PEM, one or several), trusted beside those of the system and of Node.',
    appliesTo: 'both',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_CA: {
    meaning:
      'Where there are no files: the certificates themselves (PEM; line breaks may be written `\\n`). It counts where no file is named.',
    appliesTo: 'both',
    default: 'none',
    secret: false,
    mustBe: 'one certificate or several in PEM form (-----BEGIN CERTIFICATE-----)',
    schema: z.string().transform((pem, context) => {
      const authorities = readAuthorities(pem);
      return authorities.ok ? authorities.value : unreadable(context);
    }),
  },
  HYPERV_CBT: {
    meaning:
      'Channel binding of NTLM over https: `auto`, or `off` where something on the way opens TLS and hosts refuse the right password.',
    appliesTo: 'both',
    default: '`auto`',
    secret: false,
    mustBe: 'auto or off',
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['auto', 'off'])),
  },
  HYPERV_PROXY: {
    meaning:
      'The HTTP proxy that every host is reached through: `http://proxy:3128` or `https://user:password@proxy:3129`. `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` do not count.',
    appliesTo: 'both',
    default: 'none',
    secret: true,
    mustBe: 'http://host:port or http://user:password@host:port (https:// too), with what is special percent-encoded',
    schema: z.string().transform((url, context) => {
      return parseProxyUrl(url) ?? unreadable(context);
    }),
  },
  COVERAGE_THRESHOLD: {
    meaning: 'The share of VMs that every per-VM collector has to cover for `Inventory OK`.',
    appliesTo: 'both',
    default: '`0.90`',
    secret: false,
    mustBe: 'a number from 0 to 1',
    schema: share,
  },
  ALLOW_PARTIAL_OK: {
    meaning: '`true`: coverage under the threshold still counts as `Inventory OK`.',
    appliesTo: 'both',
    default: '`false`',
    secret: false,
    mustBe: 'true or false',
    schema: trueOrFalse,
  },
  KEY_VAULT_URL: {
    meaning:
      'The Key Vault that the accounts come from, e.g. `https://contoso-hyperv.vault.azure.net`; then `HYPERV_USER` and `HYPERV_PASSWORD` do not count.',
    appliesTo: 'both',
    default: 'none: the accounts are those of the settings',
    secret: false,
    mustBe: 'the URL of a vault, like https://<vault>.vault.azure.net',
    schema: serviceUrl,
  },
  AZURE_CLIENT_ID: {
    meaning: 'The client id of the user-assigned managed identity that Key Vault and Blob Storage are asked with.',
    appliesTo: 'both',
    default: 'the system-assigned identity; locally whoever is logged on (`az login`)',
    secret: false,
    mustBe: 'a client id',
    schema: text,
  },
  IDENTITY_ENDPOINT: {
    meaning: 'Where a managed identity gets its tokens. Set by Azure itself.',
    appliesTo: 'both',
    setByAzure: true,
    default: 'none: not in Azure',
    secret: false,
    mustBe: 'a URL',
    schema: text,
  },
  RUNS_BLOB_URL: {
    meaning:
      'The blob endpoint of the storage account that runs are kept in, e.g. `https://contosoruns.blob.core.windows.net`, asked with the identity.',
    appliesTo: 'app',
    default: 'none',
    secret: false,
    mustBe: 'the blob endpoint of a storage account, like https://<account>.blob.core.windows.net',
    schema: serviceUrl,
  },
  RUNS_STORAGE: {
    meaning: 'Instead: the connection string of that storage account.',
    appliesTo: 'app',
    default: 'the storage of the app itself',
    secret: true,
    mustBe: 'a connection string',
    schema: text,
  },
  AzureWebJobsStorage: {
    meaning: 'The connection string of the storage account of the app itself: runs are kept there without the above.',
    appliesTo: 'app',
    default: 'none',
    secret: true,
    mustBe: 'a connection string',
    schema: text,
  },
  AzureWebJobsStorage__blobServiceUri: {
    meaning: 'Instead: the blob endpoint of the storage account of the app itself, asked with the identity.',
    appliesTo: 'app',
    default: 'none',
    secret: false,
    mustBe: 'the blob endpoint of a storage account, like https://<account>.blob.core.windows.net',
    schema: serviceUrl,
  },
  AzureWebJobsStorage__accountName: {
    meaning:
      'Instead: only the name of that account, in the public cloud; its blob endpoint is `https://<name>.blob.core.windows.net`.',
    appliesTo: 'app',
    default: 'none',
    secret: false,
    mustBe: 'the name of a storage account: 3 to 24 small letters and digits',
    schema: z.string().regex(/^[a-z0-9]{3,24}$/),
  },
  INVENTORY_SCHEDULE: {
    meaning:
      'When the nightly inventory starts: `{second} {minute} {hour} {day} {month} {day of week}`, in UTC unless the app setting `WEBSITE_TIME_ZONE` names another time zone.',
    appliesTo: 'app',
    default: '`0 0 2 * * *`: every night at two',
    secret: false,
    mustBe: 'an NCRONTAB expression like 0 0 2 * * *',
    schema: schedule,
  },
} as const satisfies Readonly<Record<string, SettingDeclaration>>;

export type SettingName = keyof typeof settingTable;

/** Settings by name where part of the name is the user's: for hosts with `credential=<name>`. */
export const namedSettingTable = {
  'HYPERV_USER_<NAME>': {
    meaning: 'The account for hosts that say `credential=<name>`.',
    appliesTo: 'both',
    secret: false,
  },
  'HYPERV_PASSWORD_<NAME>': {
    meaning: 'Its password.',
    appliesTo: 'both',
    secret: true,
  },
  'HYPERV_CERT_FILE_<NAME>': {
    meaning: 'With `certificate`: the client certificate for these hosts.',
    appliesTo: 'both',
    secret: false,
  },
  'HYPERV_KEY_FILE_<NAME>': {
    meaning: 'Its private key.',
    appliesTo: 'both',
    secret: false,
  },
  'HYPERV_KEY_PASSPHRASE_<NAME>': {
    meaning: 'What its key is encrypted with, where it is.',
    appliesTo: 'both',
    secret: true,
  },
} as const satisfies Readonly<Record<string, Pick<SettingDeclaration, 'meaning' | 'appliesTo' | 'secret'>>>;
