import type { CimRepository } from '../../src/simulator/cim-repository.ts';
import type { ScriptHost, ScriptOutcome } from '../../src/simulator/server/script-host.ts';
import { isDenied, isUnsupported } from '../../src/simulator/server/shown-repository.ts';
import { type ClassTrouble, type PowershellEngine, startPowershellEngine } from './powershell-engine.ts';

/** Runs what the bootstrap of the collector runs: all of stdin as one script block. */
const bootstrap = '& ([ScriptBlock]::Create([Console]::In.ReadToEnd()))';
/** Longest run of a script, in milliseconds. */
const longestRunMs = 600_000;

/** WBEM_E_ACCESS_DENIED, in words that nobody should look at. */
const denied = (namespace: string): ClassTrouble => ({
  namespace,
  nativeErrorCode: 'AccessDenied',
  statusCode: 0x80041003,
  message: 'Zugriff verweigert',
});

/** WBEM_E_NOT_SUPPORTED, of every class of a driver that has no instance. */
const unsupported = ({ namespaces }: CimRepository): readonly ClassTrouble[] =>
  Object.entries(namespaces).flatMap(([namespace, classes]) =>
    Object.values(classes)
      .filter((held) => isUnsupported(namespace, held))
      .map(({ className }) => ({
        namespace,
        className,
        nativeErrorCode: 'NotSupported' as const,
        statusCode: 0x8004100c,
        message: 'Nicht unterstützt',
      })),
  );

export interface PowershellScriptHost extends ScriptHost {
  close(): Promise<void>;
}

/**
 * Lets simulated hosts run the shipped script for real, each in an engine of its own while it runs; engines are used
 * again. A run that is aborted takes its engine along, as a terminated command takes powershell.exe.
 */
export function createPowershellScriptHost(): PowershellScriptHost {
  const idle: PowershellEngine[] = [];
  const all = new Set<PowershellEngine>();

  async function takeEngine(): Promise<PowershellEngine> {
    const engine = idle.pop() ?? (await startPowershellEngine());
    all.add(engine);
    return engine;
  }

  async function drop(engine: PowershellEngine): Promise<void> {
    all.delete(engine);
    await engine.close();
  }

  return {
    async run({ script, repository, host, signal }, write): Promise<ScriptOutcome> {
      const engine = await takeEngine();
      const abort = (): void => void drop(engine);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      try {
        const { exitCode, stderr } = await engine.run(
          {
            script: bootstrap,
            stdinText: script,
            cim: {
              repository,
              queryMs: host.factCostMs,
              troubles: [
                ...Object.keys(repository.namespaces)
                  .filter((namespace) => isDenied(host, namespace))
                  .map(denied),
                ...unsupported(repository),
              ],
            },
            ...(host.language ? { culture: host.language } : {}),
            timeoutMs: longestRunMs,
          },
          (text) => write(Buffer.from(text, 'latin1')),
        );
        idle.push(engine);
        return { exitCode, stderr };
      } catch (error) {
        if (!signal.aborted) throw error;
        return { exitCode: 1, stderr: '' };
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      idle.length = 0;
      await Promise.all([...all].map(drop));
    },
  };
}
