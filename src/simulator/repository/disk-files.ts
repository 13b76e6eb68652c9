import type { CimDiskFile, DiskFileTrouble } from '../cim-repository.ts';
import type { VmModel } from '../model.ts';
import { instant } from '../model.ts';
import { type Random, randomFor } from '../random.ts';
import { attachedImage, childOf } from './disks.ts';
import type { HostView } from './host-view.ts';

/** The files behind the VMs' disks: what they hold is drawn from the VM and the path, the same whoever asks. */

const gib = 1024 ** 3;
const mib = 1024 ** 2;
const blockSizes = { vhd: 2 * mib, vhdx: 32 * mib } as const;

/** A virtual disk file; sizes in bytes. */
export interface DiskFile {
  readonly path: string;
  readonly parent: string | null;
  /** 2 VHD, 3 VHDX, 4 VHD set. */
  readonly format: 2 | 3 | 4;
  /** 2 fixed, 3 dynamic, 4 differencing. */
  readonly type: 2 | 3 | 4;
  readonly capacity: number;
  readonly fileSize: number;
  readonly diskId: string;
  readonly fragmentation: number;
  readonly inUse: boolean;
  readonly trouble: DiskFileTrouble | undefined;
  readonly byJob: boolean;
}

const formatOf = (path: string): DiskFile['format'] => (/\.vhds$/i.test(path) ? 4 : /\.a?vhd$/i.test(path) ? 2 : 3);

const streamOf = (vm: VmModel, what: string): Random => randomFor(0, 'disk file', vm.id, what.toLowerCase());

/** Bytes that a guest sees: the same for every file of a chain. */
const capacityOf = (vm: VmModel, image: string): number =>
  streamOf(vm, `${image} capacity`).pickByShare([
    [32, 8],
    [40, 12],
    [60, 20],
    [80, 16],
    [127, 18],
    [200, 12],
    [500, 10],
    [1024, 4],
  ] as const) * gib;

/** Now and then a VM was made from a template, and its image is a child of the template's. */
function templatesOf(vm: VmModel, image: string): readonly string[] {
  const random = streamOf(vm, `${image} template`);
  if (!random.chance(0.02) || formatOf(image) === 4) return [];
  const folder = image.slice(0, image.lastIndexOf('\\'));
  const extension = formatOf(image) === 2 ? 'vhd' : 'vhdx';
  return Array.from({ length: random.integer(1, 3) }, (_, level) => `${folder}\\Template ${level + 1}.${extension}`);
}

/** Paths from an attached file up to the root of its chain. */
function chainPaths(vm: VmModel, image: string, attached: string): readonly string[] {
  const parents = new Map<string, string>();
  for (const checkpoint of vm.checkpoints) {
    const child = childOf(image, checkpoint.id);
    if (child !== image) parents.set(child, attachedImage({ vm, checkpoint }, image));
  }
  if (vm.leftOverChild !== null) parents.set(childOf(image, vm.leftOverChild), image);
  const paths = [attached];
  for (let parent = parents.get(attached); parent !== undefined && !paths.includes(parent); ) {
    paths.push(parent);
    parent = parents.get(parent);
  }
  return [...paths, ...(paths.at(-1) === image ? templatesOf(vm, image) : [])];
}

function troubleOf(vm: VmModel, path: string, random: Random): DiskFileTrouble | undefined {
  // WinRM makes no second hop: a share is denied whatever the account may there.
  if (/^\\\\(?![.?]\\)/.test(path)) return 'denied';
  if (vm.critical) return 'missing';
  return random.pickByShare<DiskFileTrouble | undefined>([
    [undefined, 99.5],
    ['missing', 0.2],
    ['locked', 0.2],
    ['damaged', 0.1],
  ]);
}

function makeFile(vm: VmModel, image: string, path: string, parent: string | null, attached: boolean): DiskFile {
  const random = streamOf(vm, path);
  const capacity = capacityOf(vm, image);
  const fixed = parent === null && random.chance(0.25);
  const used = parent === null ? random.integer(8, 90) : random.integer(1, 20);
  const block = blockSizes[formatOf(path) === 2 ? 'vhd' : 'vhdx'];
  const blocks = Math.ceil(((capacity / block) * used) / 100);
  return {
    path,
    parent,
    format: formatOf(path),
    type: parent === null ? (fixed ? 2 : 3) : 4,
    capacity,
    fileSize: (fixed ? capacity : blocks * block) + 4 * mib,
    diskId: random.guid(),
    fragmentation: fixed ? 0 : random.integer(0, 40),
    inUse: attached && vm.state === 2,
    trouble: troubleOf(vm, path, random),
    byJob: random.chance(0.02),
  };
}

/** The attached file, then its parents. */
export function chainOf(vm: VmModel, image: string, attached: string): readonly DiskFile[] {
  const paths = chainPaths(vm, image, attached);
  return paths.map((path, index) => makeFile(vm, image, path, paths[index + 1] ?? null, index === 0));
}

/** All files of a VM's disks, those of its checkpoints too; a file of several chains more than once. */
export function filesOf(vm: VmModel): readonly DiskFile[] {
  return vm.controllers.flatMap(({ drives }) =>
    drives.flatMap(({ kind, image }) => {
      if (kind !== 'disk' || image === null) return [];
      const heads = [null, ...vm.checkpoints].map((checkpoint) => attachedImage({ vm, checkpoint }, image));
      return heads.flatMap((head) => chainOf(vm, image, head));
    }),
  );
}

const asCim = (file: DiskFile, changedAt: string): CimDiskFile => ({
  path: file.path,
  settings: {
    BlockSize: file.type === 2 ? 0 : blockSizes[file.format === 2 ? 'vhd' : 'vhdx'],
    ElementName: file.path.slice(file.path.lastIndexOf('\\') + 1),
    Format: file.format,
    LogicalSectorSize: 512,
    MaxInternalSize: String(file.capacity),
    ParentPath: file.parent ?? '',
    Path: file.path,
    PhysicalSectorSize: file.format === 2 ? 512 : 4096,
    Type: file.type,
    VirtualDiskId: file.diskId,
  },
  state: {
    Alignment: 1,
    FileSize: String(file.fileSize),
    // Windows tells it of no fixed disk.
    FragmentationPercentage: file.type === 2 ? null : file.fragmentation,
    InUse: file.inUse,
    MinInternalSize: file.type === 3 && file.format === 3 ? String(Math.round(file.capacity / 2)) : null,
    PhysicalSectorSize: 4096,
    Timestamp: { datetime: changedAt },
  },
  ...(file.trouble ? { trouble: file.trouble } : {}),
  ...(file.byJob ? { byJob: true } : {}),
});

/** Every file that the host's VMs use, once each; the attached file's look of it counts. */
export function diskFilesOf(view: HostView): readonly CimDiskFile[] {
  const files = new Map<string, CimDiskFile>();
  for (const vm of [...view.vms(), ...view.planned()]) {
    for (const file of filesOf(vm)) {
      const key = file.path.toLowerCase();
      if (!files.has(key)) files.set(key, asCim(file, instant(Date.parse(vm.changedAt))));
    }
  }
  return [...files.values()];
}
