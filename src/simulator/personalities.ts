import type { Behaviour } from './behaviour.ts';

/**
 * How simulated hosts behave, by name. A new kind of host is one entry here, and one in the expectations of
 * test/end-to-end/personalities.test.ts. The README's list is generated from it.
 */
export const personalityTable = {
  healthy: { meaning: 'Nothing is wrong with it.' },
  empty: { meaning: 'It has no VMs.', vms: 'none' },
  dead: { meaning: 'Nothing listens: connections are refused.', port: 'refuses' },
  blackHole: { meaning: 'It takes the connection and never answers.', port: 'silent' },
  intermittent: {
    meaning: "It drops the first collection's connection mid-way for good, and works at the next attempt.",
    connection: 'dropsOnce',
  },
  slow: { meaning: 'Every fact takes ten times as long.', slowness: 10 },
  wrongCredentials: { meaning: "It refuses the fleet's account.", account: 'unknown' },
  noRights: { meaning: "It lets the account in, but Hyper-V's lists are empty.", hyperV: 'hidden' },
  notHyperV: { meaning: 'The Hyper-V role is not installed.', hyperV: 'notInstalled', vms: 'none' },
  vmmsStopped: { meaning: 'The service vmms is stopped.', hyperV: 'stopped' },
  cutOffMidScript: {
    meaning: 'The script ends in the middle of a frame, at every attempt.',
    output: 'cutMidFrame',
  },
  vmMoves: { meaning: 'A VM leaves to another host while the run looks.', vms: 'oneLeaves' },
  listedTwice: { meaning: 'A second name of a healthy host.', secondName: true },
  strangeKeys: { meaning: 'Keys of settings do not follow the known grammar, so that joins fail.', keys: 'strange' },
} as const satisfies Readonly<Record<string, Behaviour>>;

export type Personality = keyof typeof personalityTable;

export const personalities = Object.keys(personalityTable) as readonly Personality[];

/** A host's behaviour: that of its personality, with what the host itself has otherwise. */
export const behaviourOf = ({
  personality,
  behaviour,
}: {
  readonly personality: Personality;
  readonly behaviour?: Partial<Behaviour>;
}): Behaviour => ({ ...personalityTable[personality], ...behaviour });
