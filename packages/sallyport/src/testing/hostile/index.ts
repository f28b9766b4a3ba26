// Tokens that no guard may let pass.
import type { AuthErrorCode } from "../../errors.ts";
import type { FakeIssuer } from "../contract.ts";
import { createTestKey, type Segment, signJws } from "../sign.ts";
import { claimAttacks } from "./claims.ts";
import { encodingAttacks } from "./encoding.ts";
import { keyAttacks } from "./keys.ts";
import type { HostileKit } from "./types.ts";

/** A token that has to be refused. */
export interface HostileToken {
  readonly id: string;
  /** What is wrong with it. */
  readonly name: string;
  readonly token: string;
  /** The code of the refusal. */
  readonly code: AuthErrorCode;
}

/**
 * Makes hostile tokens against an issuer: each one a known attack, and but for it a good token. Those with a
 * signature that does not count are few: most are signed with the issuer's own key.
 *
 * All of them fit into an `Authorization` header; the two longest ones exceed what Node reads of one by default.
 *
 * @example
 * ```ts
 * const idp = fakeIssuer({ audience: "my-api" });
 * const app = build(idp.config, idp.deps);
 * for (const { name, token } of await hostileTokens(idp)) {
 *   const response = await app.inject({ url: "/me", headers: { authorization: `Bearer ${token}` } });
 *   expect(response.statusCode, name).toBe(401);
 * }
 * ```
 */
export async function hostileTokens(idp: FakeIssuer): Promise<readonly HostileToken[]> {
  const kit = await makeKit(idp);
  const rows = [...keyAttacks, ...encodingAttacks, ...claimAttacks].map(async ({ id, name, code, make }) => {
    const refusal = typeof code === "function" ? code(kit) : code;
    return refusal && Object.freeze({ id, name, token: await make(kit), code: refusal });
  });
  return (await Promise.all(rows)).filter((row) => row !== undefined);
}

async function makeKit(idp: FakeIssuer): Promise<HostileKit> {
  const key = await idp.key();
  const draft = idp.draft();
  const header = { alg: key.algorithm, kid: key.kid, ...draft.header };
  const { payload } = draft;
  const exact = (headerSegment: Segment, payloadSegment: Segment) =>
    signJws(headerSegment, payloadSegment, key);
  return {
    preset: idp.preset,
    issuer: idp.issuer,
    audience: idp.audience[0] ?? "",
    now: Math.floor(idp.clock.now() / 1000),
    header,
    payload,
    token: await exact(header, payload),
    key,
    jwks: await idp.jwks(),
    stranger: await createTestKey(key.algorithm, key.kid),
    claims: (changes) => exact(header, { ...payload, ...changes }),
    headers: (changes) => exact({ ...header, ...changes }, payload),
    exact,
  };
}
