// A JWS verified by the verifier's own lower layers: for vectors whose payload is not a token's.

import { platform } from "#platform";
import { AuthError } from "../../src/index.ts";
import { type Algorithm, algorithmRow, algorithms } from "../../src/verify/keys/algorithms.ts";
import { importKeys, judgeKeySet, pickKeys } from "../../src/verify/keys/key-set.ts";
import { createCompactParser, readTokenHeader } from "../../src/verify/token/compact.ts";
import { base64url, type TestJwk } from "./signing.ts";

export const asymmetric = (Object.keys(algorithms) as Algorithm[]).filter(
  (name) => algorithms[name].kty !== "oct",
);
const parser = createCompactParser({ tokenBytes: 100_000, depth: 32 }, readTokenHeader);

/** Splits by the rules of the parser; the payload may be any bytes. `undefined` where the parser refuses. */
function parseJws(jws: string) {
  const [header = "", payload = "", signature = "", ...more] = jws.split(".");
  // An empty payload is a JWS, though never a token.
  if (more.length > 0 || !platform.decodeBase64url(payload)) return undefined;
  try {
    const parsed = parser.parse([header, base64url("{}"), signature].join("."));
    return { ...parsed, signingInput: `${header}.${payload}` };
  } catch (error) {
    if (error instanceof AuthError) return undefined;
    throw error;
  }
}

/** Whether the JWS verifies with a key of the set, as an issuer's published keys are used. */
export async function verifiesWithSet(
  jws: string,
  keys: readonly TestJwk[],
  allowed = asymmetric,
): Promise<boolean> {
  const parsed = parseJws(jws);
  if (!parsed) return false;
  const judged = judgeKeySet({ keys }, { algorithms: allowed, maxKeys: 100, warn: () => {} });
  const imported = await importKeys(judged, [], () => {});
  for (const key of pickKeys(imported, parsed.header.kid, parsed.header.alg)) {
    if (key.row.signatureBytes !== undefined && key.row.signatureBytes !== parsed.signature.length) continue;
    if (await platform.verify(key.row, key.key, parsed.signingInput, parsed.signature)) return true;
  }
  return false;
}

/** Whether the JWS verifies with a shared secret bound to the JWK's own algorithm. */
export async function verifiesWithSecret(jws: string, { k, alg }: TestJwk): Promise<boolean> {
  const parsed = parseJws(jws);
  const row = algorithmRow(String(alg));
  const secret = platform.decodeBase64url(String(k));
  if (!parsed || row?.kty !== "oct" || parsed.header.alg !== alg || !secret || secret.length < row.hashBytes)
    return false;
  if (parsed.signature.length !== row.signatureBytes) return false;
  return platform.verify(
    row,
    await platform.importSecret(secret, row),
    parsed.signingInput,
    parsed.signature,
  );
}
