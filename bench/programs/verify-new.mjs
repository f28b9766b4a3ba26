// One process: tokens not seen before. The yardsticks and the contestants of one group take turns. Prints JSON.
// Arguments: algorithm, group, number of blocks.
import * as contestants from "../lib/contestants.mjs";
import { each, eachAwaited, takeTurns } from "../lib/measure.mjs";
import { fresh, makeKey, makeTokens } from "../lib/tokens.mjs";

const [algorithm, group, blocks] = process.argv.slice(2);
const key = makeKey(algorithm);
const tokens = makeTokens(key, 400);
const perBlock = 100;

const inputs = tokens.map((bytes) => contestants.bareInput(fresh(bytes)));
const bare = each(contestants.bare(key));
const lax = contestants.laxest(key);
// The awaited contestant is also measured against the yardstick in the same form.
const yardsticks = {
  laxest: each(lax),
  ...(group === "awaited" ? { "laxest, awaited": eachAwaited(async (token) => lax(token)) } : {}),
};
const part = (list, block) => {
  const start = (Math.abs(block) * perBlock) % list.length;
  return list.slice(start, start + perBlock);
};

const groups = {
  async sync() {
    const verifier = await contestants.sallyportVerifier(key, false);
    return { sallyport: each((token) => verifier.verifySync(token)) };
  },
  async awaited() {
    const verifier = await contestants.sallyportVerifier(key, false);
    return { sallyport: eachAwaited((token) => verifier.verify(token)) };
  },
  async peers() {
    return {
      "fast-jwt": each(contestants.fastJwt(key)),
      jose: eachAwaited(await contestants.jose(key)),
      ...(algorithm === "EdDSA" ? {} : { jsonwebtoken: each(contestants.jsonWebToken(key)) }),
      ...(algorithm === "PS256" ? {} : { "aws-jwt-verify": each(contestants.awsJwtVerify(key)) }),
    };
  },
};

const list = { ...yardsticks, ...(await groups[group]()) };
const result = await takeTurns(
  {
    bare: ({ block }) => bare(part(inputs, block)),
    ...Object.fromEntries(Object.entries(list).map(([name, run]) => [name, ({ strings }) => run(strings)])),
  },
  {
    prepare: (block) => ({ block, strings: part(tokens, block).map(fresh) }),
    operations: perBlock,
    warmup: 30,
    blocks: Number(blocks),
  },
);
process.stdout.write(JSON.stringify({ characters: tokens[0].length, ...result }));
