// How often a provider is asked: once at a time, and while it fails once a cool-down, whatever the requests want.
import { expect, test } from "vitest";
import { AuthError, createVerifier } from "../../src/index.ts";
import { atOnce } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();

/** A verifier whose provider counts its requests; its answer and the clock can be changed. */
function setUp() {
  const state = {
    seconds: kit.nowSeconds,
    requests: 0,
    told: 0,
    answer: async () => Response.json(kit.jwks),
  };
  const verifier = createVerifier(
    { issuer: kit.issuer, audience: kit.audience, jwksUri: `${kit.issuer}/keys` },
    {
      now: () => state.seconds * 1000,
      fetch: () => {
        state.requests += 1;
        return state.answer();
      },
      waitUntil: () => {
        state.told += 1;
      },
    },
  );
  /** What comes of a token, and of the refresh that it may have started. */
  const outcome = async (header: Record<string, unknown> = {}) => {
    const error: unknown = await verifier
      .verify(kit.token({ header, claims: { exp: kit.nowSeconds + 3600 } }))
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    await new Promise((resolve) => setImmediate(resolve));
    if (error === undefined) return "accept";
    expect(error).toBeInstanceOf(AuthError);
    return (error as AuthError).code;
  };
  return { state, verifier, outcome };
}
const down = async () => new Response("no", { status: 500 });

test("one refresh ahead of expiry, however many requests come meanwhile; the runtime is told of it once", async () => {
  const { state, verifier, outcome } = setUp();
  await verifier.ready();
  state.answer = () => new Promise(() => {});
  state.seconds += 449;
  expect(await outcome()).toBe("accept");
  expect([state.requests, state.told]).toEqual([1, 0]);
  state.seconds += 1;
  for (let count = 0; count < 3; count += 1) expect(await outcome()).toBe("accept");
  expect([state.requests, state.told]).toEqual([2, 1]);
  verifier.close();
});

test("a provider that fails while old keys will do is asked once a cool-down, and nobody waits", async () => {
  const { state, verifier, outcome } = setUp();
  await verifier.ready();
  state.seconds += 600;
  state.answer = down;
  for (let count = 0; count < 3; count += 1) expect(await outcome()).toBe("accept");
  expect([state.requests, state.told]).toEqual([2, 1]);
  state.seconds += 5;
  for (let count = 0; count < 3; count += 1) expect(await outcome()).toBe("accept");
  expect([state.requests, state.told]).toEqual([3, 2]);
});

test("a second after a refresh began that hangs, tokens are answered at once", async () => {
  const { state, verifier } = setUp();
  await verifier.ready();
  state.seconds += 600;
  state.answer = () => new Promise(() => {});
  const sync = (jti: string) => () =>
    verifier.verifySync(kit.token({ claims: { jti, exp: kit.nowSeconds + 3600 } })).tokenId;
  expect(sync("a")).toThrow(expect.objectContaining({ code: "sync_unavailable" }));
  await new Promise((resolve) => setImmediate(resolve));
  state.seconds += 1;
  expect(sync("b")).toThrow(expect.objectContaining({ code: "sync_unavailable" }));
  state.seconds += 0.001;
  if (atOnce) expect(sync("c")()).toBe("c");
  const identity = await verifier.verify(kit.token({ claims: { jti: "d", exp: kit.nowSeconds + 3600 } }));
  expect(identity.tokenId).toBe("d");
  expect(state.requests).toBe(2);
  verifier.close();
});

test("an unknown kid while the provider fails is an outage, and no reason to ask before the cool-down ends", async () => {
  const { state, verifier, outcome } = setUp();
  await verifier.ready();
  state.answer = down;
  expect(await Promise.all([outcome({ kid: "x" }), outcome({ kid: "y" })])).toEqual([
    "jwks_fetch_failed",
    "jwks_fetch_failed",
  ]);
  expect(state.requests).toBe(2);
  for (const kid of ["x", "z"]) expect(await outcome({ kid })).toBe("jwks_fetch_failed");
  expect(state.requests).toBe(2);
  expect(await outcome()).toBe("accept");
  state.seconds += 5;
  state.answer = async () => Response.json(kit.jwks);
  expect(await outcome({ kid: "x" })).toBe("key_not_found");
  expect(state.requests).toBe(3);
});
