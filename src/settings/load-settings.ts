import { readFile } from 'node:fs/promises';
import { parse } from 'dotenv';
import { failure, type Result, success } from '../result.ts';
import { textOfBytes } from '../text-of-bytes.ts';
import type { SettingPlace } from './setting-table.ts';
import { type RawSettings, readSettings, type SettingError, type Settings } from './settings.ts';

/** Where `.env` is looked for, and whether it has to be there. */
export interface EnvFile {
  readonly path: string;
  /** True: the user named it, so that a missing file is an error. */
  readonly required: boolean;
}

/** Reads the `.env` file and validates it together with the environment, which wins. */
export async function loadSettings(
  environment: RawSettings,
  envFile: EnvFile,
  place: Exclude<SettingPlace, 'both'>,
): Promise<Result<Settings, readonly SettingError[]>> {
  const file = await readEnvFile(envFile);
  return file.ok ? readSettings(environment, file.value, place) : failure([file.error]);
}

async function readEnvFile({ path, required }: EnvFile): Promise<Result<RawSettings, SettingError>> {
  try {
    return success(parse(textOfBytes(await readFile(path))));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOENT' && !required) return success({});
    return failure({ setting: '--env-file', message: `--env-file: ${path} cannot be read (${code}).` });
  }
}
