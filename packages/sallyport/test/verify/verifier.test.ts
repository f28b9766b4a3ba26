// The verifier itself: its promises, its health, its events, and several issuers at once.
import { describe, expect, test, vi } from "vitest";
import { AuthError, createVerifier, type SecurityEvent, type VerifierOptions } from "../../src/index.ts";
import { atOnce, verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";
import { memoryProvider } from "../support/run-case.ts";

const kit = createKit();
const own: VerifierOptions = { issuer: kit.issuer, audience: kit.audience };
const now = () => kit.nowSeconds * 1000;
const answerOf = async (work: () => unknown) => {
  try {
    await work();
    return "accept";
  } catch (error) {
    return error instanceof AuthError ? error.code : error;
  }
};
const remote = (options: VerifierOptions = { ...own, jwks: kit.jwks }, deps: object = {}) => {
  const provider = memoryProvider(options);
  return { ...provider, verifier: createVerifier(provider.options, { now, fetch: provider.fetch, ...deps }) };
};

describe("verifySync", () => {
  test("is sync_unavailable while keys have to be fetched, and answers once they are there", async () => {
    const { verifier, requested } = remote();
    expect(await answerOf(() => verifier.verifySync(kit.token()))).toBe("sync_unavailable");
    await verifier.ready();
    expect((await verifyHere(verifier, kit.token())).subject).toBe("248289761001");
    expect(requested.length).toBeLessThanOrEqual(4);
  });
  test("a failure behind a sync_unavailable ends nobody's process", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const verifier = createVerifier(own, {
      now,
      fetch: (async () => new Response("no", { status: 500 })) as typeof fetch,
    });
    expect(await answerOf(() => verifier.verifySync(kit.token()))).toBe("sync_unavailable");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
  test("refuses at once what needs no key", () => {
    const { verifier, requested } = remote();
    expect(() => verifier.verifySync("x")).toThrow(expect.objectContaining({ code: "malformed_token" }));
    expect(requested).toEqual([]);
  });
});

describe("ready and health", () => {
  test("construction fetches nothing; ready loads; health tells", async () => {
    const { verifier, requested } = remote();
    expect(requested).toEqual([]);
    expect(verifier.signingKeys()).toEqual([]);
    expect(verifier.health()).toMatchObject({
      ok: false,
      issuers: [
        { issuer: kit.issuer, preset: "rfc9068", keys: 0, state: "empty", ageSeconds: undefined, fetches: 0 },
      ],
    });
    await verifier.ready();
    expect(verifier.health()).toEqual({
      ok: true,
      issuers: [
        {
          issuer: kit.issuer,
          preset: "rfc9068",
          keys: 4,
          state: "fresh",
          ageSeconds: 0,
          lastError: undefined,
          fetches: 2,
        },
      ],
      cachedTokens: 0,
      cachedBytes: 0,
    });
    expect(verifier.signingKeys()).toEqual([
      { issuer: kit.issuer, kid: "rs-1", algorithm: "RS256" },
      { issuer: kit.issuer, kid: "ps-1", algorithm: "PS256" },
      { issuer: kit.issuer, kid: "es-1", algorithm: "ES256" },
      { issuer: kit.issuer, kid: "ed-1", algorithm: "EdDSA" },
    ]);
  });
  test("ready says what is wrong with a set that has no usable key", async () => {
    const { verifier } = remote({ ...own, jwks: { keys: [{ kty: "oct", k: "AAAA" }] } });
    expect(await answerOf(() => verifier.ready())).toBe("jwks_error");
    expect(verifier.health().ok).toBe(false);
  });
  test("a static set whose only key the runtime refuses is refused at construction", () => {
    const offCurve = { ...kit.keys.es.jwk, y: kit.keys.es.jwk.x };
    const make = (keys: object[]) => () => createVerifier({ ...own, jwks: { keys: keys as never } }, { now });
    // Where keys are imported behind a promise, construction can't wait for it.
    if (!atOnce) return expect(make([offCurve])().signingKeys()).toEqual([]);
    expect(make([offCurve])).toThrow(/`jwks` takes a key set with at least one key fit to verify with/);
    expect(make([offCurve, kit.keys.ed.jwk])().signingKeys()).toHaveLength(1);
  });
  test("ready waits for every issuer, and names the one that fails", async () => {
    const provider = memoryProvider({ ...own, jwks: kit.jwks });
    const verifier = createVerifier(
      { audience: kit.audience, issuers: [{ issuer: kit.issuer }, { issuer: "https://down.example" }] },
      { now, fetch: provider.fetch },
    );
    expect(await answerOf(() => verifier.ready())).toBe("discovery_failed");
    expect(await answerOf(() => verifier.verify(kit.token()))).toBe("accept");
    expect(
      await answerOf(() => verifier.verify(kit.token({ claims: { iss: "https://down.example" } }))),
    ).toBe("discovery_failed");
    expect(verifier.health()).toMatchObject({
      ok: false,
      issuers: [{ state: "fresh" }, { state: "empty", lastError: { code: "discovery_failed" } }],
    });
  });
  test("health is data, and nothing secret is in it", async () => {
    const secret = "9f1c0e6b2a7d4485b3e1760c5d8fa294e07b6c13";
    const verifier = createVerifier({ ...own, secret, algorithms: ["HS256"] }, { now });
    await verifier.ready();
    const seen = JSON.stringify([verifier.health(), verifier.signingKeys()]);
    expect(JSON.parse(seen)).toHaveLength(2);
    expect(seen).not.toContain(secret);
  });
});

describe("close", () => {
  test("refuses everything afterwards with 503, twice without harm", async () => {
    const { verifier } = remote();
    const token = kit.token();
    await verifier.verify(token);
    verifier.close();
    verifier.close();
    expect(await answerOf(() => verifier.verify(token))).toBe("closed");
    expect(await answerOf(() => verifier.verify(kit.token({ claims: { jti: "x" } })))).toBe("closed");
    expect(await answerOf(() => verifier.verifySync(token))).toBe("closed");
    expect(await answerOf(() => verifier.ready())).toBe("closed");
    expect(verifier.health().ok).toBe(false);
  });
});

describe("several issuers", () => {
  const other = "https://other.example";
  const options: VerifierOptions = {
    clockToleranceSeconds: 0,
    issuers: [
      { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
      {
        issuer: other,
        audience: "urn:other-api",
        jwks: { keys: [{ ...kit.keys.other.jwk, alg: "PS256" }] },
        algorithms: ["PS256"],
        scopeClaim: "scp",
        clockToleranceSeconds: 60,
      },
    ],
  };
  const theirs = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    kit.token({
      key: kit.keys.other,
      signAs: "PS256",
      header: { alg: "PS256", ...header },
      claims: { iss: other, aud: "urn:other-api", scope: undefined, scp: ["x"], ...claims },
    });

  test.each(["static", "remote"])(
    "B12 each with its own keys, algorithms, audience, tolerance and claims (%s)",
    async (how) => {
      const { verifier } =
        how === "remote" ? remote(options) : { verifier: createVerifier(options, { now }) };
      expect(await verifier.verify(kit.token())).toMatchObject({
        issuer: kit.issuer,
        scopes: ["orders:read", "profile"],
      });
      expect(await verifier.verify(theirs())).toMatchObject({ issuer: other, scopes: ["x"] });
      expect(await answerOf(() => verifier.verify(theirs({ aud: kit.audience })))).toBe("invalid_audience");
      expect(await answerOf(() => verifier.verify(kit.token({ claims: { aud: "urn:other-api" } })))).toBe(
        "invalid_audience",
      );
      expect(
        await answerOf(() => verifier.verify(kit.token({ claims: { iss: other, aud: "urn:other-api" } }))),
      ).toBe("disallowed_alg");
      expect(await answerOf(() => verifier.verify(theirs({ iss: kit.issuer, aud: kit.audience })))).toBe(
        "key_not_found",
      );
      expect(await answerOf(() => verifier.verify(theirs({ exp: kit.nowSeconds - 30 })))).toBe("accept");
      expect(await answerOf(() => verifier.verify(kit.token({ claims: { exp: kit.nowSeconds - 1 } })))).toBe(
        "token_expired",
      );
    },
  );

  test("only the token's own issuer is asked for keys", async () => {
    const { verifier, requested } = remote(options);
    await verifier.verify(theirs());
    expect(requested.every((url) => url.startsWith(other))).toBe(true);
    expect(verifier.signingKeys()).toEqual([{ issuer: other, kid: "rs-1", algorithm: "PS256" }]);
  });

  test("C29 the same subject at two issuers is two principals", async () => {
    const verifier = createVerifier(options, { now });
    const [one, two] = [await verifier.verify(kit.token()), await verifier.verify(theirs())];
    expect(one.subject).toBe(two.subject);
    expect(one.issuer).not.toBe(two.issuer);
  });
});

describe("events and logs", () => {
  test("confusion is told by name, with no word of the token", async () => {
    const events: SecurityEvent[] = [];
    const lines: unknown[][] = [];
    const log = (...line: unknown[]) => void lines.push(line);
    const verifier = createVerifier(
      { ...own, jwks: kit.jwks },
      {
        now,
        onEvent: (event) => event.type === "security" && events.push(event),
        logger: { info: log, warn: log, error: log },
      },
    );
    await answerOf(() =>
      verifier.verify(kit.token({ claims: { aud: "https://canary.example", sub: "canary-subject" } })),
    );
    expect(events, JSON.stringify(events)).toMatchObject([
      { type: "security", name: "audience_confusion", issuer: kit.issuer, time: kit.nowSeconds * 1000 },
    ]);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify([events, lines])).not.toContain("canary");
  });

  test("a badly signed token makes no event of confusion", async () => {
    const events: unknown[] = [];
    const verifier = createVerifier(
      { ...own, jwks: kit.jwks },
      { now, onEvent: (event) => events.push(event) },
    );
    await answerOf(() => verifier.verify(kit.token({ key: kit.keys.attacker, claims: { aud: "x" } })));
    expect(events).toEqual([]);
  });

  test.each([
    [
      "throw",
      () => {
        throw new Error("no");
      },
    ],
    [
      "reject",
      async () => {
        throw new Error("no");
      },
    ],
  ])("a listener and a logger that %s hurt nobody", async (_how, fail) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const verifier = createVerifier(
      { ...own, jwks: kit.jwks },
      { now, onEvent: fail as () => void, logger: { info: fail, warn: fail, error: fail } },
    );
    expect(await answerOf(() => verifier.verify(kit.token({ claims: { aud: "x" } })))).toBe(
      "invalid_audience",
    );
    expect(await answerOf(() => verifier.verify(kit.token()))).toBe("accept");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

test("an identity is complete, frozen, and one's own claims are in it", async () => {
  const token = kit.token({
    claims: {
      roles: ["a", "b", "a"],
      groups: ["g"],
      permissions: ["p"],
      name: "Amélie",
      email: "a@example.org",
      preferred_username: "amelie",
      acr: "urn:mfa",
      auth_time: kit.nowSeconds - 100,
      act: { sub: "agent", iss: "https://agents.example", act: { sub: "before" } },
      own: { deep: [1, { x: 2 }] },
    },
  });
  const identity = await createVerifier({ ...own, jwks: kit.jwks }, { now }).verify(token);
  expect(identity).toEqual({
    kind: "user",
    issuer: kit.issuer,
    subject: "248289761001",
    userId: "248289761001",
    clientId: "s6BhdRkqt3-client",
    audience: [kit.audience],
    scopes: ["orders:read", "profile"],
    roles: ["a", "b"],
    groups: ["g"],
    permissions: ["p"],
    expiresAt: kit.nowSeconds + 300,
    authTime: kit.nowSeconds - 100,
    acr: "urn:mfa",
    tokenId: "0f1e2d3c-4b5a-6978",
    name: "Amélie",
    email: "a@example.org",
    username: "amelie",
    actor: {
      subject: "agent",
      issuer: "https://agents.example",
      clientId: undefined,
      actor: { subject: "before", issuer: undefined, clientId: undefined, actor: undefined },
    },
    claims: identity.claims,
  });
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(identity)).toBe(true);
});
