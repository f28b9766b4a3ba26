// Rules that hold on their own, though today's callers ask nothing that would meet them.
import { expect, test } from "vitest";
import { createRevocationList, type Identity, type Revocation } from "../../src/index.ts";
import { keyMayServe } from "../../src/verify/issuers/tenants.ts";
import { type KnownToken, outOfTime } from "../../src/verify/known-token.ts";

test("a key that states its issuer serves no token whose issuer has no tenant", () => {
  const tenancy = { placeholder: "{tenantid}" } as never;
  const policy = {
    preset: { tenancy },
    accepted: new Map([
      ["https://a.example/t1", "t1"],
      ["https://a.example/other", undefined],
    ]),
  };
  const stated = "https://a.example/{tenantid}";
  expect(keyMayServe(policy, stated, "https://a.example/t1")).toBe(true);
  expect(keyMayServe(policy, stated, "https://a.example/other")).toBe(false);
  expect(keyMayServe(policy, stated, "https://b.example/t1")).toBe(false);
  expect(keyMayServe(policy, "https://b.example/t1", "https://a.example/t1")).toBe(false);
});

test("a token in the cache is too old only where there is a greatest age", () => {
  const known = (oldest: number | undefined) =>
    ({
      answer: { identity: { expiresAt: 1000 } },
      trusted: { policy: { clockToleranceSeconds: 5 } },
      from: 100,
      oldest,
    }) as unknown as KnownToken<unknown>;
  expect(outOfTime(known(undefined), 500)).toBeUndefined();
  expect(outOfTime(known(500), 500)).toBeUndefined();
  expect(outOfTime(known(499), 500)).toMatchObject({ code: "token_too_old" });
  expect(outOfTime(known(499), 1005)).toMatchObject({ code: "token_expired" });
  expect(outOfTime(known(499), Number.NaN)).toMatchObject({ code: "token_expired" });
  expect(outOfTime(known(499), 99)).toMatchObject({ code: "token_not_yet_valid" });
});

test("a revocation without a value revokes nobody, least of all everybody who has none", () => {
  const issuer = "https://a.example";
  const list = createRevocationList();
  list.revoke({ issuer, tokenId: undefined } as unknown as Revocation);
  list.revoke({ issuer, clientId: undefined } as unknown as Revocation);
  const caller = { issuer, subject: "a", tokenId: undefined, clientId: undefined } as Identity;
  expect(list.isRevoked(caller)).toBe(false);
});
