// How often a provider is asked: once about a token at a time, and again only when its word is old.
import { expect, test } from "vitest";
import { createVerifier, type SecurityEvent } from "../../src/index.ts";
import { codeOf, errorOf, hangs, honest, opaque, settle, setUp, startSeconds } from "./kit.ts";

const count = (set: ReturnType<typeof setUp>) => set.state.asked.length;

test("a thousand requests with a new token are one question", async () => {
  const set = setUp();
  const outcomes = await Promise.all(Array.from({ length: 1000 }, () => set.outcome()));
  expect(new Set(outcomes)).toEqual(new Set(["accept"]));
  expect(count(set)).toBe(1);
});

test("C41 a revoked token is taken for `cacheSeconds` at most", async () => {
  const set = setUp({ cacheSeconds: 60, staleSeconds: 300 });
  expect(await set.outcome()).toBe("accept");
  set.state.answer = () => ({ active: false });
  set.pass(44.999);
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(1);
  set.pass(15.001);
  expect(await set.outcome()).toBe("token_inactive");
  expect(count(set)).toBe(2);
});

test("C41 it is taken no longer once a question asked behind has told of it", async () => {
  const set = setUp();
  await set.outcome();
  set.state.answer = () => ({ active: false });
  set.pass(45);
  expect(await set.outcome()).toBe("accept");
  await settle();
  expect(await set.outcome()).toBe("token_inactive");
  expect(count(set)).toBe(2);
});

test("C41 an answer holds no longer than the token, and for no other verifier's audience", async () => {
  const set = setUp({}, { clockToleranceSeconds: 0 });
  set.state.answer = () => ({ ...honest, exp: startSeconds + 30 });
  expect(await set.outcome()).toBe("accept");
  set.pass(29.999);
  expect(await set.outcome()).toBe("accept");
  set.pass(0.001);
  expect(await set.outcome()).toBe("token_expired");
  expect(count(set)).toBe(1);
  expect(await setUp({}, { audience: "https://other.example" }).outcome()).toBe("invalid_audience");
});

test("C42 a hit needs the whole token: one that differs in a single place is asked about", async () => {
  const set = setUp();
  set.state.answer = ({ form }) => (form.get("token") === opaque ? honest : { active: false });
  expect(await set.outcome()).toBe("accept");
  for (let place = 0; place < opaque.length; place += 1) {
    const changed = `${opaque.slice(0, place)}x${opaque.slice(place + 1)}`;
    expect(await set.outcome(changed)).toBe("token_inactive");
    expect(set.state.asked.at(-1)?.form.get("token")).toBe(changed);
  }
  expect(count(set)).toBe(opaque.length + 1);
});

test("an answer comes from the cache at once, and says so", async () => {
  const { verifier } = setUp();
  expect(await verifier.check(opaque)).toMatchObject({ cached: false, keyId: undefined });
  expect(verifier.recall(opaque)).toMatchObject({ cached: true });
});

test("past three quarters of its time a token in use is asked about behind, once, and nobody waits", async () => {
  const set = setUp();
  await set.outcome();
  set.pass(45);
  set.state.answer = hangs;
  for (let times = 0; times < 3; times += 1) expect(set.verifier.verifySync(opaque).subject).toBe(honest.sub);
  await settle();
  expect([count(set), set.state.told]).toEqual([2, 1]);
  set.verifier.close();
});

test("a new answer takes the place of the old, whatever has changed", async () => {
  const set = setUp();
  await set.outcome();
  set.pass(60);
  set.state.answer = () => ({ ...honest, scope: "orders:write", exp: startSeconds + 7200 });
  const identity = await set.verifier.verify(opaque);
  expect([identity.scopes, identity.expiresAt]).toEqual([["orders:write"], startSeconds + 7200]);
  expect(set.verifier.verifySync(opaque)).toBe(identity);
  set.pass(44);
  expect(set.verifier.verifySync(opaque)).toBe(identity);
  expect(count(set)).toBe(2);
});

