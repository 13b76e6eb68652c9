import { z } from 'zod';
import { parseProxyUrl } from './proxy-url.ts';

/** One setting as users know it. */
export interface SettingDeclaration {
  readonly meaning: string;
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

/** Every setting that has a name of its own, read from the environment and from `.env`. */
export const settingTable = {
  HYPERV_USER: {
    meaning: 'The account that hosts are asked with: `DOMAIN\\user`, `user@domain` or a local `user`.',
    default: 'none',
    secret: false,
    mustBe: 'an account name',
    schema: text,
  },
  HYPERV_PASSWORD: {
    meaning: 'Its password.',
    default: 'none',
    secret: true,
    mustBe: 'a password',
    schema: text,
  },
  HYPERV_CERT_FILE: {
    meaning: 'With `certificate`: the client certificate (PEM), and behind it the CAs between it and its root.',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_KEY_FILE: {
    meaning: 'Its private key (PEM).',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_KEY_PASSPHRASE: {
    meaning: 'What its key is encrypted with, where it is.',
    default: 'none',
    secret: true,
    mustBe: 'a passphrase',
    schema: text,
  },
  HYPERV_HOSTS: {
    meaning: 'The hosts, where neither `--hosts` nor `--hosts-file` is given.',
    default: 'none',
    secret: false,
    mustBe: 'a list of hosts, separated by commas',
    schema: text,
  },
  HYPERV_HOSTS_FILE: {
    meaning: 'A file with the hosts, where nothing above names any.',
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_AUTH: {
    meaning: 'How to log on: `ntlm`, `basic`, `kerberos` or `certificate`.',
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
    default: 'none',
    secret: false,
    mustBe: 'the path of a file',
    schema: text,
  },
  HYPERV_CBT: {
    meaning:
      'Channel binding of NTLM over https: `auto`, or `off` where something on the way opens TLS and hosts refuse the right password.',
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
    default: 'none',
    secret: true,
    mustBe: 'http://host:port or http://user:password@host:port (https:// too), with what is special percent-encoded',
    schema: z.string().transform((url, context) => {
      const proxy = parseProxyUrl(url);
      if (proxy !== undefined) return proxy;
      context.addIssue({ code: 'custom', message: 'not a proxy' });
      return z.NEVER;
    }),
  },
  COVERAGE_THRESHOLD: {
    meaning: 'The share of VMs that every per-VM collector has to cover for `Inventory OK`.',
    default: '`0.90`',
    secret: false,
    mustBe: 'a number from 0 to 1',
    schema: share,
  },
  ALLOW_PARTIAL_OK: {
    meaning: '`true`: coverage under the threshold still counts as `Inventory OK`.',
    default: '`false`',
    secret: false,
    mustBe: 'true or false',
    schema: trueOrFalse,
  },
} as const satisfies Readonly<Record<string, SettingDeclaration>>;

export type SettingName = keyof typeof settingTable;

/** Settings by name where part of the name is the user's: for hosts with `credential=<name>`. */
export const namedSettingTable = {
  'HYPERV_USER_<NAME>': {
    meaning: 'The account for hosts that say `credential=<name>`.',
    secret: false,
  },
  'HYPERV_PASSWORD_<NAME>': {
    meaning: 'Its password.',
    secret: true,
  },
  'HYPERV_CERT_FILE_<NAME>': {
    meaning: 'With `certificate`: the client certificate for these hosts.',
    secret: false,
  },
  'HYPERV_KEY_FILE_<NAME>': {
    meaning: 'Its private key.',
    secret: false,
  },
  'HYPERV_KEY_PASSPHRASE_<NAME>': {
    meaning: 'What its key is encrypted with, where it is.',
    secret: true,
  },
} as const satisfies Readonly<Record<string, { meaning: string; secret: boolean }>>;
