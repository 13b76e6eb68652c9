import type { HostErrorCode } from '../inventory/host-error.ts';

type ScriptObstacle = Extract<
  HostErrorCode,
  'powershellMissing' | 'scriptRefused' | 'scriptFailed' | 'shellMemoryQuota' | 'shellProcessQuota'
>;

/**
 * What a process says that did not start or died. WinRM gives no numbers for it and Windows says it in the host's
 * language: names of .NET types and numbers come first, then the texts of the languages that we know. What is not
 * recognised is `scriptFailed`, with the text itself.
 */
const signs: readonly (readonly [ScriptObstacle, RegExp])[] = [
  [
    'shellMemoryQuota',
    /OutOfMemoryException|0x800705AF|0x8007000E|paging file is too small|Auslagerungsdatei ist zu klein|ページング ファイルが小さすぎる/i,
  ],
  [
    'shellProcessQuota',
    /0x80070718|not enough quota is available|nicht gen(ü|ue)gend (Quoten?|Kontingent)|クォータが不足/i,
  ],
  [
    'scriptRefused',
    /blocked by group policy|durch eine Gruppenrichtlinie (geblockt|blockiert)|グループ ポリシーによって(ブロック|禁止)/i,
  ],
  // cmd.exe names what it did not find in quotes, alone: PowerShell's own errors look otherwise.
  [
    'powershellMissing',
    /exit code (1|9009): ['"„«]powershell(\.exe)?['"“»]|Befehl "powershell(\.exe)?" ist entweder falsch/i,
  ],
];

/** What kept a script from running or ended it, by all that was said beside its frames. */
export const scriptObstacle = (said: string): ScriptObstacle =>
  signs.find(([, sign]) => sign.test(said))?.[0] ?? 'scriptFailed';
