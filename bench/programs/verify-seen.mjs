// One process: tokens seen before, in random order, each call with a fresh string. Prints JSON.
// Arguments: the file of tokens (a line each, the public JWK first), the contestant, the number of blocks.

import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import * as contestants from "../lib/contestants.mjs";
import { each, eachAwaited, takeTurns } from "../lib/measure.mjs";
import { fresh } from "../lib/tokens.mjs";

const [file, contestant, blocks] = process.argv.slice(2);
const [first, ...lines] = readFileSync(file, "latin1").trimEnd().split("\n");
const jwk = JSON.parse(first);
const key = { jwk, algorithm: jwk.alg, publicKey: createPublicKey({ key: jwk, format: "jwk" }) };
// An opaque token is as long as 32 random bytes are in base64url.
const textOf = (line) =>
  contestant === "opaqueSync" ? createHash("sha256").update(line).digest("base64url") : line;
const tokens = lines.map((line) => Buffer.from(textOf(line), "latin1"));
const perBlock = 250;

// As many entries as Sallyport's default bound, so that none of the tokens is ever evicted.
const cacheEntries = 16_384;
const makers = {
  async sallyportSync() {
    const verifier = await contestants.sallyportVerifier(key, {});
    return { check: (token) => verifier.verifySync(token), awaited: false };
  },
  async sallyportAwaited() {
    const verifier = await contestants.sallyportVerifier(key, {});
    return { check: (token) => verifier.verify(token), awaited: true };
  },
  async opaqueSync() {
    const verifier = contestants.introspectingVerifier();
    for (const bytes of tokens) await verifier.verify(fresh(bytes));
    return { check: (token) => verifier.verifySync(token), awaited: false };
  },
  async fastJwt() {
    return { check: contestants.fastJwt(key, cacheEntries), awaited: false };
  },
  // What any cache could do: nothing but a Map, asked by the whole token.
  async plainMap() {
    const map = new Map(tokens.map((bytes) => [fresh(bytes), true]));
    return { check: (token) => map.get(token), awaited: false };
  },
};

const { check, awaited } = await makers[contestant]();
for (const bytes of tokens) await check(fresh(bytes));
// The same strings are made in every block, by what stands for the HTTP parser; the time is taken without them.
const order = () =>
  Array.from({ length: perBlock }, () => fresh(tokens[Math.floor(Math.random() * tokens.length)]));
const result = await takeTurns(
  { [contestant]: awaited ? eachAwaited(check) : each(check) },
  { prepare: order, operations: perBlock, warmup: 200, blocks: Number(blocks) },
);
process.stdout.write(JSON.stringify({ characters: tokens[0].length, tokens: tokens.length, ...result }));
