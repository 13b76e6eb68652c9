import type { Behaviour } from '../behaviour.ts';

/** What stands on stderr where no script is run, and the exit code, as cmd.exe and Windows PowerShell have them. */
export interface RefusedScript {
  readonly stderr: string;
  readonly exitCode: number;
}

/** A PowerShell error as the console prints it; id and category are the same in every language. */
const powershellError = (message: string, category: string, id: string): RefusedScript => ({
  stderr:
    `${message}\r\nAt line:1 char:1\r\n+ [Console]::InputEncoding=New-Object Text.UTF8Encoding $false; ...\r\n` +
    `+ ~~~~~~~~~~~~~~~~~~~~~~~~~\r\n    + CategoryInfo          : ${category}\r\n    + FullyQualifiedErrorId : ${id}\r\n \r\n`,
  exitCode: 1,
});

const notFound: Readonly<Record<string, string>> = {
  'de-DE': 'Der Befehl "powershell.exe" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden werden.\r\n',
  'ja-JP':
    "'powershell.exe' は、内部コマンドまたは外部コマンド、\r\n操作可能なプログラムまたはバッチ ファイルとして認識されていません。\r\n",
};

/** How a host without a PowerShell that runs the script says so. */
export function refusedScript(powershell: NonNullable<Behaviour['powershell']>, language: string): RefusedScript {
  switch (powershell) {
    case 'missing':
      return {
        stderr:
          notFound[language] ??
          "'powershell.exe' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
        exitCode: 1,
      };
    case 'blocked':
      return powershellError(
        'This script contains malicious content and has been blocked by your antivirus software.',
        'ParserError: (:) [], ParseException',
        'ScriptContainedMaliciousContent',
      );
    case 'constrained':
      return powershellError(
        'Cannot set property. Property setting is supported only on core types in this language mode.',
        'InvalidOperation: (:) [], RuntimeException',
        'PropertySetterNotSupportedInConstrainedLanguage',
      );
    case 'outOfMemory':
      return powershellError(
        "Exception of type 'System.OutOfMemoryException' was thrown.",
        'OperationStopped: (:) [], OutOfMemoryException',
        'System.OutOfMemoryException',
      );
    case 'noMoreProcesses':
      return { stderr: 'Not enough quota is available to process this command.\r\n', exitCode: 1 };
  }
}
