import type { Trouble, TroubleRule } from '../behaviour.ts';

/** Counts what a machine was asked, and says at which of it something goes wrong. */
export class Troubles {
  readonly #rules: readonly { readonly rule: TroubleRule; seen: number }[];

  constructor(rules: readonly TroubleRule[] = []) {
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }));
  }

  /** The trouble of the next request, or of the next operation of a name; undefined where all is well. */
  next(at: string): Trouble | undefined {
    let found: Trouble | undefined;
    for (const counted of this.#rules) {
      const { at: wanted, after = 0, times = Number.POSITIVE_INFINITY, trouble } = counted.rule;
      if (wanted !== at) continue;
      if (counted.seen >= after && counted.seen < after + times) found ??= trouble;
      counted.seen += 1;
    }
    return found;
  }
}
