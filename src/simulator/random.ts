/**
 * Reproducible randomness: every part of the fleet draws from a stream of its own, named by the fleet's seed and what
 * the stream is for, so that one part does not shift another.
 */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items, all alike; the list must not be empty. */
  pick<Item>(items: readonly Item[]): Item;
  /** One of the items by share; shares need not add up to 1. */
  pickByShare<Item>(shares: readonly (readonly [Item, number])[]): Item;
  /** A lognormally distributed number with this median and sigma of the logarithm. */
  logNormal(median: number, sigma: number): number;
  /** Upper-case GUID without braces. */
  guid(): string;
  /** A copy in random order. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** 32-bit FNV-1a of a text, with a basis of its own for each word of a stream's state, and a last stirring. */
function hashOf(text: string, basis: number): number {
  let hash = 0x811c9dc5 ^ basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/**
 * Chris Doty-Humphrey's sfc32. 128 bits of state: a fleet has tens of thousands of streams, and with 32 bits some of
 * them would meet and give two VMs one id.
 */
function sfc32(start: string): () => number {
  let a = hashOf(start, 0x243f6a88);
  let b = hashOf(start, 0x85a308d3);
  let c = hashOf(start, 0x13198a2e);
  let counter = hashOf(start, 0x03707344);
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** The stream of a purpose: the same labels give the same numbers. */
export function randomFor(seed: number, ...purpose: readonly (string | number)[]): Random {
  const next = sfc32(`${seed}/${purpose.join('/')}`);
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));

  function pick<Item>(items: readonly Item[]): Item {
    return items[integer(0, items.length - 1)] as Item;
  }

  function pickByShare<Item>(shares: readonly (readonly [Item, number])[]): Item {
    let rest = next() * shares.reduce((sum, [, share]) => sum + share, 0);
    for (const [item, share] of shares) {
      rest -= share;
      if (rest < 0) return item;
    }
    return (shares.at(-1) as readonly [Item, number])[0];
  }

  function logNormal(median: number, sigma: number): number {
    // Box-Muller; 1 - next() keeps the logarithm finite.
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return median * Math.exp(sigma * normal);
  }

  function guid(): string {
    const [first, second, third, fourth] = [next(), next(), next(), next()].map((part) =>
      hex(Math.floor(part * 2 ** 32), 8),
    ) as [string, string, string, string];
    return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-A${third.slice(1, 4)}-${third.slice(4)}${fourth}`;
  }

  function shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item];
    }
    return shuffled;
  }

  return { next, integer, chance: (probability) => next() < probability, pick, pickByShare, logNormal, guid, shuffle };
}
