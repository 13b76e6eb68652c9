/** Runs jobs in the order they came, at most `limit` at once: the counterpart of `maxConcurrentActivityFunctions`. */
export class ActivityQueue {
  readonly #limit: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `job` must not reject. */
  add(job: () => Promise<void>): void {
    this.#waiting.push(job);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < this.#limit) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#running += 1;
      void job().finally(() => {
        this.#running -= 1;
        this.#startNext();
      });
    }
  }
}