test("of several that wait for a new answer each gets that one", async () => {
  const set = setUp();
  await set.outcome();
  set.pass(60);
  set.state.answer = () => ({ ...honest, scope: "new" });
  const all = await Promise.all([1, 2, 3].map(() => set.verifier.verify(opaque)));
  expect(all.map(({ scopes }) => scopes)).toEqual([["new"], ["new"], ["new"]]);
  expect(count(set)).toBe(2);
});

test("with `cacheSeconds: 0` each use is a question", async () => {
  const set = setUp({ cacheSeconds: 0 });
  for (let times = 1; times <= 3; times += 1) {
    expect(await set.outcome()).toBe("accept");
    expect(count(set)).toBe(times);
  }
  set.state.answer = () => ({ active: false });
  expect(await set.outcome()).toBe("token_inactive");
});

test("without the verifier's cache each use is a question", async () => {
  const set = setUp({}, { cache: false });
  await set.outcome();
  await set.outcome();
  expect(count(set)).toBe(2);
});

test("a clock that was set back: the token is asked about again", async () => {
  const set = setUp({}, { clockToleranceSeconds: 300 });
  await set.outcome();
  set.pass(-1);
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(2);
});

test("a refused token is refused without asking for `negativeCacheSeconds`, and an error belongs to one request", async () => {
  const set = setUp({ negativeCacheSeconds: 10 });
  set.state.answer = () => ({ active: false });
  const first = await errorOf(set.verifier.verify(opaque));
  set.state.answer = () => honest;
  set.pass(9.999);
  const second = await errorOf(set.verifier.verify(opaque));
  expect([second.code, second.message]).toEqual([first.code, first.message]);
  expect(second).not.toBe(first);
  expect(count(set)).toBe(1);
  set.pass(0.001);
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(2);
});

test("so is one that is active and yet not good here, with the scopes that it would need", async () => {
  const set = setUp({}, { requiredScopes: ["orders:write"] });
  for (let times = 0; times < 2; times += 1) {
    const error = await errorOf(set.verifier.verify(opaque));
    expect([error.code, error.scopes]).toEqual(["insufficient_scope", ["orders:write"]]);
  }
  expect(count(set)).toBe(1);
});

test("a refusal from before the clock was set back is asked about again", async () => {
  const set = setUp();
  set.state.answer = () => ({ active: false });
  await set.outcome();
  set.state.answer = () => honest;
  set.pass(-1);
  expect(await set.outcome()).toBe("accept");
});

test("with `negativeCacheSeconds: 0` a refused token is asked about each time", async () => {
  const set = setUp({ negativeCacheSeconds: 0 });
  set.state.answer = () => ({ active: false });
  await set.outcome();
  expect(await set.outcome()).toBe("token_inactive");
  expect(count(set)).toBe(2);
});

test("a flood of invented tokens pushes out no token in use, and is not kept", async () => {
  const set = setUp();
  set.state.answer = ({ form }) => (form.get("token") === opaque ? honest : { active: false });
  await set.outcome();
  for (let round = 0; round < 50; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => set.outcome(`flood-${round}-${index}`)));
  }
  expect(set.verifier.health()).toMatchObject({ cachedTokens: 1, cachedBytes: opaque.length });
  const before = count(set);
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(before);
  // The last are remembered, the first no longer: what is kept of them is bounded.
  expect(await set.outcome("flood-49-99")).toBe("token_inactive");
  expect(count(set)).toBe(before);
  expect(await set.outcome("flood-0-0")).toBe("token_inactive");
  expect(count(set)).toBe(before + 1);
});

