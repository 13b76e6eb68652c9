import { readFile } from 'node:fs/promises';
import { failure, type Result } from '../result.ts';
import { readAuthorities } from './pem-authorities.ts';
import type { SettingError } from './settings.ts';

/** Reads a file with private CAs and holds every certificate in it against being one. `setting` is how it was named. */
export async function loadAuthorities(path: string, setting: string): Promise<Result<string, SettingError>> {
  const wrong = (reason: string) => failure({ setting, message: `${setting}: ${path} ${reason}.` });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return wrong(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  const authorities = readAuthorities(text);
  return authorities.ok ? authorities : wrong(authorities.error);
}
