/**
 * Makes something once, for all who ask; what failed is made anew by the next who asks, so that a failure that was mended
 * needs no restart.
 */
export function madeOnce<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((thrown: unknown) => {
      made = undefined;
      throw thrown;
    });
    return made;
  };
}
