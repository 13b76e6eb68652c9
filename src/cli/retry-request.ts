import { readStatedGuests } from '../activities/guest-files.ts';
import { goodHosts } from '../inventory/run-request.ts';
import { failure, type Result, success } from '../result.ts';
import { caFileOf, openAccess } from '../settings/run-access.ts';
import { readGuestOsFile } from './guest-os-option.ts';
import type { OutDir } from './out-dir.ts';
import type { RunArguments } from './run-arguments.ts';
import { makeOptions, type RunRequest, readCliSettings } from './run-request.ts';
import { storedRun } from './stored-run.ts';
import type { Terminal } from './terminal.ts';
import { type UsageError, usageError } from './usage-error.ts';

/**
 * A run over the hosts of an earlier one that asks only those which were not `Inventory OK`. It has that run's
 * collectors, and its judgement and files where nothing else is asked for.
 */
export async function makeRetryRequest(
  given: RunArguments & { readonly retryOf: string },
  outDir: OutDir,
  terminal: Terminal,
): Promise<Result<RunRequest, UsageError>> {
  const source = await storedRun(outDir, { runId: given.retryOf, option: '--retry-of' });
  if (!source.ok) return source;
  const { manifest, report } = source.value;
  const settings = await readCliSettings(given, terminal);
  if (!settings.ok) return settings;
  const { only, coverageThreshold, allowPartialOk, csvTabs, extraColumns, unknownSize, health, datacenter } =
    manifest.options;
  const options = makeOptions(
    {
      ...given,
      only,
      coverageThreshold: given.coverageThreshold ?? coverageThreshold,
      ...(given.allowPartialOk || allowPartialOk ? { allowPartialOk: true } : {}),
      ...(given.csvTabs || csvTabs ? { csvTabs: true } : {}),
      ...(given.extraColumns || extraColumns ? { extraColumns: true } : {}),
      ...(unknownSize && !given.unknownSize ? { unknownSize } : {}),
      ...(health && !given.health ? { health: { ...health } } : {}),
      datacenter: given.datacenter ?? datacenter ?? undefined,
    },
    settings.value,
    true,
  );
  if (!options.ok) return options;
  const taken = goodHosts(report);
  const asked = manifest.hosts.filter((host) => !taken.includes(host.given));
  if (asked.length === 0)
    return failure(usageError(`--retry-of: every host of run ${given.retryOf} is Inventory OK; there is none to ask.`));
  const caFile = caFileOf(given.caFile, settings.value, terminal.workingFolder) ?? manifest.caFile;
  const access = await openAccess(
    { hosts: asked, caFile, options: options.value },
    settings.value,
    terminal.workingFolder,
  );
  if (!access.ok) return failure(usageError(...access.error));
  const stated = await readGuestOsFile(given, terminal);
  if (!stated.ok) return stated;
  return success({
    hosts: manifest.hosts,
    repeated: manifest.repeated,
    caFile,
    options: options.value,
    access: access.value,
    statedGuests: stated.value ?? (await readStatedGuests(outDir.runs, given.retryOf)).stated,
    retryOf: { runId: given.retryOf, taken },
  });
}
