// One process: tokens bound by DPoP, each with a proof of its own. The yardstick and the contestants take turns. Prints JSON.
// Arguments: algorithm of the tokens, number of blocks.
import { createHash, randomUUID, sign } from "node:crypto";
import { createReplayMemory, createVerifier } from "sallyport";
import * as contestants from "../lib/contestants.mjs";
import { each, takeTurns } from "../lib/measure.mjs";
import { audience, claimsOf, fresh, issuer, makeKey, signToken } from "../lib/tokens.mjs";

const [algorithm, blocks] = process.argv.slice(2);
const publicUrl = "https://api.example.org";
const perBlock = 50;
const sha256 = (data) => createHash("sha256").update(data).digest("base64url");

const key = makeKey(algorithm);
/** A hundred clients, each with a key and four tokens bound to it. */
const clients = Array.from({ length: 100 }, () => {
  const client = makeKey("ES256");
  const { crv, kty, x, y } = client.jwk;
  return { ...client, jwk: { crv, kty, x, y }, jkt: sha256(JSON.stringify({ crv, kty, x, y })) };
});
const tokens = Array.from({ length: 400 }, (_, index) => {
  const client = clients[index % clients.length];
  const claims = { ...claimsOf(index, { payloadBytes: 760 }), cnf: { jkt: client.jkt } };
  const bytes = Buffer.from(signToken(key, claims), "latin1");
  return { client, bytes, ath: sha256(bytes) };
});

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function proofOf({ client, ath }) {
  const claims = {
    jti: randomUUID(),
    htm: "GET",
    htu: `${publicUrl}/orders`,
    iat: Math.floor(Date.now() / 1000),
    ath,
  };
  const input = `${encode({ typ: "dpop+jwt", alg: "ES256", jwk: client.jwk })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(input), { key: client.privateKey, dsaEncoding: "ieee-p1363" });
  return { bytes: Buffer.from(`${input}.${signature.toString("base64url")}`, "latin1"), jti: claims.jti };
}

/** Every block has requests of its own: no proof is good twice. */
function requests(block) {
  return Array.from({ length: perBlock }, (_, index) => {
    const one = tokens[(Math.abs(block) * perBlock + index) % tokens.length];
    const proof = proofOf(one);
    const token = fresh(one.bytes);
    return {
      token,
      presented: { scheme: "DPoP", method: "GET", url: "/orders?page=2", proof: fresh(proof.bytes) },
      client: one.client,
      used: `${one.client.jkt}.${proof.jti}`,
      tokenInput: contestants.bareInput(token),
      proofInput: contestants.bareInput(proof.bytes.latin1Slice()),
    };
  });
}

const bareToken = contestants.bare(key);
const bareProofs = new Map(clients.map((client) => [client, contestants.bare(client)]));
// The hashes that RFC 9449 asks for: of the token, for `ath`; and of what the store of used proofs is asked by.
const hashes = ({ token, used }) => sha256(token).length + sha256(used).length;
const bareProof = (request) => bareProofs.get(request.client)(request.proofInput) && hashes(request) > 0;

async function verifierOf(cache) {
  const verifier = createVerifier(
    { issuer, audience, preset: "rfc9068", jwks: { keys: [key.jwk] }, publicUrl, cache },
    { replayStore: createReplayMemory() },
  );
  for (const { token, presented } of Array.from({ length: 8 }, (_, block) => requests(block)).flat()) {
    verifier.verifySync(token, presented);
  }
  return ({ token, presented }) => verifier.verifySync(token, presented);
}

const result = await takeTurns(
  Object.fromEntries(
    Object.entries({
      "two signatures": (request) => bareToken(request.tokenInput) && bareProof(request),
      "one signature": bareProof,
      new: await verifierOf(false),
      known: await verifierOf({}),
    }).map(([name, check]) => [name, each(check)]),
  ),
  { prepare: requests, operations: perBlock, warmup: 20, blocks: Number(blocks) },
);
process.stdout.write(JSON.stringify(result));
