/** The three messages of NTLM (MS-NLMP 2.2.1), all numbers little-endian. */
import { failure, type Result, success } from '../../result.ts';
import { hmacMd5, ntowfV2, ntProof, sessionBaseKey } from './keys.ts';
import { Rc4 } from './rc4.ts';

const negotiateFlags = {
  unicode: 0x00000001,
  requestTarget: 0x00000004,
  sign: 0x00000010,
  seal: 0x00000020,
  ntlm: 0x00000200,
  alwaysSign: 0x00008000,
  extendedSessionSecurity: 0x00080000,
  targetInfo: 0x00800000,
  version: 0x02000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const;

const { targetInfo, ...offered } = negotiateFlags;

/** Everything we offer: sealing with 128-bit keys, and nothing weaker than NTLMv2. */
export const clientFlags = Object.values(offered).reduce((all, flag) => (all | flag) >>> 0, 0);

/** Without these there is no strong message sealing. */
const sealingFlags =
  (offered.sign | offered.seal | offered.extendedSessionSecurity | offered.key128 | offered.keyExchange) >>> 0;

/** Attribute ids of TargetInfo (MS-NLMP 2.2.2.1). */
export const attributeIds = {
  end: 0,
  netbiosComputerName: 1,
  netbiosDomainName: 2,
  dnsComputerName: 3,
  dnsDomainName: 4,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

export interface TargetAttribute {
  readonly id: number;
  readonly value: Buffer;
}

export interface NtlmChallenge {
  readonly flags: number;
  /** 8 bytes. */
  readonly serverChallenge: Buffer;
  readonly attributes: readonly TargetAttribute[];
}

export interface NtlmLogon {
  readonly user: string;
  /** As the user gave it: it is never upper-cased. Empty for a user principal name. */
  readonly domain: string;
  readonly password: string;
  /** Service principal name, e.g. `HTTP/host`. */
  readonly targetName: string;
  /** 16 bytes that bind the logon to the TLS connection it goes over; undefined: none are sent. */
  readonly channelBindings?: Buffer;
}

/** What must be unpredictable, handed in so that known vectors can be checked. */
export interface NtlmRandomness {
  /** 8 bytes. */
  readonly clientChallenge: Buffer;
  /** 16 bytes. */
  readonly exportedSessionKey: Buffer;
  /** 100 ns since 1601, for hosts that send no timestamp of their own. */
  readonly fileTime: bigint;
}

const signatureText = Buffer.from('NTLMSSP\0', 'latin1');
/** Windows 10.0 build 24906, NTLM revision 15: what the version flag promises; nobody reads it but log files. */
const versionBytes = Buffer.from('0a00614a0000000f', 'hex');
const authenticateHeaderLength = 88;
const micOffset = 72;
/** Our answer repeats it with attributes of our own, in a field of at most 65,535 bytes. Windows sends some 200. */
const longestTargetInfo = 32_768;

/** NEGOTIATE_MESSAGE (2.2.1.1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  signatureText.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(clientFlags, 12);
  message.writeUInt32LE(message.length, 20);
  message.writeUInt32LE(message.length, 28);
  versionBytes.copy(message, 32);
  return message;
}

/** CHALLENGE_MESSAGE (2.2.1.2), refused where it does not offer what strong sealing needs. */
export function parseChallenge(message: Buffer): Result<NtlmChallenge, string> {
  if (message.length < 48 || !message.subarray(0, 8).equals(signatureText) || message.readUInt32LE(8) !== 2) {
    return failure('the challenge is not an NTLM challenge');
  }
  const flags = message.readUInt32LE(20);
  if ((flags & sealingFlags) >>> 0 !== sealingFlags || (flags & offered.unicode) === 0) {
    return failure('the host does not offer 128-bit message sealing');
  }
  const length = message.readUInt16LE(40);
  const offset = message.readUInt32LE(44);
  if (offset + length > message.length) return failure('the challenge is cut off');
  if (length > longestTargetInfo) {
    return failure('the target information of the challenge is too long to be answered');
  }
  return success({
    flags,
    serverChallenge: message.subarray(24, 32),
    attributes: parseAttributes(message.subarray(offset, offset + length)),
  });
}

function parseAttributes(bytes: Buffer): TargetAttribute[] {
  const attributes: TargetAttribute[] = [];
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(offset);
    const end = offset + 4 + bytes.readUInt16LE(offset + 2);
    if (id === attributeIds.end || end > bytes.length) break;
    attributes.push({ id, value: bytes.subarray(offset + 4, end) });
    offset = end;
  }
  return attributes;
}

function encodeAttributes(attributes: readonly TargetAttribute[]): Buffer {
  return Buffer.concat(
    [...attributes, { id: attributeIds.end, value: Buffer.alloc(0) }].flatMap(({ id, value }) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(id);
      head.writeUInt16LE(value.length, 2);
      return [head, value];
    }),
  );
}

