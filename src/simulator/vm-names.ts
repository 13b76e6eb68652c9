import type { Random } from './random.ts';

const roles = [
  'web',
  'app',
  'sql',
  'dc',
  'file',
  'print',
  'ex',
  'rds',
  'mon',
  'bkp',
  'git',
  'erp',
  'test',
  'k8s',
  'vdi',
];
const sharedNames = ['DC01', 'TEST', 'template', 'FILESRV', 'Win2019-Master'];

/** Names that have broken CSV files, WQL queries, spreadsheets and consoles. */
const hostileNames: readonly string[] = [
  `O'Brien "prod" server`,
  'web, app and sql',
  'line one\nline two',
  '=HYPERLINK("http://example.com","open")',
  '+SUM(1;2)',
  '-dash first',
  '@import',
  'Бухгалтерия 1С',
  '会計サーバー',
  '🚀 launchpad',
  '100% CPU_test [old] *',
  '<b>&amp;</b> ]]>',
  ' leading and trailing ',
  'Größe & Maß',
  '%TEMP%\\..\\share',
];

/** Notes, as people write them; most VMs have none. */
export function makeNotes(random: Random): string {
  if (random.chance(0.75)) return '';
  return random.pick([
    'Owner: infrastructure team',
    'Replaced by the new cluster in spring.\nDo not start!',
    'Ticket 4711; contact: "Müller, Ilse" <ilse@example.com>',
    'バックアップ対象外',
    '=1+1',
    'Line one\r\nLine two\r\n\r\nLine four',
  ]);
}

/** A VM's name: mostly unique, sometimes one that others have too, rarely one that breaks tools. */
export function makeVmName(random: Random, hostIndex: number, vmIndex: number, newVirtualMachine: string): string {
  if (random.chance(0.01)) return random.pick(hostileNames);
  if (random.chance(0.02)) return random.pick([...sharedNames, newVirtualMachine]);
  return `${random.pick(roles)}-${String(hostIndex + 1).padStart(3, '0')}-${String(vmIndex + 1).padStart(2, '0')}`;
}

/** The name as a file or folder can bear it. */
export function fileNameOf(name: string): string {
  const legal = name.replace(/[<>:"/\\|?*\n\r]/g, '_').trim();
  return legal === '' ? '_' : legal;
}
