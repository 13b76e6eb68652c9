import type { Result } from '../result.ts';
import type { ProxyTunnels } from './connect-options.ts';
import type { WinrmError } from './winrm-error.ts';
import type { Credential, TlsOptions, WinrmTarget } from './winrm-target.ts';

export type {
  CertificateCredential,
  ClientCertificate,
  Credential,
  PasswordCredential,
  TlsOptions,
  WinrmTarget,
} from './winrm-target.ts';

export type AuthenticationScheme = 'ntlm' | 'basic' | 'kerberos' | 'certificate';

/** `auto`: a logon over https is bound to the TLS connection where the scheme can; `off`: never. */
export type ChannelBinding = 'auto' | 'off';

export interface WinrmSessionOptions {
  readonly target: WinrmTarget;
  /** Means nothing to an http target. */
  readonly tls?: TlsOptions;
  readonly credential: Credential;
  readonly authentication: AuthenticationScheme;
  /** Default `auto`. A proxy that opens TLS makes the binding wrong: `off` then. */
  readonly channelBinding?: ChannelBinding;
  /** Basic over plain http sends the password in the clear: refused unless this is true. */
  readonly allowBasicOverHttp?: boolean;
  /** Where it is given, every connection goes through it; never one that the environment names. */
  readonly proxy?: ProxyTunnels;
  /** Per connection attempt to the host as a whole, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest wait for one operation's answer, in milliseconds; also announced as OperationTimeout. */
  readonly operationTimeoutMs: number;
  /** Aborts whatever is under way; the shell is still deleted. */
  readonly signal?: AbortSignal;
}

export interface EnumerateRequest {
  /** Forward slashes, e.g. `root/cimv2`. */
  readonly namespace: string;
  readonly className: string;
  /** Without it whole instances are asked for, by class URI; with it `SELECT … FROM className`. */
  readonly properties?: readonly string[];
  /** WQL condition. */
  readonly where?: string;
  /** Most instances per answer. Default 1,000; halved when an answer would be too large for the host. */
  readonly maxElements?: number;
  /** Longest time for the whole enumeration, in milliseconds. Default: the session's operation timeout per answer. */
  readonly timeoutMs?: number;
}

/** One value as it came over the wire; CIM types are the caller's knowledge. */
export type CimWireValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nil' }
  /** `cim:Datetime`, `cim:Date` or `cim:Interval`. */
  | { readonly kind: 'datetime' | 'interval'; readonly text: string }
  /** An endpoint reference: the keys of the object it points to. */
  | {
      readonly kind: 'reference';
      readonly className: string | undefined;
      readonly keys: Readonly<Record<string, string>>;
    }
  /** An embedded object. */
  | { readonly kind: 'instance'; readonly instance: CimWireInstance };

export interface CimWireInstance {
  /** The class the instance names itself; undefined for the XmlFragment of a projection. */
  readonly className: string | undefined;
  /** Repeated elements are the elements of an array, in order; an array of one looks like a scalar. */
  readonly properties: Readonly<Record<string, readonly CimWireValue[]>>;
}

/** A value for a method: a number as its decimal text is told apart from text only by the method itself. */
export type CimInput = CimInputScalar | readonly CimInputScalar[];
export type CimInputScalar =
  | string
  | number
  | boolean
  /** An endpoint reference. */
  | { readonly className: string; readonly namespace: string; readonly keys: Readonly<Record<string, string>> }
  /** An embedded object. */
  | { readonly className: string; readonly properties: Readonly<Record<string, CimInput>> };

/** One object of a class by its keys; none for a class's own (static) methods. */
export interface CimObject {
  /** Forward slashes, e.g. `root/cimv2`. */
  readonly namespace: string;
  readonly className: string;
  readonly keys: Readonly<Record<string, string>>;
}

export interface InvokeRequest extends CimObject {
  readonly method: string;
  /** In the order of the method's declaration; null parameters are left out. */
  readonly parameters: Readonly<Record<string, CimInput>>;
  /** Longest time in milliseconds, a job included. Default: the session's operation timeout. */
  readonly timeoutMs?: number;
}

export interface InvokeAnswer {
  /** 0: done; 4096: a job was started, see `job`; others are the method's own. */
  readonly returnValue: number;
  /** Out-parameters; an absent one is null or an empty array. */
  readonly parameters: CimWireInstance['properties'];
  /** How the job that the method started ended. */
  readonly job?: CimJobEnd;
}

export interface CimJobEnd {
  /** CIM_ConcreteJob.JobState: 7 completed, 32768 completed with warnings, else failed. */
  readonly state: number;
  readonly errorCode: number | undefined;
  /** In the host's language; empty where it says nothing. */
  readonly errorText: string;
}

export interface ShellOptions {
  /** Shown by the host's own tools, e.g. in the list of shells. */
  readonly name: string;
  /** After this idle time the host deletes the shell by itself, in milliseconds. */
  readonly idleTimeoutMs: number;
}

export interface CommandRequest {
  readonly command: string;
  readonly arguments?: readonly string[];
  /** Sent as UTF-8 bytes in as many pieces as the host's envelope size demands; closes stdin. */
  readonly stdin?: string;
  /** The whole command's deadline, in milliseconds. What arrived until then is kept. */
  readonly deadlineMs: number;
  /** Called with every piece of stdout as it arrives. Returning 'stop' ends the command early, as done. */
  readonly onStdout?: (bytes: Buffer) => 'stop' | undefined;
}

export interface CommandOutcome {
  /** Undefined where the command was stopped by `onStdout`. */
  readonly exitCode: number | undefined;
  /** Empty where `onStdout` took it: a host that talks on and on must not fill our memory. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** A failed command still hands over what had arrived. */
export interface CommandFailure {
  readonly error: WinrmError;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface WinrmShell {
  readonly shellId: string;
  run(request: CommandRequest): Promise<Result<CommandOutcome, CommandFailure>>;
  /** Deletes the shell, on its own short deadline, also after an abort. Never throws; may be called twice. */
  close(): Promise<void>;
}

export interface WinrmCounters {
  /** HTTP requests sent, authentication included. */
  readonly requests: number;
  /** TCP connections made. */
  readonly connections: number;
}

/** What the host told about itself while authenticating, where the scheme tells it (NTLM's target information). */
export interface AuthenticationNotes {
  readonly computerName?: string;
  readonly domainName?: string;
}

/** A conversation with one host: one keep-alive connection, one request in flight. Nothing is sent before it is needed. */
export interface WinrmSession {
  /** Unauthenticated; proves that a WS-Management listener is there. */
  identify(): Promise<Result<{ readonly productVendor: string; readonly productVersion: string }, WinrmError>>;
  enumerate(request: EnumerateRequest): Promise<Result<readonly CimWireInstance[], WinrmError>>;
  /** One object; without properties asked for, whole. */
  get(object: CimObject & { readonly timeoutMs?: number }): Promise<Result<CimWireInstance, WinrmError>>;
  /** Calls a method once: it is never repeated. Waits for a job that it starts. */
  invoke(request: InvokeRequest): Promise<Result<InvokeAnswer, WinrmError>>;
  openShell(options: ShellOptions): Promise<Result<WinrmShell, WinrmError>>;
  readonly counters: WinrmCounters;
  readonly authenticationNotes: AuthenticationNotes;
  /** Closes every shell still open, then the connection. */
  close(): Promise<void>;
}

/** Opens a session; the implementation is `openWinrmSession` in `session.ts`. */
export type OpenWinrmSession = (options: WinrmSessionOptions) => WinrmSession;
