import { Command, CommanderError, Option } from 'commander';
import { exporterVersion } from '../exporter-version.ts';
import type { Result } from '../result.ts';
import { StoreError } from '../stores/store-error.ts';
import { doctor } from './commands/doctor.ts';
import { exportRun } from './commands/export.ts';
import { type QuickstartArguments, quickstart } from './commands/quickstart.ts';
import { run } from './commands/run.ts';
import { type SimulateArguments, simulate } from './commands/simulate.ts';
import { smokeCollect } from './commands/smoke-collect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { RunBrokeOff } from './inventory.ts';
import { wholeNumber } from './option-values.ts';
import { defaultOutDir } from './out-dir.ts';
import { personalityShare } from './personality-shares.ts';
import { plainText } from './plain-text.ts';
import {
  addDoctorOptions,
  addExportOptions,
  addOptions,
  addRunOptions,
  addSmokeCollectOptions,
  type ExportArguments,
  type HostArguments,
  jsonOption,
  outDirOption,
  type RunArguments,
  type SmokeCollectArguments,
} from './run-arguments.ts';
import type { Terminal } from './terminal.ts';
import type { UsageError } from './usage-error.ts';

/** What a command comes to. */
type Outcome = Result<ExitCode, UsageError>;

/** The command line's definition; `settle` takes what the chosen command came to. */
export function buildProgram(terminal: Terminal, settle: (outcome: Promise<Outcome>) => Promise<void>): Command {
  const program = new Command('hyperv-rvtools')
    .description('Inventories Hyper-V hosts over WinRM and writes an RVTools workbook.')
    .version(exporterVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    });
  const runCommand = addRunOptions(
    program.command('run', { isDefault: true }).description('inventories the hosts (the word may be left out)'),
  ).action((given: RunArguments) => settle(run(given, terminal)));
  addSmokeCollectOptions(
    program
      .command('smoke-collect')
      .description('runs only the named collectors, without a workbook: rows as JSON, and a line per collector'),
  ).action((given: SmokeCollectArguments) => settle(smokeCollect(given, terminal)));
  addExportOptions(
    program
      .command('export')
      .description("makes a finished run's report, workbook and CSVs again from its stored facts; no host is asked"),
  ).action((given: ExportArguments) => settle(exportRun(given, terminal)));
  addDoctorOptions(
    program
      .command('doctor')
      .description('examines each host: what the account can do there, what is lost, and what mends it'),
  ).action((given: HostArguments) => settle(doctor(given, terminal)));
  addOptions(program.command('simulate').description('serves a simulated fleet on this machine until it is stopped'), [
    new Option('--hosts <number>', 'hosts in the fleet').argParser(wholeNumber(1, 1000)).default(20),
    new Option('--vms <number>', 'VMs per host, on average').argParser(wholeNumber(1, 400)).default(30),
    new Option('--seed <number>', 'the same seed makes the same fleet').argParser(wholeNumber(0)).default(1),
    new Option('--latency-ms <milliseconds>', 'what every answer takes longer')
      .argParser(wholeNumber(0, 60_000))
      .default(0),
    new Option(
      '--personality <name=share>',
      'how many hosts are sick, and how: dead=1, noRights=10%; may be repeated',
    ).argParser(personalityShare),
    outDirOption('./simulated'),
  ]).action((given: SimulateArguments) => settle(simulate(given, terminal)));
  addOptions(
    program.command('quickstart').description('starts a simulated fleet and inventories it, as a demonstration'),
    [outDirOption(defaultOutDir), jsonOption()],
  ).action((given: QuickstartArguments) => settle(quickstart(given, terminal)));
  return program.addHelpText(
    'after',
    () => `\nOptions of run, the default command:\n\n${runCommand.helpInformation()}`,
  );
}

/**
 * Runs the program on its arguments (without Node's own two) and comes back with the exit code. Never throws: what
 * the user has to mend goes to stderr, and so does what is a bug.
 */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.allOk;
  const program = buildProgram(terminal, async (outcome) => {
    const settled = await outcome;
    code = settled.ok ? settled.value : exitCodes.usage;
    if (!settled.ok) for (const message of settled.error.messages) terminal.stderr.write(`${message}\n`);
  });
  const mistaken = unknownCommand(program, argv) ?? swallowedOption(program, argv);
  if (mistaken !== undefined) {
    terminal.stderr.write(`${mistaken}\n`);
    return exitCodes.usage;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (thrown) {
    // Commander has said already what is wrong with the arguments; help and version end with 0.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.allOk : exitCodes.usage;
    terminal.stderr.write(`${failureText(thrown)}\n`);
    return exitCodes.failed;
  }
}

/** The default command takes no words: one that is no option must have been meant as a command. */
function unknownCommand(program: Command, [first]: readonly string[]): string | undefined {
  const names = program.commands.map((command) => command.name());
  if (first === undefined || first.startsWith('-') || [...names, 'help'].includes(first)) return undefined;
  return `There is no command "${plainText(first)}"; there are ${names.join(', ')}.`;
}

/**
 * Commander takes whatever follows for the value: `--out-dir --dry-run` would be a full run into a folder of that name.
 * Where such a value is really meant, `--out-dir=--dry-run` says so.
 */
function swallowedOption(program: Command, argv: readonly string[]): string | undefined {
  const options = program.commands.flatMap((command) => command.options);
  const names = new Set(['--help', ...options.map(({ long }) => long)]);
  const wanting = new Set(options.filter(({ required }) => required).map(({ long }) => long));
  const at = argv.findIndex(
    (word, index) => wanting.has(word) && names.has((argv[index + 1] ?? '').split('=')[0] ?? ''),
  );
  return at < 0
    ? undefined
    : `${argv[at]} wants a value; what follows it is the option ${plainText(`${argv[at + 1]}`)}.`;
}

/** A disk that fails is no bug and needs no stack. */
function failureText(thrown: unknown): string {
  if (thrown instanceof StoreError || thrown instanceof RunBrokeOff) return thrown.message;
  return `The program failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
}
