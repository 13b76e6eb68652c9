/** RC4, which OpenSSL 3 no longer offers. NTLM seals with one stream per direction for the life of a connection. */
export class Rc4 {
  readonly #box = new Uint8Array(256);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const box = this.#box;
    for (let i = 0; i < 256; i++) box[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      const held = box[i] ?? 0;
      j = (j + held + (key[i % key.length] ?? 0)) & 0xff;
      box[i] = box[j] ?? 0;
      box[j] = held;
    }
  }

  /** Encrypts or decrypts the next bytes of the stream, into a new buffer. */
  transform(data: Uint8Array): Buffer {
    const box = this.#box;
    const out = Buffer.allocUnsafe(data.length);
    let i = this.#i;
    let j = this.#j;
    for (let index = 0; index < data.length; index++) {
      i = (i + 1) & 0xff;
      const a = box[i] as number;
      j = (j + a) & 0xff;
      const b = box[j] as number;
      box[i] = b;
      box[j] = a;
      out[index] = (data[index] as number) ^ (box[(a + b) & 0xff] as number);
    }
    this.#i = i;
    this.#j = j;
    return out;
  }
}
