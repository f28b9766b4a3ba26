// A promise of another library or realm: it has `then`, and is no `Promise` of ours.

/** Answers with the value at once, or fails with it. */
export function foreignPromise(value: unknown, fails = false): Promise<never> {
  const then = (done: (value: unknown) => void, failed: (value: unknown) => void) =>
    (fails ? failed : done)(value);
  // biome-ignore lint/suspicious/noThenProperty: that is what it is for.
  return Object.fromEntries([["then", then]]) as unknown as Promise<never>;
}
