// All token cases, for whichever runner loops over them.
import { algorithmCases } from "./algorithm.ts";
import { claimCases } from "./claims.ts";
import { encodingCases } from "./encoding.ts";
import { keyCases } from "./keys.ts";
import { tokenTypeCases } from "./token-type.ts";
import type { TokenCase } from "./types.ts";

export type { TokenCase } from "./types.ts";

export const tokenCases: Readonly<Record<string, readonly TokenCase[]>> = {
  "algorithm and signature": algorithmCases,
  keys: keyCases,
  encoding: encodingCases,
  "token type": tokenTypeCases,
  claims: claimCases,
};