test("so many questions at a time and no more: what comes beyond gets 503 at once, and is told of once", async () => {
  const set = setUp({ maxInFlight: 3 });
  let answer = (_: unknown) => {};
  set.state.answer = () =>
    new Promise((resolve) => {
      const before = answer;
      answer = (value) => {
        before(value);
        resolve(value);
      };
    });
  const waiting = [1, 2, 3].map((number) => codeOf(set.verifier.verify(`token-${number}`)));
  await settle();
  for (const number of [4, 5]) {
    const error = await errorOf((async () => set.verifier.verify(`token-${number}`))());
    expect([error.code, error.status, error.retryAfterSeconds]).toEqual(["introspection_failed", 503, 1]);
    expect(error.message).toMatch(/as many tokens as may be at a time/);
  }
  expect([count(set), set.names()]).toEqual([3, ["introspection_flood"]]);
  expect(set.verifier.health().issuers[0]?.introspection).toMatchObject({ inFlight: 3, requests: 3 });
  // One that is being asked about already is no further question.
  const joined = codeOf(set.verifier.verify("token-1"));
  answer(honest);
  expect(await Promise.all([...waiting, joined])).toEqual(["accept", "accept", "accept", "accept"]);
  set.state.answer = () => honest;
  expect(await set.outcome("token-4")).toBe("accept");
  set.state.answer = hangs;
  for (const number of [6, 7, 8]) set.verifier.verify(`token-${number}`).catch(() => {});
  await settle();
  expect(await set.outcome("token-9")).toBe("introspection_failed");
  expect(set.names()).toEqual(["introspection_flood", "introspection_flood"]);
  set.verifier.close();
});

test("a flood of invented tokens leaves room for known ones, and without room they are not taken for active", async () => {
  const set = setUp({ maxInFlight: 1 });
  for (const token of [opaque, "known-too"]) expect(await set.outcome(token)).toBe("accept");
  set.pass(60);
  set.state.answer = hangs;
  set.verifier.verify("invented").catch(() => {});
  await settle();
  const asked = set.outcome();
  await settle();
  expect(await set.outcome("known-too")).toBe("introspection_failed");
  expect(await asked).toBe("accept");
  set.verifier.close();
});

test("a question that a runtime has ended without a word is put again, and holds no place", async () => {
  const set = setUp({ maxInFlight: 1 }, { fetchTimeoutSeconds: 5 });
  set.state.answer = hangs;
  set.verifier.verify(opaque).catch(() => {});
  await settle();
  set.state.answer = () => honest;
  set.pass(16);
  expect(await set.outcome("another")).toBe("introspection_failed");
  set.pass(0.001);
  expect(await set.outcome("another")).toBe("accept");
  expect(await set.outcome()).toBe("accept");
  set.verifier.close();
});

test("a token too long for the cache is asked about each time", async () => {
  const set = setUp({}, { cache: { maxBytes: 10 } });
  await set.outcome();
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(2);
});

test("the endpoint comes from the metadata, which is asked for once, and again after an hour", async () => {
  const asked: string[] = [];
  let at = startSeconds * 1000;
  let found = true;
  const events: SecurityEvent[] = [];
  const verifier = createVerifier(
    {
      issuer: honest.iss,
      audience: honest.aud,
      introspection: { clientId: "a", clientSecret: "b", tokens: "all" },
    },
    {
      now: () => at,
      onEvent: (event) => event.type === "security" && events.push(event),
      fetch: async (input) => {
        const url = String(input);
        asked.push(url.slice(honest.iss.length));
        if (url.endsWith("/ask")) return Response.json({ ...honest, exp: startSeconds + 86_400 });
        return found
          ? Response.json({ issuer: honest.iss, introspection_endpoint: `${honest.iss}/ask` })
          : new Response("", { status: 500 });
      },
    },
  );
  const metadata = "/.well-known/openid-configuration";
  await Promise.all([1, 2, 3].map((number) => verifier.verify(`token-${number}`)));
  expect(asked).toEqual([metadata, "/ask", "/ask", "/ask"]);
  at += 3_599_999;
  await verifier.verify("token-4");
  expect(asked.slice(4)).toEqual(["/ask"]);
  at += 1;
  // A metadata document that can't be had stops nobody who knows the way.
  found = false;
  await verifier.verify("token-5");
  expect(asked.slice(5)).toEqual([metadata, "/ask"]);
  at += 60_000;
  await verifier.verify("token-6");
  expect(asked.slice(7)).toEqual(["/ask"]);
  at -= 10_000_000;
  await verifier.verify("token-7").catch(() => {});
  expect(asked.slice(8)).toEqual([metadata, "/ask"]);
  expect(events).toEqual([]);
});
