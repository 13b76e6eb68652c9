import type { HostErrorCode } from '../inventory/host-error.ts';
import type { WinrmError } from '../winrm/winrm-error.ts';
import type { WinrmShell } from '../winrm/winrm-session.ts';
import { bootstrapCommand, inputBootstrapCommand, scriptInput } from './collector-script.ts';
import { assembleFacts } from './fact-assembly.ts';
import { createFrameReader } from './frame-reader.ts';
import { isScriptRefusal } from './script-gathering.ts';
import { scriptObstacle } from './script-obstacle.ts';

export type Greeting =
  | { readonly kind: 'greeted'; readonly powershell: string; readonly languageMode: string; readonly culture: string }
  /** The script started, but its output ended, or was damaged, before it was through. */
  | { readonly kind: 'cutOff'; readonly said: string }
  /** PowerShell did not run the script; what was said about it, on one line. */
  | { readonly kind: 'obstacle'; readonly code: HostErrorCode; readonly said: string }
  /** The shell or the session broke. */
  | { readonly kind: 'broken'; readonly error: WinrmError };

const longestText = 500;

/**
 * Starts the collector script without any fact: does it come to say hello? In its first form and, where that stays
 * silent, in its second, as when facts are gathered.
 */
export async function greetPowerShell(shell: WinrmShell, deadlineMs: number): Promise<Greeting> {
  const first = await greet(shell, bootstrapCommand, deadlineMs);
  if (first.kind !== 'obstacle' || first.code !== 'scriptFailed') return first;
  const second = await greet(shell, inputBootstrapCommand, deadlineMs);
  return second.kind === 'obstacle' ? first : second;
}

async function greet(shell: WinrmShell, command: string, deadlineMs: number): Promise<Greeting> {
  const reader = createFrameReader();
  const assembly = assembleFacts(new Set());
  const ran = await shell.run({
    command,
    stdin: scriptInput({
      version: 1,
      facts: [],
      flushEach: true,
      flushMs: 1_000,
      flushBytes: 1_000,
      operationTimeoutSec: 1,
      inputTimeoutSec: 1,
    }),
    deadlineMs,
    onStdout: (bytes) => {
      for (const event of reader.push(bytes)) assembly.take(event);
      return assembly.ended ? 'stop' : undefined;
    },
  });
  if (!ran.ok && ran.error.error.code !== 'scriptTimedOut') return { kind: 'broken', error: ran.error.error };
  for (const event of reader.end()) assembly.take(event);
  const { hello } = assembly;
  const stderr = (ran.ok ? ran.value : ran.error).stderr.toString('utf8');
  const exitCode = ran.ok ? (ran.value.exitCode ?? 'unknown') : ran.error.error.code;
  const texts = [stderr, reader.noise()].map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
  const said = `exit code ${exitCode}${texts.length > 0 ? `: ${texts.join(' | ')}` : ''}`.slice(0, longestText);
  if (hello !== undefined && hello.languageMode === 'FullLanguage' && assembly.ended) {
    return { kind: 'greeted', powershell: hello.powershell, languageMode: hello.languageMode, culture: hello.culture };
  }
  if (isScriptRefusal(stderr) || (hello !== undefined && hello.languageMode !== 'FullLanguage')) {
    return { kind: 'obstacle', code: 'scriptRefused', said: hello ? `${hello.languageMode}; ${said}` : said };
  }
  const code = scriptObstacle(said);
  if (code === 'scriptFailed' && (hello !== undefined || assembly.damaged)) return { kind: 'cutOff', said };
  return { kind: 'obstacle', code, said };
}
