// Going on at once where it can be done: nothing waits for a microtask it does not need.

/** Applies `next` to a value, or to what a promise brings. */
export function chain<In, Out>(
  value: In | Promise<In>,
  next: (value: In) => Out | Promise<Out>,
): Out | Promise<Out> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value);
}

/**
 * Whether an answer has yet to come. Asked instead of `instanceof Promise`, which misses the promises of other libraries
 * and realms, and native ones where somebody replaced the global: a promise taken for an answer would be a way in.
 */
export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return isThenable(value);
}

/** Whether a value from the user's code is a promise, of whatever library or realm. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
