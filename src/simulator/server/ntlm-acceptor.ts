import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hmacMd5, ntowfV2, ntProof, sessionBaseKey, sessionKeys } from '../../winrm/ntlm/keys.ts';
import { Rc4 } from '../../winrm/ntlm/rc4.ts';
import { type MessageSealing, messageSealing } from '../../winrm/ntlm/sealing.ts';
import type { BindingRule } from './channel-binding.ts';

/** Who the host says it is, and whom it lets in. */
export interface NtlmAccount {
  readonly user: string;
  readonly password: string;
}
export interface NtlmTarget {
  readonly computerName: string;
  readonly domainName: string;
  readonly dnsComputerName: string;
  readonly dnsDomainName: string;
}

const signature = Buffer.from('NTLMSSP\0', 'latin1');
const flag = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  seal: 0x20,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  targetTypeDomain: 0x10000,
  extendedSessionSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const;
const attribute = {
  end: 0,
  computer: 1,
  domain: 2,
  dnsComputer: 3,
  dnsDomain: 4,
  dnsTree: 5,
  flags: 6,
  timestamp: 7,
  channelBindings: 10,
} as const;
/** In the flags attribute: the client sent a message integrity code. */
const integrityCodePresent = 0x2;
const integrityCodeOffset = 72;
/** Windows Server 2022's version field. */
const version = Buffer.from([10, 0, 0x7c, 0x4f, 0, 0, 0, 15]);
/** 100-nanosecond steps between 1601 and 1970. */
const epochDifference = 116444736000000000n;

/** True where a token is an NTLM message of that type. */
export const isNtlmMessage = (token: Buffer, type: 1 | 3): boolean =>
  token.length >= 12 && token.subarray(0, 8).equals(signature) && token.readUInt32LE(8) === type;

/** What a client proved: nothing, or who it is, and how messages are sealed where it negotiated that. */
export type NtlmVerdict =
  | { readonly accepted: false; readonly reason: string }
  | { readonly accepted: true; readonly sealing: MessageSealing | undefined };

/** The server's side of one NTLMv2 handshake (MS-NLMP 3.2.5). */
export interface NtlmHandshake {
  /** CHALLENGE_MESSAGE. */
  readonly challenge: Buffer;
  /** Judges the AUTHENTICATE_MESSAGE. */
  judge(authenticate: Buffer): NtlmVerdict;
}

/** Answers a NEGOTIATE_MESSAGE; `binding` is what holds over TLS. */
export function startHandshake(
  negotiate: Buffer,
  target: NtlmTarget,
  account: NtlmAccount,
  binding?: BindingRule,
): NtlmHandshake {
  const serverChallenge = randomBytes(8);
  const challenge = challengeMessage(negotiate.length >= 16 ? negotiate.readUInt32LE(12) : 0, serverChallenge, target);
  return {
    challenge,
    judge: (authenticate) => judge({ negotiate, challenge, serverChallenge, target, account, binding }, authenticate),
  };
}

function challengeMessage(clientFlags: number, serverChallenge: Buffer, target: NtlmTarget): Buffer {
  const always =
    flag.unicode |
    flag.ntlm |
    flag.extendedSessionSecurity |
    flag.targetInfo |
    flag.requestTarget |
    flag.targetTypeDomain;
  const onRequest =
    flag.sign | flag.seal | flag.alwaysSign | flag.version | flag.key128 | flag.keyExchange | flag.key56;
  const name = Buffer.from(target.domainName, 'utf16le');
  const information = targetInformation(target);
  const message = Buffer.alloc(56);
  signature.copy(message);
  message.writeUInt32LE(2, 8);
  writeField(message, 12, name.length, 56);
  message.writeUInt32LE((always | (clientFlags & onRequest)) >>> 0, 20);
  serverChallenge.copy(message, 24);
  writeField(message, 40, information.length, 56 + name.length);
  version.copy(message, 48);
  return Buffer.concat([message, name, information]);
}

function targetInformation(target: NtlmTarget): Buffer {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64LE(BigInt(Date.now()) * 10000n + epochDifference);
  return Buffer.concat([
    pair(attribute.domain, Buffer.from(target.domainName, 'utf16le')),
    pair(attribute.computer, Buffer.from(target.computerName, 'utf16le')),
    pair(attribute.dnsDomain, Buffer.from(target.dnsDomainName, 'utf16le')),
    pair(attribute.dnsComputer, Buffer.from(target.dnsComputerName, 'utf16le')),
    pair(attribute.dnsTree, Buffer.from(target.dnsDomainName, 'utf16le')),
    pair(attribute.timestamp, timestamp),
    pair(attribute.end, Buffer.alloc(0)),
  ]);
}

