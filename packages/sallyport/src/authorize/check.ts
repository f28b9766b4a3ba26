// The one way for code to enter a requirement: a named function, which fails closed.
import type { Identity } from "../identity.ts";

/** A check in code: made by `check(name, fn)` only. */
export interface Check {
  readonly check: string;
  readonly test: (identity: Identity) => boolean | Promise<boolean>;
}
