import type { Behaviour } from './behaviour.ts';

/**
 * How simulated hosts behave, by name. A new kind of host is one entry here, and one in the expectations of
 * test/end-to-end/matrix.test.ts. The README's list is generated from it.
 */
export const personalityTable = {
  healthy: { meaning: 'Nothing is wrong with it.' },
  empty: { meaning: 'It has no VMs.', vms: 'none' },
  dead: { meaning: 'Nothing listens: connections are refused.', port: 'refuses' },
  blackHole: { meaning: 'It takes the connection and never answers.', port: 'silent' },
  intermittent: {
    meaning: "It drops the first collection's connection mid-way for good, and works at the next attempt.",
    connection: 'dropsOnce',
  },
  slow: { meaning: 'Every fact takes ten times as long.', slowness: 10 },
  wrongCredentials: { meaning: "It refuses the fleet's account.", account: 'unknown' },
  noRights: { meaning: "It lets the account in, but Hyper-V's lists are empty.", hyperV: 'hidden' },
  notHyperV: { meaning: 'The Hyper-V role is not installed.', hyperV: 'notInstalled', vms: 'none' },
  vmmsStopped: { meaning: 'The service vmms is stopped.', hyperV: 'stopped' },
  cutOffMidScript: {
    meaning: 'The script ends in the middle of a frame, at every attempt.',
    output: 'cutMidFrame',
  },
  vmMoves: { meaning: 'A VM leaves to another host while the run looks.', vms: 'oneLeaves' },
  listedTwice: { meaning: 'A second name of a healthy host.', secondName: true },
  strangeKeys: { meaning: 'Keys of settings do not follow the known grammar, so that joins fail.', keys: 'strange' },
  basicRefused: { meaning: 'It offers Negotiate and Kerberos, no Basic.', schemes: ['Negotiate', 'Kerberos'] },
  negotiateRefused: { meaning: 'It offers Basic only, so that NTLM is not possible.', schemes: ['Basic'] },
  ntlmBlocked: { meaning: 'It offers Negotiate, but a policy blocks NTLM.', ntlm: 'blocked' },
  unencryptedRefused: { meaning: 'It refuses Basic messages that are not encrypted.', unencrypted: 'refused' },
  shellQuota: {
    meaning: 'The account has as many shells there as it may.',
    troubles: [{ at: 'Create', trouble: { fault: 'tooManyShells' } }],
  },
  shellUserQuota: {
    meaning: 'As many accounts as it allows have shells there.',
    troubles: [{ at: 'Create', trouble: { fault: 'tooManyShellUsers' } }],
  },
  pluginQuota: {
    meaning: 'The plug-in for shells has as many as it may, for all accounts together.',
    troubles: [{ at: 'Create', trouble: { fault: 'tooManyPluginShells' } }],
  },
  operationQuota: {
    meaning: 'The first shell is out of operations; a new one is not.',
    troubles: [{ at: 'Command', times: 1, trouble: { fault: 'tooManyOperations' } }],
  },
  commandQuota: {
    meaning: 'The first shell takes no command; a new one does.',
    troubles: [{ at: 'Command', times: 1, trouble: { fault: 'tooManyCommands' } }],
  },
  requestRateQuota: {
    meaning: 'It finds that the account asks too much in a short time, once.',
    troubles: [{ at: 'Enumerate', after: 1, times: 1, trouble: { fault: 'tooManyRequests' } }],
  },
  smallEnvelopes: {
    meaning: 'It takes the collector script in small pieces only.',
    troubles: [{ at: 'Send', times: 2, trouble: { fault: 'envelopeTooLarge' } }],
  },
  busy: {
    meaning: 'It is busy for a moment, at lists and at commands.',
    troubles: [
      { at: 'Enumerate', after: 2, times: 1, trouble: { fault: 'busy' } },
      { at: 'Create', times: 1, trouble: { fault: 'busy' } },
      { at: 'Command', times: 1, trouble: { fault: 'busy' } },
      { at: 'Send', times: 1, trouble: { fault: 'busy' } },
    ],
  },
  shellsNotAllowed: {
    meaning: 'A policy allows no remote shells.',
    troubles: [{ at: 'Create', trouble: { fault: 'shellsNotAllowed' } }],
  },
  shellsDenied: {
    meaning: 'The account is no administrator, and may not open a shell.',
    troubles: [{ at: 'Create', trouble: { fault: 'accessDenied' } }],
  },
  storageDenied: {
    meaning: 'The account may not read `root/Microsoft/Windows/Storage` and `root/WMI`.',
    denies: ['root/Microsoft/Windows/Storage', 'root/WMI'],
  },
  staleShells: {
    meaning: 'All shells that it allows were left behind by earlier runs.',
    staleShells: 30,
  },
  constrainedLanguage: { meaning: 'PowerShell runs in constrained language mode.', powershell: 'constrained' },
  powershellBlocked: { meaning: 'Its antivirus software blocks the script (AMSI).', powershell: 'blocked' },
  powershellMissing: { meaning: 'It has no powershell.exe.', powershell: 'missing' },
  memoryQuota: { meaning: 'The script runs out of the memory of its shell.', powershell: 'outOfMemory' },
  processQuota: { meaning: 'Its shell may start no further process.', powershell: 'noMoreProcesses' },
  german: {
    meaning: 'A German Windows, without remote shells.',
    culture: 'de-DE',
    troubles: [{ at: 'Create', trouble: { fault: 'shellsNotAllowed' } }],
  },
  japanese: { meaning: 'A Japanese Windows, without powershell.exe.', culture: 'ja-JP', powershell: 'missing' },
  server2012R2: {
    meaning: 'Windows Server 2012 R2: PowerShell 4.0, and classes and properties are missing.',
    operatingSystem: '2012 R2',
  },
  resets: {
    meaning: 'It cuts the connection twice: before it took a request, and after.',
    troubles: [
      { at: 'Enumerate', after: 3, times: 1, trouble: { reset: 'beforeTaken' } },
      { at: 'Receive', times: 1, trouble: { reset: 'afterTaken' } },
    ],
  },
  resetsAlways: {
    meaning: 'It cuts every connection once a request is made.',
    troubles: [{ at: 'request', trouble: { reset: 'beforeTaken' } }],
  },
  garbage: {
    meaning: 'It answers with random bytes.',
    troubles: [{ at: 'Enumerate', trouble: { answer: 'garbage' } }],
  },
  oversized: {
    meaning: 'It answers with more than any answer may hold.',
    troubles: [{ at: 'Enumerate', trouble: { answer: 'oversized' } }],
  },
  misdirected: {
    meaning: 'Its answers name other questions than ours.',
    troubles: [{ at: 'Enumerate', trouble: { answer: 'misdirected' } }],
  },
  dripping: {
    meaning: 'Its answers come in drops.',
    troubles: [{ at: 'request', trouble: { answer: 'dripping' } }],
  },
  reorderedFrames: { meaning: 'Frames of the script overtake each other.', output: 'reordered' },
  restarting: {
    meaning: 'WinRM is just starting: HTTP 503 at first.',
    troubles: [{ at: 'request', times: 1, trouble: { status: 503 } }],
  },
  https: { meaning: "It is asked over https, with a certificate of the fleet's CA.", certificate: 'trusted' },
  httpsExpired: { meaning: 'Over https; its certificate has expired.', certificate: 'expired' },
  httpsOtherName: { meaning: 'Over https; its certificate is for another host.', certificate: 'otherName' },
  httpsSelfSigned: { meaning: 'Over https; its certificate is its own.', certificate: 'selfSigned' },
  httpsSha1: { meaning: 'Over https; its certificate is signed with SHA-1.', certificate: 'sha1' },
  httpsStrict: {
    meaning: 'Over https; it insists on channel binding (CbtHardeningLevel Strict).',
    certificate: 'trusted',
    channelBinding: 'strict',
  },
  httpsClientCertificate: {
    meaning: "Over https; it logs on who shows a client certificate of the fleet's CA.",
    certificate: 'trusted',
    clientCertificates: 'mapped',
  },
  httpsUnmapped: {
    meaning: 'Over https; it asks for client certificates, but has mapped none to an account.',
    certificate: 'trusted',
    clientCertificates: 'unmapped',
  },
} as const satisfies Readonly<Record<string, Behaviour>>;

export type Personality = keyof typeof personalityTable;

export const personalities = Object.keys(personalityTable) as readonly Personality[];

/** A host's behaviour: that of its personality, with what the host itself has otherwise. */
export const behaviourOf = ({
  personality,
  behaviour,
}: {
  readonly personality: Personality;
  readonly behaviour?: Partial<Behaviour>;
}): Behaviour => ({ ...personalityTable[personality], ...behaviour });
