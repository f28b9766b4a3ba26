// One process: the memory of the cache of verified tokens, full at its default bound. Prints JSON. Needs --expose-gc.
import { createVerifier } from "sallyport";
import { audience, claimsOf, fresh, issuer, makeKey, serveKeys, signToken } from "../lib/tokens.mjs";

const payloadBytes = Number(process.argv[2]);
const key = makeKey("ES256");
const verifier = createVerifier(
  { issuer, audience, preset: "rfc9068", jwksUri: "https://idp.example.org/keys" },
  { fetch: serveKeys([key.jwk]) },
);
await verifier.ready();
const sign = (index) => Buffer.from(signToken(key, claimsOf(index, { payloadBytes })), "latin1");
const used = () => {
  for (let round = 0; round < 4; round += 1) globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heapUsed, external, arrayBuffers };
};
// As they come out of a request's header: a slice of a longer string.
const verify = (index) => verifier.verifySync(`Bearer ${fresh(sign(index))}`.slice(7));

const bound = 16_384;
verify(0);
const empty = used();
for (let index = 1; index < bound; index += 1) verify(index);
const full = used();
const { cachedTokens, cachedBytes } = verifier.health();
for (let index = bound; index < 2 * bound; index += 1) verify(index);
const twice = used();
process.stdout.write(
  JSON.stringify({
    characters: sign(1).length,
    tokens: cachedTokens,
    tokenCharacters: cachedBytes,
    heap: full.heapUsed - empty.heapUsed,
    external: full.external - empty.external,
    tokensAfterTwice: verifier.health().cachedTokens,
    heapAfterTwice: twice.heapUsed - empty.heapUsed,
  }),
);
