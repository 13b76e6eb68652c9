import { InvalidArgumentError } from 'commander';
import { failure, type Result, success } from '../result.ts';
import { behaviourOf, type Personality, personalities } from '../simulator/personalities.ts';
import { type UsageError, usageError } from './usage-error.ts';

/** How many hosts of a fleet are of one kind: a number, or a share from 0 to 1. */
export interface PersonalityShare {
  readonly personality: Personality;
  readonly amount: { readonly hosts: number } | { readonly share: number };
}

/** Parses one `--personality name=2` or `name=10%`, added to those before it. */
export function personalityShare(
  text: string,
  earlier: readonly PersonalityShare[] | undefined,
): readonly PersonalityShare[] {
  const [, name, number = '', percent] = /^([A-Za-z][A-Za-z0-9]*)=(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must look like dead=1 or noRights=10%.');
  const personality = personalities.find((known) => known.toLowerCase() === name.toLowerCase());
  if (personality === undefined) {
    throw new InvalidArgumentError(`There is no personality ${name}; there are ${personalities.join(', ')}.`);
  }
  const value = Number(number);
  if (percent ? value > 100 : !Number.isInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number of hosts, or a share of at most 100%.');
  }
  return [...(earlier ?? []), { personality, amount: percent ? { share: value / 100 } : { hosts: value } }];
}

/**
 * The personality of each host in turn: healthy ones first, since an account is proven on the first hosts of a list,
 * then what was asked for, in its order.
 */
export function personalitiesOf(
  shares: readonly PersonalityShare[],
  hosts: number,
): Result<readonly Personality[], UsageError> {
  const sick = shares.flatMap(({ personality, amount }) => {
    const count = 'hosts' in amount ? amount.hosts : Math.round(amount.share * hosts);
    return Array.from({ length: count }, () => personality);
  });
  if (sick.length > hosts) {
    return failure(usageError(`--personality: ${sick.length} hosts are asked for, but there are only ${hosts}.`));
  }
  const all = [...Array.from({ length: hosts - sick.length }, (): Personality => 'healthy'), ...sick];
  if (all.some((personality) => behaviourOf({ personality }).secondName) && !all.includes('healthy')) {
    return failure(usageError('--personality: a host can be listed twice only beside a healthy one.'));
  }
  return success(all);
}
