// The cache of verified tokens: what a hit still checks, what it never confuses, and what bounds it.
import { describe, expect, test } from "vitest";
import { AuthError, createVerifier, type VerifierDeps, type VerifierOptions } from "../../src/index.ts";
import { createTokenCache } from "../../src/verify/token-cache.ts";
import { atOnce, verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const own: VerifierOptions = { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks };

/** A verifier with a clock that can be moved. */
function setUp(options: VerifierOptions = {}, deps: VerifierDeps = {}) {
  const clock = { seconds: kit.nowSeconds };
  const verifier = createVerifier({ ...own, ...options }, { now: () => clock.seconds * 1000, ...deps });
  const code = async (token: string) => {
    try {
      await verifyHere(verifier, token);
      return "accept";
    } catch (error) {
      return error instanceof AuthError ? error.code : error;
    }
  };
  return { clock, verifier, code };
}
const cached = async (verifier: ReturnType<typeof setUp>["verifier"], token: string) => {
  const verified = verifier.check(token);
  if (atOnce && verified instanceof Promise) throw new Error("expected an answer at once");
  return (await verified).cached;
};

describe("a hit", () => {
  test("C42 gives the same frozen identity, and says that it is one", async () => {
    const { verifier } = setUp();
    const token = kit.token();
    expect(await cached(verifier, token)).toBe(false);
    expect(await cached(verifier, token)).toBe(true);
    const identity = await verifyHere(verifier, token);
    expect(await verifyHere(verifier, `${token.slice(0, 5)}${token.slice(5)}`)).toBe(identity);
    expect(
      Object.isFrozen(identity) && Object.isFrozen(identity.claims) && Object.isFrozen(identity.scopes),
    ).toBe(true);
  });

  test("C40 an access token may be used again and again", async () => {
    const { code } = setUp();
    const token = kit.token();
    expect([await code(token), await code(token), await code(token)]).toEqual(["accept", "accept", "accept"]);
  });

  test("C42 is one of the whole token: another signature, header or payload of the same length is none", async () => {
    const { verifier, code } = setUp();
    const token = kit.token({ key: kit.keys.es });
    expect(await code(token)).toBe("accept");
    expect(await cached(verifier, token)).toBe(true);
    const [header = "", payload = "", signature = ""] = token.split(".");
    const flip = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
    for (const near of [
      [header, payload, flip(signature, 3)],
      [header, payload, flip(signature, 80)],
      [flip(header, 4), payload, signature],
      [header, flip(payload, 30), signature],
    ]) {
      expect(await code(near.join("."))).not.toBe("accept");
    }
  });

  test("C42 is refused after expiry, to the second", async () => {
    const { clock, code } = setUp();
    const token = kit.token({ claims: { exp: kit.nowSeconds + 100 } });
    expect(await code(token)).toBe("accept");
    clock.seconds += 104;
    expect(await code(token)).toBe("accept");
    clock.seconds += 1;
    expect(await code(token)).toBe("token_expired");
  });

  test("C42 is refused before nbf, and before iat, when the clock is put back", async () => {
    for (const claims of [
      { nbf: kit.nowSeconds - 10, iat: kit.nowSeconds - 500 },
      { iat: kit.nowSeconds - 10 },
    ]) {
      const { clock, code } = setUp();
      const token = kit.token({ claims });
      expect(await code(token)).toBe("accept");
      clock.seconds -= 15;
      expect(await code(token)).toBe("accept");
      clock.seconds -= 1;
      expect(await code(token)).toBe("token_not_yet_valid");
    }
  });

  test("C42 is refused when the token has become too old", async () => {
    const { clock, code } = setUp({ maxTokenAgeSeconds: 100 });
    const token = kit.token({ claims: { iat: kit.nowSeconds, exp: kit.nowSeconds + 9000 } });
    expect(await code(token)).toBe("accept");
    clock.seconds += 105;
    expect(await code(token)).toBe("accept");
    clock.seconds += 1;
    expect(await code(token)).toBe("token_too_old");
  });

  test("a clock that is not a number refuses, hit or miss", async () => {
    const { clock, code } = setUp();
    const token = kit.token();
    expect(await code(token)).toBe("accept");
    clock.seconds = Number.NaN;
    expect(await code(token)).toBe("token_expired");
    expect(await code(kit.token({ claims: { jti: "another" } }))).toBe("token_expired");
  });

  test("C41 asks isRevoked every time", async () => {
    let revoked = false;
    let asked = 0;
    const { code } = setUp(
      {},
      {
        isRevoked: () => {
          asked += 1;
          return revoked;
        },
      },
    );
    const token = kit.token();
    expect(await code(token)).toBe("accept");
    expect(await code(token)).toBe("accept");
    revoked = true;
    expect(await code(token)).toBe("token_revoked");
    revoked = false;
    expect(await code(token)).toBe("accept");
    expect(asked).toBe(4);
  });

  test("C41 keeps nothing of another verifier's answer", async () => {
    const token = kit.token();
    const strict = setUp({ requiredScopes: ["admin"] });
    const elsewhere = setUp({ audience: "https://other.example" });
    expect(await setUp().code(token)).toBe("accept");
    expect(await strict.code(token)).toBe("insufficient_scope");
    expect(await elsewhere.code(token)).toBe("invalid_audience");
    expect(strict.verifier.health().cachedTokens + elsewhere.verifier.health().cachedTokens).toBe(0);
  });

  test("C42 a refused token is never kept", async () => {
    const { verifier, code } = setUp();
    for (const claims of [{ aud: "x" }, { exp: 1 }, { cnf: {} }, { sub: 7 }])
      await code(kit.token({ claims }));
    await code(kit.token({ key: kit.keys.attacker }));
    expect(verifier.health()).toMatchObject({ cachedTokens: 0, cachedBytes: 0 });
  });

  test("cache: false keeps nothing", async () => {
    const { verifier, code } = setUp({ cache: false });
    const token = kit.token();
    expect([await code(token), await code(token)]).toEqual(["accept", "accept"]);
    expect(await cached(verifier, token)).toBe(false);
    expect(verifier.health()).toMatchObject({ cachedTokens: 0, cachedBytes: 0 });
  });

  test("is refused once the verifier is closed", async () => {
    const { verifier, code } = setUp();
    const token = kit.token();
    expect(await code(token)).toBe("accept");
    verifier.close();
    expect(await code(token)).toBe("closed");
    expect(verifier.health().ok).toBe(false);
  });

  test("two issuers with one token's worth of everything but iss are two principals", async () => {
    const verifier = createVerifier(
      {
        audience: kit.audience,
        issuers: [
          { issuer: kit.issuer, jwks: kit.jwks },
          { issuer: "https://other.example", jwks: { keys: [kit.keys.other.jwk] } },
        ],
      },
      { now: () => kit.nowSeconds * 1000 },
    );
    const first = kit.token();
    const second = kit.token({ key: kit.keys.other, claims: { iss: "https://other.example" } });
    for (let round = 0; round < 2; round += 1) {
      expect((await verifyHere(verifier, first)).issuer).toBe(kit.issuer);
      expect((await verifyHere(verifier, second)).issuer).toBe("https://other.example");
    }
  });
});

describe("the bounds", () => {
  const text = (index: number, length = 40) => String(index).padStart(6, "0").repeat(10).slice(-length);
  const make = (maxEntries: number, maxBytes = 1_000_000, seed = 7) =>
    createTokenCache<number>({ maxEntries, maxBytes, seed: () => seed });

  test("by count, exactly", async () => {
    const cache = make(10);
    for (let index = 0; index < 100; index += 1) {
      cache.set(text(index), index);
      expect(cache.size).toBe(Math.min(index + 1, 10));
      expect(cache.get(text(index))).toBe(index);
    }
    expect(cache.bytes).toBe(400);
  });

  test("by characters, exactly", async () => {
    const cache = make(1000, 1000);
    for (let index = 0; index < 100; index += 1) {
      cache.set(text(index, 30 + (index % 30)), index);
      expect(cache.bytes).toBeLessThanOrEqual(1000);
    }
    expect(cache.bytes).toBeGreaterThan(1000 - 60);
    cache.set("x".repeat(1000), 1);
    expect(cache).toMatchObject({ size: 1, bytes: 1000 });
    cache.set("y".repeat(1001), 1);
    expect(cache.get("y".repeat(1001))).toBeUndefined();
    expect(cache).toMatchObject({ size: 1, bytes: 1000 });
  });

  test("of one entry", async () => {
    const cache = make(1);
    for (let index = 0; index < 5; index += 1) {
      cache.set(text(index), index);
      cache.get(text(index));
      expect(cache.size).toBe(1);
    }
    expect([0, 1, 2, 3, 4].map((index) => cache.get(text(index)))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      4,
    ]);
  });

  test("the same token twice is one entry, of the newer value", async () => {
    const cache = make(10);
    cache.set(text(1), 1);
    cache.set(text(1), 2);
    expect(cache).toMatchObject({ size: 1, bytes: 40 });
    expect(cache.get(text(1))).toBe(2);
  });

  test("C42 tokens that hash alike are told apart, and each can be evicted", async () => {
    // The hash reads the last characters only: these differ before them.
    const ending = "e".repeat(40);
    const alike = (index: number) => `${index}-${ending}`;
    const cache = make(50);
    for (let index = 0; index < 50; index += 1) cache.set(alike(index), index);
    for (let index = 0; index < 50; index += 1) expect(cache.get(alike(index))).toBe(index);
    expect(cache.get(`50-${ending}`)).toBeUndefined();
    expect(cache.get(ending)).toBeUndefined();
    for (let index = 100; index < 400; index += 1) {
      cache.set(alike(index), index);
      expect(cache.size).toBe(50);
      expect(cache.get(alike(index))).toBe(index);
    }
    const left = Array.from({ length: 400 }, (_, index) => cache.get(alike(index))).filter(
      (value) => value !== undefined,
    );
    expect(left).toHaveLength(50);
  });

  test("short tokens and empty ones do no harm", async () => {
    const cache = make(10);
    for (const token of ["", "a", "ab", "a".repeat(21), "a".repeat(22), "a".repeat(23)]) {
      cache.set(token, token.length);
      expect(cache.get(token)).toBe(token.length);
    }
  });

  test("a flood of tokens seen once does not push out those in use", async () => {
    const cache = make(100);
    const honest = Array.from({ length: 50 }, (_, index) => text(index));
    for (const [index, token] of honest.entries()) cache.set(token, index);
    let misses = 0;
    for (let flood = 0; flood < 10_000; flood += 1) {
      cache.set(text(1000 + flood), flood);
      const token = honest[flood % 50] as string;
      if (cache.get(token) === undefined) {
        misses += 1;
        cache.set(token, flood);
      }
    }
    // A few may fall before their first use; after that, none.
    expect(misses).toBeLessThan(50);
  });

  test("what is in use for the first time pushes out what no one uses any more", async () => {
    const cache = make(10);
    for (let index = 0; index < 10; index += 1) {
      cache.set(text(index), index);
      cache.get(text(index));
    }
    for (let round = 0; round < 3; round += 1) {
      for (let index = 100; index < 110; index += 1) {
        if (cache.get(text(index)) === undefined) cache.set(text(index), index);
      }
    }
    expect(
      Array.from({ length: 10 }, (_, index) => cache.get(text(100 + index))).filter(
        (value) => value !== undefined,
      ),
    ).toHaveLength(10);
  });

  test("the bounds of a verifier's cache hold", async () => {
    const { verifier, code } = setUp({ cache: { maxEntries: 3 } });
    for (let index = 0; index < 8; index += 1)
      expect(await code(kit.token({ claims: { jti: `t${index}` } }))).toBe("accept");
    expect(verifier.health().cachedTokens).toBe(3);
    const small = setUp({ cache: { maxBytes: 2000 } });
    for (let index = 0; index < 8; index += 1)
      expect(await small.code(kit.token({ claims: { jti: `t${index}` } }))).toBe("accept");
    expect(small.verifier.health().cachedBytes).toBeLessThanOrEqual(2000);
    expect(small.verifier.health().cachedTokens).toBeGreaterThan(0);
  });
});
