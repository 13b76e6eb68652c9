/** The last piece of work on each thing, done or not. */
const turns = new Map<string, Promise<void>>();

/** Does work on one thing after whatever this process has under way on the same. */
export async function inTurn(thing: string, work: () => Promise<void>): Promise<void> {
  const turn = (turns.get(thing) ?? Promise.resolve()).then(work);
  // Whoever comes next waits for the end of it, however it ends.
  const ended = turn.catch(() => undefined);
  turns.set(thing, ended);
  try {
    await turn;
  } finally {
    if (turns.get(thing) === ended) turns.delete(thing);
  }
}
