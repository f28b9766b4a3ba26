// Revocation: the list that comes with the library, and any answer that `isRevoked` may give.
import { describe, expect, test } from "vitest";
import {
  AuthError,
  createRevocationList,
  createVerifier,
  type Identity,
  type VerifierDeps,
} from "../../src/index.ts";
import { foreignPromise } from "../support/foreign-promise.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const { issuer } = kit;
const subject = "248289761001";
const verifierWith = (isRevoked: NonNullable<VerifierDeps["isRevoked"]>) =>
  createVerifier(
    { issuer, audience: kit.audience, jwks: kit.jwks },
    { now: () => kit.nowSeconds * 1000, isRevoked },
  );
async function codeOf(work: Promise<unknown>) {
  try {
    await work;
    return "accept";
  } catch (error) {
    return error instanceof AuthError ? error.code : error;
  }
}

describe("the list", () => {
  const identity = {
    issuer,
    subject,
    tokenId: "0f1e2d3c-4b5a-6978",
    clientId: "s6BhdRkqt3-client",
  } as Identity;
  const entries = [
    { issuer, tokenId: "0f1e2d3c-4b5a-6978" },
    { issuer, subject },
    { issuer, clientId: "s6BhdRkqt3-client" },
  ] as const;

  test.each(entries)("revokes by %j, and restores", async (entry) => {
    const list = createRevocationList();
    const verifier = verifierWith(list.isRevoked);
    const token = kit.token();
    expect(await codeOf(verifier.verify(token))).toBe("accept");
    list.revoke(entry);
    expect(list.size).toBe(1);
    expect(await codeOf(verifier.verify(token))).toBe("token_revoked");
    list.restore(entry);
    expect(await codeOf(verifier.verify(token))).toBe("accept");
  });

  test("C29 never reaches over to another issuer, or from one kind of name to another", () => {
    const list = createRevocationList();
    list.revoke({ issuer: "https://other.example", subject });
    list.revoke({ issuer, tokenId: subject });
    list.revoke({ issuer, clientId: subject });
    list.revoke({ issuer: `${issuer}","${subject}`, subject: "" });
    list.revoke({ issuer, subject: "__proto__" });
    expect(list.isRevoked(identity)).toBe(false);
    expect(list.isRevoked({ ...identity, subject: "__proto__" })).toBe(true);
  });

  test("a token without an id or client is revoked by its subject alone", () => {
    const list = createRevocationList();
    list.revoke({ issuer, tokenId: "undefined" });
    const bare = { ...identity, tokenId: undefined, clientId: undefined };
    expect(list.isRevoked(bare)).toBe(false);
    list.revoke({ issuer, subject });
    expect(list.isRevoked(bare)).toBe(true);
  });

  test("forgets at the stated second, and the greatest clock tolerance after it", () => {
    let now = 1_000_000;
    const list = createRevocationList({ now: () => now });
    list.revoke({ issuer, subject }, 1001);
    expect(list.isRevoked(identity)).toBe(true);
    now = 1_300_999;
    expect(list.isRevoked(identity)).toBe(true);
    now = 1_301_000;
    expect(list.isRevoked(identity)).toBe(false);
  });

  test.each([[Number.NaN], ["1001"], [null]])("refuses %s as an end, which would never apply", (until) => {
    const list = createRevocationList();
    expect(() => list.revoke({ issuer, subject }, until as number)).toThrow(TypeError);
  });

  test("is never silently full: what has run out makes room, else it throws", () => {
    let now = 0;
    const list = createRevocationList({ maxEntries: 2, now: () => now });
    list.revoke({ issuer, subject: "a" }, 10);
    list.revoke({ issuer, subject: "b" });
    expect(() => list.revoke({ issuer, subject: "c" })).toThrow(RangeError);
    expect(() => list.revoke({ issuer, subject: "b" }, 20)).not.toThrow();
    now = 310_000;
    list.revoke({ issuer, subject: "c" });
    expect(list.size).toBe(2);
    expect(list.isRevoked({ ...identity, subject: "b" })).toBe(true);
  });
});

describe("isRevoked", () => {
  const answers: [string, () => unknown, string][] = [
    ["false", () => false, "accept"],
    ["true", () => true, "token_revoked"],
    ["a promise of false", async () => false, "accept"],
    ["a promise of true", async () => true, "token_revoked"],
    ["another library's promise of false", () => foreignPromise(false), "accept"],
    ["another library's promise of true", () => foreignPromise(true), "token_revoked"],
    ["another library's failure", () => foreignPromise(new Error("no"), true), "revocation_unavailable"],
    [
      "a failure",
      () => {
        throw new Error("no");
      },
      "revocation_unavailable",
    ],
    [
      "a rejection",
      async () => {
        throw new Error("no");
      },
      "revocation_unavailable",
    ],
    ["C43 nothing", () => undefined, "revocation_unavailable"],
    ["C43 null", () => null, "revocation_unavailable"],
    ["C43 the text false", () => "false", "revocation_unavailable"],
    ["C43 the text true", () => "true", "revocation_unavailable"],
    ["C43 zero", () => 0, "revocation_unavailable"],
    ["C43 an object", () => ({ active: "true" }), "revocation_unavailable"],
    ["C43 a list", () => [], "revocation_unavailable"],
    ["C43 a promise of nothing", async () => undefined, "revocation_unavailable"],
  ];
  test.each(answers)("%s", async (_what, answer, expected) => {
    const verifier = verifierWith(answer as () => boolean);
    const token = kit.token();
    expect(await codeOf(verifier.verify(token))).toBe(expected);
    expect(await codeOf(verifier.verify(token)), "from the cache").toBe(expected);
  });

  test.each([
    ["a promise", async () => false],
    ["another library's promise", () => foreignPromise(false)],
  ])("%s cannot be awaited by verifySync, which never gives an identity then", (_what, answer) => {
    const verifier = verifierWith(answer);
    const token = kit.token();
    for (let time = 0; time < 2; time += 1) {
      expect(() => verifier.verifySync(token)).toThrow(
        expect.objectContaining({ code: "sync_unavailable", status: 503 }),
      );
    }
  });

  test("is not asked about a token that is bad anyway", async () => {
    let asked = 0;
    const verifier = verifierWith(() => {
      asked += 1;
      return false;
    });
    await codeOf(verifier.verify(kit.token({ key: kit.keys.attacker })));
    await codeOf(verifier.verify(kit.token({ claims: { exp: 1 } })));
    expect(asked).toBe(0);
  });

  test("C44 an unavailable answer is 503 with its cause for the log", async () => {
    const cause = new Error("database down");
    const error = await verifierWith(() => {
      throw cause;
    })
      .verify(kit.token())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 503, code: "revocation_unavailable", cause });
  });
});
