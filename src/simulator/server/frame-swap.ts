/** Lets the second frame of a script's output overtake the first. Frames are two lines each, written at once. */
export class FrameSwap {
  #first: Buffer | undefined;
  #swapped = false;

  /** What goes on to the client now. */
  pass(bytes: Buffer): Buffer {
    if (this.#swapped) return bytes;
    if (this.#first === undefined) {
      this.#first = bytes;
      return Buffer.alloc(0);
    }
    this.#swapped = true;
    return Buffer.concat([bytes, this.#first]);
  }

  /** What is still held at the end. */
  rest(): Buffer {
    return this.#swapped ? Buffer.alloc(0) : (this.#first ?? Buffer.alloc(0));
  }
}
