import type { CimDiskFile, CimEmbedded, CimRepository, CimScalar } from '../cim-repository.ts';
import { classNamed } from './shown-repository.ts';
import { escapeXml } from './xml.ts';

/** A call of a method, in-parameters as text. */
export interface MethodCall {
  readonly namespace: string;
  readonly className: string;
  readonly method: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

/** What a host answers to a call of a method. */
export interface MethodAnswer {
  readonly returnValue: number;
  /** Out-parameters; embedded objects where the method gives objects. */
  readonly out: Readonly<Record<string, string | number | readonly CimEmbedded[]>>;
  /** With returnValue 4096: how the job ends. Where it ends well, the next call has the answer. */
  readonly job?: { readonly state: 7 | 10; readonly errorCode: number; readonly errorText: string };
  /** It does not come: `hangs` until the caller's time is up, `stuck` for good. */
  readonly never?: 'hangs' | 'stuck';
}

const done = (out: MethodAnswer['out']): MethodAnswer => ({ returnValue: 0, out });
const returns = (returnValue: number): MethodAnswer => ({ returnValue, out: {} });
const failingJob = (text: string): MethodAnswer => ({
  returnValue: 4096,
  out: {},
  job: { state: 10, errorCode: 32768, errorText: text },
});

/** ReturnValues of Hyper-V's methods (their documented value map). */
const accessDenied = 32769;

/**
 * What the methods tell that the exporter calls; undefined where there is no such method. Texts of failures are in no
 * language that a client may read: only the numbers in them count.
 */
export function methodAnswer(repository: CimRepository, call: MethodCall): MethodAnswer | undefined {
  switch (`${call.className}.${call.method}`.toLowerCase()) {
    case 'msvm_imagemanagementservice.getvirtualharddisksettingdata':
      return diskAnswer(repository, call, 'SettingData', 'Msvm_VirtualHardDiskSettingData', ({ settings }) => settings);
    case 'msvm_imagemanagementservice.getvirtualharddiskstate':
      return diskAnswer(repository, call, 'State', 'Msvm_VirtualHardDiskState', ({ state }) => state);
    case 'msvm_virtualsystemmanagementservice.getsummaryinformation':
      return summaryAnswer(repository);
    case 'stdregprov.getstringvalue':
      return registryAnswer(repository, call, 'sValue', 'string');
    case 'stdregprov.getdwordvalue':
      return registryAnswer(repository, call, 'uValue', 'number');
    default:
      return undefined;
  }
}

const textIn = ({ parameters }: MethodCall, name: string): string => parameters[name]?.[0] ?? '';

function diskAnswer(
  { diskFiles = [] }: CimRepository,
  call: MethodCall,
  result: string,
  className: string,
  valuesOf: (file: CimDiskFile) => Readonly<Record<string, CimScalar>>,
): MethodAnswer {
  const path = textIn(call, 'Path');
  const file = diskFiles.find((known) => known.path.toLowerCase() === path.toLowerCase());
  const trouble = file === undefined ? 'missing' : file.trouble;
  switch (trouble) {
    case 'missing':
      return failingJob(`"${path}": (0x80070002)`);
    case 'locked':
      return failingJob(`"${path}": (0x80070020)`);
    case 'damaged':
      return failingJob(`"${path}": (0xC03A0014)`);
    case 'denied':
      return returns(accessDenied);
    case 'hangs':
    case 'stuck':
      return { ...returns(0), never: trouble };
    case undefined:
      break;
  }
  const answer = done(file === undefined ? {} : { [result]: cimXml(className, valuesOf(file)) });
  return file?.byJob ? { ...answer, returnValue: 4096, job: { state: 7, errorCode: 0, errorText: '' } } : answer;
}

/** Every row that the class has: the caller names the properties, never the thumbnails. */
function summaryAnswer(repository: CimRepository): MethodAnswer {
  const summaries = classNamed(repository, 'root/virtualization/v2', 'Msvm_SummaryInformation');
  const rows = (summaries?.instances ?? []).map(({ className, values }): CimEmbedded => {
    const plain = Object.entries(values).flatMap(([name, value]): [string, CimScalar][] =>
      value === null || typeof value !== 'object' || 'datetime' in value || 'intervalMs' in value
        ? [[name, value]]
        : [],
    );
    return { embedded: { className, properties: Object.fromEntries(plain) } };
  });
  return done({ SummaryInformation: rows });
}

/** StdRegProv returns Win32 errors: 2 where key or value is not there, 1 where it is of another kind. */
function registryAnswer(
  { registry }: CimRepository,
  call: MethodCall,
  result: string,
  kind: 'string' | 'number',
): MethodAnswer {
  if (textIn(call, 'hDefKey') !== '2147483650') return returns(2);
  const path = `HKLM:\\${textIn(call, 'sSubKeyName')}`.toLowerCase();
  const values = Object.entries(registry).find(([key]) => key.toLowerCase() === path)?.[1] ?? {};
  const wanted = textIn(call, 'sValueName').toLowerCase();
  const value = Object.entries(values).find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (value === undefined) return returns(2);
  return typeof value === kind ? done({ [result]: value }) : returns(1);
}

/** An instance in CIM-XML (DSP0201), as an `[EmbeddedInstance]` string holds it. */
export function cimXml(className: string, values: Readonly<Record<string, CimScalar>>): string {
  const properties = Object.entries(values).map(([name, value]) => {
    const type = typesByName[name] ?? 'string';
    const text = value === null ? '' : `<VALUE>${escapeXml(cimText(value))}</VALUE>`;
    return `<PROPERTY NAME="${name}" TYPE="${type}">${text}</PROPERTY>`;
  });
  return `<INSTANCE CLASSNAME="${className}">${properties.join('')}</INSTANCE>`;
}

const typesByName: Readonly<Record<string, string>> = {
  Alignment: 'uint32',
  BlockSize: 'uint32',
  FileSize: 'uint64',
  Format: 'uint16',
  FragmentationPercentage: 'uint32',
  InUse: 'boolean',
  LogicalSectorSize: 'uint32',
  MaxInternalSize: 'uint64',
  MinInternalSize: 'uint64',
  PhysicalSectorSize: 'uint32',
  Timestamp: 'datetime',
  Type: 'uint16',
};

function cimText(value: Exclude<CimScalar, null>): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value !== 'object') return String(value);
  if ('intervalMs' in value) return String(value.intervalMs);
  // The DMTF form: yyyymmddHHMMSS.mmmmmm+UUU.
  return value.datetime.replace(/[-:TZ]/g, '').concat('-000');
}
