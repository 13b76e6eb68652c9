import { pino } from 'pino';
import type { Terminal } from './terminal.ts';

/** Takes one structured event; never a secret. */
export type LogEvent = (event: Readonly<Record<string, unknown>>) => void;

/** Writes events to stderr, one JSON object a line, where the user asked for it; else they are dropped. */
export function createEventLog({ stderr }: Terminal, verbose: boolean): LogEvent {
  if (!verbose) return () => undefined;
  const logger = pino({ base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, stderr);
  return (event) => logger.info(event);
}
