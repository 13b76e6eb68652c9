import ora from 'ora';
import type { Terminal } from './terminal.ts';

/** Tells on stderr how far things are. */
export interface Progress {
  /** The newest state, as a short line. */
  show(line: string): void;
  /** Takes the moving line away; nothing is shown after it. */
  stop(): void;
}

/** Off a terminal, a line no more often than this, in milliseconds: logs should not fill up. */
const quietMs = 10_000;

/**
 * A spinner on a terminal. Elsewhere (a pipe, a log) plain lines now and then: the first at once, further ones at most
 * every ten seconds and only where something changed. A terminal without a width counts as a log: ora reckons how many
 * lines it has to clear by dividing by the width, and would clear lines without end.
 */
export function createProgress({ stderr }: Terminal, now: () => number = Date.now): Progress {
  return stderr.isTTY && stderr.columns !== 0 ? spinner(stderr as NodeJS.WriteStream) : plainLines(stderr, now);
}

function spinner(stream: NodeJS.WriteStream): Progress {
  // Ctrl-C has to reach the program, so ora may not take stdin; the run decides when it is over.
  const line = ora({ stream, discardStdin: false, hideCursor: false });
  return {
    show: (text) => {
      if (line.isSpinning) line.text = text;
      else line.start(text);
    },
    stop: () => line.stop(),
  };
}

function plainLines(stderr: Terminal['stderr'], now: () => number): Progress {
  let last: { text: string; at: number } | undefined;
  let stopped = false;
  return {
    show: (text) => {
      if (stopped || last?.text === text || (last && now() - last.at < quietMs)) return;
      last = { text, at: now() };
      stderr.write(`${text}\n`);
    },
    stop: () => {
      stopped = true;
    },
  };
}
