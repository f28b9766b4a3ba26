// One process: tokens not seen before, one algorithm, all contestants taking turns. Prints JSON.
import * as contestants from "../lib/contestants.mjs";
import { each, eachAwaited, takeTurns } from "../lib/measure.mjs";
import { fresh, makeKey, makeTokens } from "../lib/tokens.mjs";

const [algorithm, quick] = process.argv.slice(2);
const key = makeKey(algorithm);
const tokens = makeTokens(key, 240);
const perBlock = 40;

const bareInputs = tokens.map((bytes) => contestants.bareInput(fresh(bytes)));
const at = (block) => (Math.abs(block) * perBlock) % tokens.length;
const strings = (block) => tokens.slice(at(block), at(block) + perBlock).map(fresh);

const verifier = await contestants.sallyportVerifier(key, false);
const supported = algorithm !== "PS256";
const bare = contestants.bare(key);
const list = {
  bare: (_strings) => {
    for (const input of bareInputs.slice(0, perBlock)) if (!bare(input)) throw new Error("bad signature");
  },
  laxest: each(contestants.laxest(key)),
  sallyportSync: each((token) => verifier.verifySync(token)),
  sallyportAwaited: eachAwaited((token) => verifier.verify(token)),
  fastJwt: each(contestants.fastJwt(key)),
  jose: eachAwaited(await contestants.jose(key)),
  ...(algorithm === "EdDSA" ? {} : { jsonwebtoken: each(contestants.jsonWebToken(key)) }),
  ...(supported ? { awsJwtVerify: each(contestants.awsJwtVerify(key)) } : {}),
};
const result = await takeTurns(list, {
  prepare: strings,
  operations: perBlock,
  warmup: 60,
  blocks: quick ? 40 : 120,
});
process.stdout.write(JSON.stringify({ characters: tokens[0].length, result }));
