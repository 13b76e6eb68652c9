import type { CimRepository } from '../../src/simulator/cim-repository.ts';
import { type MethodAnswer, methodAnswer } from '../../src/simulator/server/method-answers.ts';

const virtualization = 'root/virtualization/v2';

/** What a host's methods answer to every input it knows, by `class.method|input` in lower case; `*`: any other. */
export function everyMethodAnswer(repository: CimRepository): Readonly<Record<string, MethodAnswer>> {
  const answers: Record<string, MethodAnswer> = {};
  const ask = (
    namespace: string,
    className: string,
    method: string,
    input: string,
    parameters: Readonly<Record<string, readonly string[]>>,
  ): void => {
    const answer = methodAnswer(repository, { namespace, className, method, parameters });
    if (answer !== undefined) answers[`${className}.${method}|${input}`.toLowerCase()] = answer;
  };
  for (const method of ['GetVirtualHardDiskSettingData', 'GetVirtualHardDiskState']) {
    for (const path of ['*', ...(repository.diskFiles ?? []).map((file) => file.path)])
      ask(virtualization, 'Msvm_ImageManagementService', method, path, { Path: [path] });
  }
  ask(virtualization, 'Msvm_VirtualSystemManagementService', 'GetSummaryInformation', '*', {});
  for (const method of ['GetStringValue', 'GetDWORDValue']) {
    const parameters = (key: string, value: string) => ({
      hDefKey: ['2147483650'],
      sSubKeyName: [key],
      sValueName: [value],
    });
    ask('root/cimv2', 'StdRegProv', method, '*', parameters('none', 'none'));
    for (const [path, values] of Object.entries(repository.registry)) {
      const key = path.replace(/^HKLM:\\/, '');
      for (const name of Object.keys(values))
        ask('root/cimv2', 'StdRegProv', method, `${key}\\${name}`, parameters(key, name));
    }
  }
  return answers;
}
