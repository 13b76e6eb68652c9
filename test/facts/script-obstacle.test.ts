import { expect, test } from 'vitest';
import { scriptObstacle } from '../../src/facts/script-obstacle.ts';

test.each([
  ["exit code 1: Exception of type 'System.OutOfMemoryException' was thrown.", 'shellMemoryQuota'],
  ['exit code 1: The paging file is too small for this operation to complete.', 'shellMemoryQuota'],
  ['exit code 1: Die Auslagerungsdatei ist zu klein, um diesen Vorgang durchzuführen.', 'shellMemoryQuota'],
  ['exit code 1: Not enough quota is available to process this command.', 'shellProcessQuota'],
  ['exit code 1: This program is blocked by group policy. For more information, …', 'scriptRefused'],
  ["exit code 1: 'powershell.exe' is not recognized as an internal or external command,", 'powershellMissing'],
  ["exit code 9009: 'powershell' は、内部コマンドまたは外部コマンド、", 'powershellMissing'],
  ['exit code 1: Der Befehl "powershell.exe" ist entweder falsch geschrieben oder …', 'powershellMissing'],
  ["exit code 1: powershell.exe : Cannot find path 'C:\\x'", 'scriptFailed'],
  ['exit code 3221225786', 'scriptFailed'],
])('%s is %s', (said, code) => {
  expect(scriptObstacle(said)).toBe(code);
});
