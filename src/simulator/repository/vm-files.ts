import type { CimFolder } from '../cim-repository.ts';
import type { CheckpointModel, VmModel } from '../model.ts';
import { instant } from '../model.ts';
import type { Generation } from '../operating-systems.ts';
import { randomFor } from '../random.ts';
import { filesOf } from './disk-files.ts';
import type { HostView } from './host-view.ts';

/** The folders of VMs with everything that lies in them: configuration, saved memory, checkpoints, disks. */

const mib = 1024 ** 2;
const day = 86_400_000;

interface VmFile {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: string;
}

const streamOf = (vm: VmModel, what: string) => randomFor(0, 'vm file', vm.id, what.toLowerCase());

/** True where memory is kept: the VM runs or is saved, or the checkpoint was taken while it ran. */
const keepsMemory = (vm: VmModel, checkpoint: CheckpointModel | null): boolean =>
  checkpoint === null ? vm.state !== 3 : checkpoint.withMemory;

/** Bytes of saved memory: of a VM that runs only little is set aside. */
function memoryBytes(vm: VmModel, id: string, checkpoint: CheckpointModel | null): number {
  const saved = checkpoint === null ? vm.state === 6 : checkpoint.withMemory;
  return saved ? vm.memory.startup * mib : streamOf(vm, `${id} state`).integer(48, 4096) * 1024;
}

/** The files of the state of a VM, or of a checkpoint, with their sizes in bytes: what holds memory comes first. */
function stateFilesOf(vm: VmModel, generation: Generation, checkpoint: CheckpointModel | null): readonly VmFile[] {
  const id = checkpoint?.id ?? vm.id;
  const folder = `${vm.folder}\\${checkpoint === null ? 'Virtual Machines' : 'Snapshots'}`;
  const file = (name: string, bytes: number): VmFile => ({
    path: `${folder}\\${name}`,
    bytes,
    writtenAt: instant(Date.parse(checkpoint?.createdAt ?? vm.changedAt)),
  });
  const memory = memoryBytes(vm, id, checkpoint);
  if (generation !== 2012) return [file(`${id}.vmrs`, memory), file(`${id}.vmcx`, 57_344)];
  const saved = [file(`${id}\\${id}.bin`, memory), file(`${id}\\${id}.vsv`, 5 * mib)];
  return [...(keepsMemory(vm, checkpoint) ? saved : []), file(`${id}.xml`, 48_128)];
}

/** A disk of another VM that was deleted, or of a disk that was taken out: nobody removed its file. */
function leftOverDisks(vm: VmModel): readonly VmFile[] {
  const random = streamOf(vm, 'left over');
  if (!random.chance(0.03)) return [];
  const writtenAt = instant(Date.parse(vm.createdAt) + random.integer(0, 10) * day);
  return [
    { path: `${vm.folder}\\Virtual Hard Disks\\old disk.vhdx`, bytes: random.integer(4, 40_000) * mib, writtenAt },
  ];
}

/** True: the host can look into the VM's folder. */
const isSeen = ({ critical, folder }: VmModel): boolean => !critical && !folder.startsWith('\\\\');

/** Bytes of the saved memory and device states that a host can see of a VM and its checkpoints. */
export const stateBytesSeen = (vm: VmModel, generation: Generation): number =>
  (isSeen(vm) ? [null, ...vm.checkpoints] : [])
    .flatMap((checkpoint) => stateFilesOf(vm, generation, checkpoint))
    .filter(({ path }) => /\.(?:vmrs|bin|vsv)$/.test(path))
    .reduce((sum, { bytes }) => sum + bytes, 0);

/** Every file in a VM's folder. */
function vmFiles(vm: VmModel, generation: Generation): readonly VmFile[] {
  const disks = new Map(
    filesOf(vm)
      .filter(({ trouble }) => trouble !== 'missing')
      .map(({ path, fileSize }) => [path, { path, bytes: fileSize, writtenAt: instant(Date.parse(vm.changedAt)) }]),
  );
  return [
    ...[null, ...vm.checkpoints].flatMap((checkpoint) => stateFilesOf(vm, generation, checkpoint)),
    ...disks.values(),
    ...leftOverDisks(vm),
  ];
}

const leafOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'));

/** The folders of the host's VMs. What lies on a share, or cannot be reached, the host cannot look into. */
export function foldersOf(view: HostView): readonly CimFolder[] {
  const folders = new Map<string, { readonly path: string; files: CimFolder['files'][number][]; folders: string[] }>();
  const folderAt = (path: string, top: string) => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const made = { path, files: [], folders: [] };
    folders.set(path, made);
    if (path !== top) folderAt(parentOf(path), top).folders.push(leafOf(path));
    return made;
  };
  for (const vm of [...view.vms(), ...view.planned()]) {
    if (!isSeen(vm)) continue;
    for (const { path, bytes, writtenAt } of vmFiles(vm, view.machine.os.generation))
      folderAt(parentOf(path), vm.folder).files.push({ name: leafOf(path), bytes, writtenAt });
  }
  return [...folders.values()].map(({ path, files, folders: inside }) => ({
    path,
    files,
    folders: inside.map((name) => ({ name })),
  }));
}