/** The text of an attribute that holds a name. */
export function attributeText(challenge: NtlmChallenge, id: number): string | undefined {
  const text = challenge.attributes.find((attribute) => attribute.id === id)?.value.toString('utf16le');
  return text === '' ? undefined : text;
}

/** The blob that NTProofStr is made over (`temp` of MS-NLMP 3.3.2). */
export function responseBlob(
  time: Uint8Array,
  clientChallenge: Uint8Array,
  attributes: readonly TargetAttribute[],
): Buffer {
  return Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    time,
    clientChallenge,
    Buffer.alloc(4),
    encodeAttributes(attributes),
    Buffer.alloc(4),
  ]);
}

/** AUTHENTICATE_MESSAGE (2.2.1.3) with NTLMv2 responses, a new session key and, where the host can check it, a MIC. */
export function authenticateMessage(
  negotiate: Buffer,
  challengeBytes: Buffer,
  challenge: NtlmChallenge,
  logon: NtlmLogon,
  random: NtlmRandomness,
): Buffer {
  const timestamp = challenge.attributes.find(({ id }) => id === attributeIds.timestamp)?.value;
  const key = ntowfV2(logon.user, logon.domain, logon.password);
  const blob = responseBlob(
    timestamp ?? fileTimeBytes(random.fileTime),
    random.clientChallenge,
    ourAttributes(challenge, logon, timestamp !== undefined),
  );
  const proof = ntProof(key, challenge.serverChallenge, blob);
  const exchange = new Rc4(sessionBaseKey(key, proof)).transform(random.exportedSessionKey);
  const lanManager =
    timestamp === undefined
      ? Buffer.concat([hmacMd5(key, challenge.serverChallenge, random.clientChallenge), random.clientChallenge])
      : Buffer.alloc(24);
  const message = layOut(
    [
      lanManager,
      Buffer.concat([proof, blob]),
      Buffer.from(logon.domain, 'utf16le'),
      Buffer.from(logon.user, 'utf16le'),
      Buffer.alloc(0),
      exchange,
    ],
    (challenge.flags & (clientFlags | targetInfo)) >>> 0,
  );
  if (timestamp !== undefined) {
    hmacMd5(random.exportedSessionKey, negotiate, challengeBytes, message).copy(message, micOffset);
  }
  return message;
}

const oursAlone: ReadonlySet<number> = new Set([
  attributeIds.flags,
  attributeIds.targetName,
  attributeIds.channelBindings,
]);

/** The host's attributes, the promise of a MIC (only a host with a timestamp checks it), whom we mean, and over what. */
function ourAttributes(
  challenge: NtlmChallenge,
  { targetName, channelBindings }: NtlmLogon,
  withMic: boolean,
): TargetAttribute[] {
  const kept = challenge.attributes.filter(({ id }) => !oursAlone.has(id));
  const given = challenge.attributes.find(({ id }) => id === attributeIds.flags)?.value;
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(((given?.length === 4 ? given.readUInt32LE() : 0) | (withMic ? 2 : 0)) >>> 0);
  return [
    ...kept,
    ...(withMic || given !== undefined ? [{ id: attributeIds.flags, value: flags }] : []),
    { id: attributeIds.targetName, value: Buffer.from(targetName, 'utf16le') },
    ...(channelBindings === undefined ? [] : [{ id: attributeIds.channelBindings, value: channelBindings }]),
  ];
}

function fileTimeBytes(fileTime: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(fileTime);
  return bytes;
}

function layOut(fields: readonly Buffer[], flags: number): Buffer {
  const header = Buffer.alloc(authenticateHeaderLength);
  signatureText.copy(header);
  header.writeUInt32LE(3, 8);
  let offset = authenticateHeaderLength;
  fields.forEach((field, index) => {
    const at = 12 + index * 8;
    header.writeUInt16LE(field.length, at);
    header.writeUInt16LE(field.length, at + 2);
    header.writeUInt32LE(offset, at + 4);
    offset += field.length;
  });
  header.writeUInt32LE(flags, 60);
  if ((flags & offered.version) !== 0) versionBytes.copy(header, 64);
  return Buffer.concat([header, ...fields]);
}
