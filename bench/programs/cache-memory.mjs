// One process: the memory of a full cache of verified tokens. Prints JSON. Run with --expose-gc.
import * as contestants from "../lib/contestants.mjs";
import { fresh, makeKey, makeTokens } from "../lib/tokens.mjs";

const entries = 16_384;
const key = makeKey("ES256");
const tokens = makeTokens(key, entries, { payloadBytes: 438 });
const verifier = await contestants.sallyportVerifier(key, {});
const heap = () => {
  for (let times = 0; times < 3; times += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
};
verifier.verifySync(fresh(tokens[0]));
const before = heap();
for (const bytes of tokens) verifier.verifySync(fresh(bytes));
const after = heap();
const { cachedTokens, cachedBytes } = verifier.health();
process.stdout.write(
  JSON.stringify({ cachedTokens, cachedBytes, heapBytes: after - before, characters: tokens[0].length }),
);
