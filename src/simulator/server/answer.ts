import type { Result } from '../../result.ts';
import type { Fault } from './faults.ts';

/** What an operation answers, before it is put into an envelope. */
export interface WsmanAnswer {
  readonly action: string;
  /** XML inside the SOAP body. */
  readonly body: string;
  /** True: the connection breaks in the middle of this answer. */
  readonly cutOff?: boolean;
}

export type WsmanOutcome = Result<WsmanAnswer, Fault>;
