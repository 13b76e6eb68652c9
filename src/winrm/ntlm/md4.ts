/**
 * MD4 (RFC 1320). NTLM derives its keys from the MD4 of the password, and OpenSSL 3 no longer offers it.
 * For passwords only: it reads its input as one block of memory.
 */

/** The 16-byte MD4 digest of `data`. */
export function md4(data: Uint8Array): Buffer {
  const message = padded(data);
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const words = new Uint32Array(16);
  for (let offset = 0; offset < message.length; offset += 64) {
    for (let index = 0; index < 16; index++) words[index] = message.readUInt32LE(offset + index * 4);
    mixBlock(state, words);
  }
  const digest = Buffer.alloc(16);
  state.forEach((word, index) => {
    digest.writeUInt32LE(word, index * 4);
  });
  return digest;
}

/** RFC 1320 3.1 and 3.2: a one bit, zeros, and the length in bits as 64 bits, low word first. */
function padded(data: Uint8Array): Buffer {
  const length = Math.ceil((data.length + 9) / 64) * 64;
  const message = Buffer.alloc(length);
  message.set(data);
  message[data.length] = 0x80;
  message.writeBigUInt64LE(BigInt(data.length) * 8n, length - 8);
  return message;
}

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly constant: number;
  readonly shifts: readonly [number, number, number, number];
  readonly order: readonly number[];
}

/** RFC 1320 3.4. */
const rounds: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    shifts: [3, 7, 11, 19],
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    shifts: [3, 5, 9, 13],
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    shifts: [3, 9, 11, 15],
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
  },
];

function mixBlock(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (const { mix, constant, shifts, order } of rounds) {
    order.forEach((word, step) => {
      const sum = (a + mix(b, c, d) + (words[word] ?? 0) + constant) >>> 0;
      const shift = shifts[step % 4] ?? 0;
      const rotated = (sum << shift) | (sum >>> (32 - shift));
      [a, b, c, d] = [d, rotated >>> 0, b, c];
    });
  }
  // A Uint32Array wraps the sums by itself.
  state.set([a, b, c, d].map((word, index) => word + (state[index] ?? 0)));
}
