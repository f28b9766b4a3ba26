// What a broken provider is, and how one is made of a good one.
import type { Json, Script } from "../../support/scripted-provider.ts";

/** One broken provider. */
export interface BrokenProvider {
  readonly name: string;
  readonly script: Script;
  /** What is found, beyond the notes, and nothing else. */
  readonly finds: string;
  /** Of the mend. */
  readonly mend: RegExp;
  /** Of the sentence, where it has more than the documentation's. */
  readonly sentence?: RegExp;
  /** Of the command line, instead of the provider's own issuer. */
  readonly issuer?: (issuer: string) => string;
  readonly args?: readonly string[];
  readonly status?: 0 | 1 | 2;
}

export const without = (name: string) => (good: Json) => {
  const { [name]: _gone, ...rest } = good;
  return rest;
};
export const with_ = (changes: Json) => (good: Json) => ({ ...good, ...changes });
export const first = (change: (jwk: Json) => Json) => (keys: Json[]) => [
  change(keys[0] as Json),
  ...keys.slice(1),
];
