import { describe, expect, it } from 'vitest';
import { type PersonalityShare, personalitiesOf, personalityShare } from '../../src/cli/personality-shares.ts';

const shares = (...texts: readonly string[]): readonly PersonalityShare[] =>
  texts.reduce<readonly PersonalityShare[]>((earlier, text) => personalityShare(text, earlier), []);

describe('personalities of a simulated fleet', () => {
  it('can be given by number and by share, the rest is healthy and comes first', () => {
    const made = personalitiesOf(shares('dead=1', 'noRights=25%'), 8);
    expect(made.ok && made.value).toEqual([...Array(5).fill('healthy'), 'dead', 'noRights', 'noRights']);
  });

  it('are known whatever the case of their names', () => {
    expect(shares('BLACKHOLE=1')).toEqual([{ personality: 'blackHole', amount: { hosts: 1 } }]);
  });

  it.each(['dead', 'dead=', 'dead=x', 'dead=-1', 'dead=1.5', 'dead=101%', '=1', 'grumpy=1'])(
    'cannot be read from %s',
    (text) => {
      expect(() => shares(text)).toThrow();
    },
  );

  it('cannot be more than there are hosts', () => {
    const made = personalitiesOf(shares('dead=3'), 2);
    expect(made.ok ? '' : made.error.messages[0]).toContain('3 hosts are asked for');
  });

  it('cannot list a machine twice that is not there once', () => {
    expect(personalitiesOf(shares('listedTwice=2'), 2).ok).toBe(false);
  });
});
