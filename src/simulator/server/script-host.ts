import type { CimRepository } from '../cim-repository.ts';
import type { SimulatedHost } from '../simulated-host.ts';

export interface ScriptRun {
  /** All that came over stdin. */
  readonly script: string;
  /** What the host shows at the start of the run. */
  readonly repository: CimRepository;
  readonly host: SimulatedHost;
  /** Aborted when the command is terminated or its shell goes. */
  readonly signal: AbortSignal;
}

export interface ScriptOutcome {
  readonly exitCode: number;
  readonly stderr: string;
}

/** What stands for powershell.exe on a simulated host. */
export interface ScriptHost {
  run(run: ScriptRun, write: (stdout: Buffer) => void): Promise<ScriptOutcome>;
}
