/** Line ends of a script's output that a cut lets through: the first frame, and the head of the second. */
const linesPassed = 3;
/** Bytes of the second frame's content that still pass. */
const contentPassed = 32;
/** Bytes always held back, so that output of one frame only loses its end too. */
const heldBack = 64;

/** Ends a script's output in the middle of its second frame, or of its only one. */
export class MidFrameCut {
  #held = Buffer.alloc(0);
  #lines = 0;
  #content = 0;
  /** True once nothing more will pass. */
  done = false;

  /** What of the output so far goes on to the client now. */
  pass(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.#held, bytes]);
    const limit = Math.max(0, all.length - heldBack);
    let end = 0;
    while (end < limit && !this.done) {
      if (this.#lines === linesPassed) {
        this.#content += 1;
        this.done = this.#content === contentPassed;
      } else if (all[end] === 0x0a) this.#lines += 1;
      end += 1;
    }
    this.#held = all.subarray(end);
    return all.subarray(0, end);
  }
}
