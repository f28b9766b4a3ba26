// Whether this runtime's cryptography answers at once. Where it does not (workerd), `verifySync` can't, and tests await.
import { platform } from "#platform";
import type { Identity, Verifier } from "../../src/index.ts";
import { algorithms } from "../../src/verify/keys/algorithms.ts";

export const atOnce = !(platform.importSecret(new Uint8Array(32), algorithms.HS256) instanceof Promise);

/** `verifySync` where there is one, else `verify`. */
export async function verifyHere<Claims>(
  verifier: Verifier<Claims>,
  token: string,
): Promise<Identity<Claims>> {
  return atOnce ? verifier.verifySync(token) : verifier.verify(token);
}