interface Handshake {
  readonly negotiate: Buffer;
  readonly challenge: Buffer;
  readonly serverChallenge: Buffer;
  readonly target: NtlmTarget;
  readonly account: NtlmAccount;
  readonly binding: BindingRule | undefined;
}

function judge(handshake: Handshake, message: Buffer): NtlmVerdict {
  const { negotiate, challenge, serverChallenge, target, account, binding } = handshake;
  const refused = (reason: string): NtlmVerdict => ({ accepted: false, reason });
  const response = readField(message, 20);
  const domain = readField(message, 28)?.toString('utf16le');
  const user = readField(message, 36)?.toString('utf16le');
  const encryptedKey = readField(message, 52);
  if (response === undefined || domain === undefined || user === undefined || encryptedKey === undefined) {
    return refused('a field lies outside of the message');
  }
  if (!isAccount(account.user, user, domain, target)) return refused('unknown account');
  if (response.length < 44) return refused('not an NTLMv2 response');

  const key = ntowfV2(user, domain, account.password);
  const [proof, blob] = [response.subarray(0, 16), response.subarray(16)];
  if (!timingSafeEqual(ntProof(key, serverChallenge, blob), proof)) return refused('wrong password');

  if (binding !== undefined && !isBound(blob, binding)) return refused('not bound to this TLS connection');

  const flags = message.readUInt32LE(60);
  const baseKey = sessionBaseKey(key, proof);
  const exchanged = (flags & flag.keyExchange) !== 0;
  if (exchanged && encryptedKey.length !== 16) return refused('no session key');
  const sessionKey = exchanged ? new Rc4(baseKey).transform(encryptedKey) : baseKey;
  if (((announced(blob, attribute.flags)?.readUInt32LE() ?? 0) & integrityCodePresent) !== 0) {
    const unsigned = Buffer.from(message);
    unsigned.fill(0, integrityCodeOffset, integrityCodeOffset + 16);
    const code = message.subarray(integrityCodeOffset, integrityCodeOffset + 16);
    const expected = hmacMd5(sessionKey, negotiate, challenge, unsigned);
    if (code.length !== 16 || !timingSafeEqual(expected, code)) return refused('the integrity code does not match');
  }
  const sealable = [flag.seal, flag.key128, flag.extendedSessionSecurity].every((wanted) => (flags & wanted) !== 0);
  return { accepted: true, sealing: sealable ? messageSealing(sessionKeys(sessionKey), 'server') : undefined };
}

/** The forms in which Windows knows one account: `DOMAIN\user`, `user@domain` whole or split, or a local `user`. */
function isAccount(known: string, user: string, domain: string, target: NtlmTarget): boolean {
  const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();
  if (domain === '' && same(known, user)) return true;
  const backslash = known.indexOf('\\');
  if (backslash >= 0) return same(known.slice(backslash + 1), user) && same(known.slice(0, backslash), domain);
  const at = known.indexOf('@');
  if (at >= 0) return same(known.slice(0, at), user) && same(known.slice(at + 1), domain);
  return same(known, user) && ['.', target.computerName.toLowerCase()].includes(domain.toLowerCase());
}

/** All zeroes stand for no binding, as if the attribute was not there. */
function isBound(blob: Buffer, { expected, strict }: BindingRule): boolean {
  const sent = announced(blob, attribute.channelBindings);
  if (sent === undefined || sent.equals(Buffer.alloc(16))) return !strict;
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

/** An attribute among those that the client puts in its blob; undefined where it is missing or too short to be read. */
function announced(blob: Buffer, wanted: number): Buffer | undefined {
  let offset = 28;
  while (offset + 4 <= blob.length) {
    const [id, length] = [blob.readUInt16LE(offset), blob.readUInt16LE(offset + 2)];
    if (id === attribute.end) return undefined;
    const value = blob.subarray(offset + 4, offset + 4 + length);
    if (id === wanted && value.length === length && length >= 4) return value;
    offset += 4 + length;
  }
  return undefined;
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function writeField(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}

function readField(message: Buffer, at: number): Buffer | undefined {
  if (message.length < 64) return undefined;
  const [length, offset] = [message.readUInt16LE(at), message.readUInt32LE(at + 4)];
  return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
}
