import { writeStatedGuests } from '../../activities/guest-files.ts';
import { collectorNames } from '../../collectors/collectors.ts';
import { startExport } from '../../embedded/start-export.ts';
import { exporterVersion } from '../../exporter-version.ts';
import { parseRunOptions } from '../../inventory/run-options.ts';
import { failure, type Result, success } from '../../result.ts';
import { createServices } from '../../services.ts';
import { oneAccount } from '../../settings/accounts.ts';
import { createEventLog } from '../event-log.ts';
import type { ExitCode } from '../exit-codes.ts';
import { readGuestOsFile } from '../guest-os-option.ts';
import { exitCodeOf, progressLine, readReport } from '../inventory.ts';
import { openOutDir } from '../out-dir.ts';
import { createProgress } from '../progress.ts';
import type { ExportArguments } from '../run-arguments.ts';
import { describeProblems } from '../run-request.ts';
import { storedRun } from '../stored-run.ts';
import type { Terminal } from '../terminal.ts';
import type { UsageError } from '../usage-error.ts';
import { tellResult } from './run.ts';

/** `hyperv-rvtools export`: a finished run's files, made again from what its hosts gave. */
export async function exportRun(given: ExportArguments, terminal: Terminal): Promise<Result<ExitCode, UsageError>> {
  const outDir = await openOutDir(given.outDir, terminal.workingFolder);
  if (!outDir.ok) return outDir;
  const { runs } = outDir.value;
  const stored = await storedRun(outDir.value, { runId: given.run, option: '--run' });
  if (!stored.ok) return stored;
  const { manifest } = stored.value;
  const options = parseRunOptions(
    {
      only: given.only ?? manifest.options.only,
      csvTabs: given.csvTabs ?? manifest.options.csvTabs ?? false,
      extraColumns: given.extraColumns ?? manifest.options.extraColumns ?? false,
      unknownSize: given.unknownSize ?? manifest.options.unknownSize,
      health: given.health ?? manifest.options.health,
      datacenter: given.datacenter ?? manifest.options.datacenter,
    },
    { collectors: collectorNames },
  );
  if (!options.ok) return failure(describeProblems(options.error.problems));
  const { only, csvTabs, extraColumns, unknownSize, health, datacenter } = options.value;
  const stated = await readGuestOsFile(given, terminal);
  if (!stated.ok) return stated;
  const progress = createProgress(terminal);
  try {
    const services = createServices({
      store: runs,
      connect: () => {
        throw new Error('An export asks no host');
      },
      accounts: oneAccount(undefined),
      log: createEventLog(terminal, given.verbose ?? false),
    });
    if (stated.value) await writeStatedGuests(runs, given.run, stated.value);
    const state = await startExport(
      {
        runId: given.run,
        exportedAt: new Date().toISOString(),
        exporterVersion,
        options: {
          only,
          csvTabs,
          datacenter,
          ...(extraColumns ? { extraColumns } : {}),
          ...(unknownSize ? { unknownSize } : {}),
          ...(health ? { health } : {}),
        },
      },
      services,
      { hosts: manifest.hosts.length, onProgress: (seen) => progress.show(progressLine(seen)) },
    );
    progress.stop();
    const finished = {
      manifest: { ...manifest, options: { ...manifest.options, workbook: true } },
      state,
      report: await readReport(outDir.value, given.run),
      interrupted: false,
    };
    await tellResult(finished, { outDir: outDir.value, json: given.json ?? false }, terminal);
    return success(exitCodeOf(finished));
  } finally {
    progress.stop();
  }
}
