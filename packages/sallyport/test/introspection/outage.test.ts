// While the provider fails: known tokens stay good for a while, others get 503, and it is not asked to death.
import { expect, test } from "vitest";
import {
  codeOf,
  down,
  endpoint,
  errorOf,
  hangs,
  honest,
  issuer,
  opaque,
  settle,
  setUp,
  startSeconds,
} from "./kit.ts";

const count = (set: ReturnType<typeof setUp>) => set.state.asked.length;
const unreachable = () => {
  throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
};

test("a new token gets 503, never 401, and its cool-down says when to come again", async () => {
  const set = setUp();
  set.state.answer = unreachable;
  const error = await errorOf(set.verifier.verify(opaque));
  expect([error.code, error.status, error.retryAfterSeconds]).toEqual(["introspection_failed", 503, 1]);
  expect(error.message).toMatch(
    /^The provider cannot be asked about tokens: The request failed before an answer/,
  );
  expect(set.events).toMatchObject([
    {
      name: "introspection_failed",
      issuer,
      message: expect.stringMatching(
        /; tokens that were active stay in use for 300 seconds, others get 503$/,
      ),
    },
  ]);
  expect(JSON.stringify(set.events)).not.toContain(opaque);
});

test("an outage is no storm of questions: one a cool-down, which doubles up to a minute", async () => {
  const set = setUp();
  set.state.answer = unreachable;
  const cooldowns = [1, 2, 4, 8, 16, 32, 60, 60];
  await set.outcome();
  for (const [index, seconds] of cooldowns.entries()) {
    await Promise.all([1, 2, 3].map((number) => set.outcome(`token-${number}`)));
    expect(count(set)).toBe(index + 2);
    expect((await errorOf(set.verifier.verify("x"))).retryAfterSeconds).toBe(seconds);
    set.pass(seconds - 0.001);
    expect(await set.outcome()).toBe("introspection_failed");
    expect(count(set)).toBe(index + 2);
    set.pass(0.001);
  }
  expect(set.names()).toEqual(cooldowns.map(() => "introspection_failed"));
});

test("what was in flight when an outage began counts as one failure, and ends none", async () => {
  const set = setUp();
  const ends: ((how: () => unknown) => void)[] = [];
  set.state.answer = () => new Promise((resolve) => ends.push((how) => resolve(how())));
  const waiting = ["a", "b", "c"].map((token) => set.outcome(token));
  await settle();
  const refuse = () => Promise.reject(new TypeError("fetch failed"));
  ends[0]?.(refuse);
  await settle();
  ends[1]?.(refuse);
  await settle();
  // The fourth question is about nobody: whether it is the tokens or the provider.
  ends[3]?.(refuse);
  await settle();
  ends[2]?.(() => honest);
  expect(await Promise.all(waiting)).toEqual(["introspection_failed", "introspection_failed", "accept"]);
  expect(set.names()).toEqual(["introspection_failed"]);
  expect(set.verifier.health()).toMatchObject({
    ok: false,
    issuers: [{ introspection: { state: "failing", requests: 4, inFlight: 0 } }],
  });
  // The first cool-down is still the first.
  expect((await errorOf(set.verifier.verify("d"))).retryAfterSeconds).toBe(1);
});

test("after a cool-down one question finds out; the rest are not held up by it", async () => {
  const set = setUp();
  set.state.answer = unreachable;
  await set.outcome();
  set.pass(1);
  set.state.answer = hangs;
  set.verifier.verify("token-1").catch(() => {});
  await settle();
  expect(await set.outcome("token-2")).toBe("introspection_failed");
  expect(count(set)).toBe(3);
  set.verifier.close();
});

test("when the provider answers again, so does the verifier, and says so once", async () => {
  const set = setUp();
  expect(set.verifier.health().issuers[0]?.introspection).toEqual({
    state: "untried",
    requests: 0,
    inFlight: 0,
    lastError: undefined,
  });
  set.state.answer = unreachable;
  await set.outcome();
  const { ok, issuers } = set.verifier.health();
  expect([ok, issuers[0]?.introspection?.state, issuers[0]?.introspection?.lastError]).toEqual([
    false,
    "failing",
    {
      code: "introspection_failed",
      message: expect.stringMatching(/^The request failed before an answer came/),
    },
  ]);
  set.state.answer = () => honest;
  set.pass(1);
  expect(await set.outcome()).toBe("accept");
  expect(await set.outcome("another")).toBe("accept");
  expect(set.names()).toEqual(["introspection_failed", "introspection_recovered"]);
  expect(set.verifier.health()).toMatchObject({
    ok: true,
    issuers: [{ state: "unused", keys: 0, introspection: { state: "answering", lastError: undefined } }],
  });
  // And the next outage begins with a short cool-down.
  set.state.answer = unreachable;
  expect((await errorOf(set.verifier.verify("third"))).retryAfterSeconds).toBe(1);
});

test("a known token is taken for `staleSeconds` beyond its time, and asked about behind once a cool-down", async () => {
  const set = setUp({ cacheSeconds: 60, staleSeconds: 300 });
  await set.outcome();
  set.state.answer = unreachable;
  set.pass(60);
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(3);
  // Now the provider is known to fail: nobody waits.
  for (let times = 0; times < 3; times += 1) expect(set.verifier.verifySync(opaque).subject).toBe(honest.sub);
  expect(count(set)).toBe(3);
  set.pass(1);
  expect(set.verifier.verifySync(opaque).subject).toBe(honest.sub);
  await settle();
  expect(count(set)).toBe(4);
  set.pass(299);
  expect(set.verifier.verifySync(opaque).subject).toBe(honest.sub);
  set.pass(0.001);
  expect(await set.outcome()).toBe("introspection_failed");
});

test("never beyond its expiry", async () => {
  const set = setUp({}, { clockToleranceSeconds: 0 });
  set.state.answer = () => ({ ...honest, exp: startSeconds + 100 });
  await set.outcome();
  set.state.answer = unreachable;
  set.pass(99.999);
  expect(await set.outcome()).toBe("accept");
  set.pass(0.001);
  expect(await set.outcome()).toBe("token_expired");
});

test("nor where it expires while a request waits", async () => {
  const set = setUp({}, { clockToleranceSeconds: 0 });
  set.state.answer = () => ({ ...honest, exp: startSeconds + 61 });
  await set.outcome();
  set.pass(60);
  set.state.answer = async () => {
    set.pass(1);
    return unreachable();
  };
  expect(await set.outcome()).toBe("token_expired");
});

test("a provider that hangs holds a request up for a second where the last answer will do", async () => {
  const set = setUp();
  await set.outcome();
  set.pass(60);
  set.state.answer = hangs;
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(2);
  // The question is older than that now: nobody waits for it any more.
  set.pass(1);
  expect(() => set.verifier.verifySync(opaque)).toThrow(
    expect.objectContaining({ code: "sync_unavailable" }),
  );
  set.pass(0.001);
  expect(set.verifier.verifySync(opaque).subject).toBe(honest.sub);
  expect([count(set), set.state.told]).toEqual([2, 1]);
  set.verifier.close();
});

test("and a new token until the time-out ends", async () => {
  const set = setUp({}, { fetchTimeoutSeconds: 1 });
  set.state.answer = hangs;
  const error = await errorOf(set.verifier.verify(opaque));
  expect([error.code, error.message]).toEqual([
    "introspection_failed",
    "The provider cannot be asked about tokens: No whole answer within 1000 ms (asked: https://issuer.example)",
  ]);
});

test("what the provider says meanwhile of a token counts at once, for those who wait too", async () => {
  const set = setUp();
  await set.outcome();
  set.pass(60);
  set.state.answer = () => ({ active: false });
  expect(await Promise.all([set.outcome(), set.outcome()])).toEqual(["token_inactive", "token_inactive"]);
  expect(count(set)).toBe(2);
});

test("a revoked token does not come back with an outage", async () => {
  const set = setUp({ negativeCacheSeconds: 1 });
  await set.outcome();
  set.pass(60);
  set.state.answer = () => ({ active: false });
  await set.outcome();
  set.state.answer = unreachable;
  set.pass(1);
  expect(await set.outcome()).toBe("introspection_failed");
  set.pass(0.5);
  expect(await set.outcome()).toBe("introspection_failed");
});

test.each([401, 403])(
  "%i: our own credentials are wrong, which is an event and no caller's fault",
  async (status) => {
    const set = setUp();
    set.state.answer = () => Response.json({ error: "invalid_client" }, { status });
    const error = await errorOf(set.verifier.verify(opaque));
    expect([error.code, error.status]).toEqual(["introspection_failed", 503]);
    expect(set.names()).toEqual(["introspection_refused_us"]);
    expect(set.events[0]?.message).toMatch(
      new RegExp(`^The answer was ${status}, not 200: it does not accept this API's client`),
    );
    // The token, and one that nobody has, to know whose fault it was.
    expect(count(set)).toBe(2);
    expect(await set.outcome("another")).toBe("introspection_failed");
    expect(count(set)).toBe(2);
  },
);

test.each([400, 403, 500])("a token that alone gets %i stops nobody else's", async (status) => {
  const set = setUp();
  set.state.answer = ({ form }) => {
    const token = form.get("token") ?? "";
    if (token.startsWith("poison")) return new Response("", { status });
    return token === opaque ? honest : { active: false };
  };
  const error = await errorOf(set.verifier.verify("poison-1"));
  expect([error.code, error.status]).toEqual(["introspection_failed", 503]);
  expect(error.message).toMatch(/^The provider has no answer about the token: The answer was /);
  expect(count(set)).toBe(2);
  expect(await set.outcome()).toBe("accept");
  expect(set.names()).toEqual([]);
  // It is not asked about again at once.
  const before = count(set);
  expect((await errorOf(set.verifier.verify("poison-1"))).retryAfterSeconds).toBe(1);
  expect(count(set)).toBe(before);
});

test("a known token that suddenly gets no answer is taken, and not asked about at each use", async () => {
  const set = setUp();
  await set.outcome();
  set.state.answer = ({ form }) => (form.get("token") === opaque ? down() : { active: false });
  set.pass(60);
  for (let times = 0; times < 3; times += 1) expect(await set.outcome()).toBe("accept");
  expect([count(set), set.names()]).toEqual([3, []]);
  set.pass(10);
  expect(await set.outcome()).toBe("accept");
  expect(count(set)).toBe(5);
});

test("a flood of such tokens is one question about nobody at a time", async () => {
  const set = setUp();
  set.state.answer = ({ form }) => (form.get("token")?.startsWith("poison") ? down() : { active: false });
  await Promise.all(Array.from({ length: 20 }, (_, index) => set.outcome(`poison-${index}`)));
  expect([count(set), set.names()]).toEqual([21, []]);
});

test("and none where others have been answered meanwhile", async () => {
  const set = setUp();
  let end = (_: unknown) => {};
  set.state.answer = ({ form }) =>
    form.get("token") === "poison" ? new Promise((resolve) => (end = resolve)) : honest;
  const waiting = set.outcome("poison");
  await settle();
  await set.outcome();
  end(down());
  expect(await waiting).toBe("introspection_failed");
  expect([count(set), set.names()]).toEqual([2, []]);
  expect(set.verifier.health().ok).toBe(true);
});

test("closing while it is asked about nobody is no failure of the provider's", async () => {
  const set = setUp();
  set.state.answer = ({ form }) => (form.get("token") === opaque ? down() : hangs());
  const waiting = set.outcome();
  await settle();
  set.verifier.close();
  expect(await waiting).toBe("closed");
  expect([count(set), set.names()]).toEqual([2, []]);
});

test("a provider that calls a made-up token active is not believed about others", async () => {
  const set = setUp();
  set.state.believesAll = true;
  await expect(set.verifier.ready()).rejects.toMatchObject({
    code: "introspection_failed",
    message: expect.stringMatching(/calls a made-up token active$/),
  });
  expect(set.verifier.health().ok).toBe(false);
  expect(await set.outcome()).toBe("introspection_failed");
});

test("ready() asks about a token that nobody has, by the prefix that tokens have", async () => {
  const set = setUp({ prefix: "own_" });
  set.state.answer = () => ({ active: false });
  await set.verifier.ready();
  expect(set.state.asked.map(({ url, form }) => [url, form.get("token")])).toEqual([
    [endpoint, "own_made-up-by-sallyport"],
  ]);
  expect(set.verifier.health()).toMatchObject({ ok: true });
  // An answer shows for a minute that there is somebody.
  set.pass(59.999);
  await set.verifier.ready();
  expect(count(set)).toBe(1);
  set.pass(0.001);
  await set.verifier.ready();
  expect(count(set)).toBe(2);
  set.pass(-120);
  await Promise.all([set.verifier.ready(), set.verifier.ready()]);
  expect(count(set)).toBe(3);
});

test("ready() says what is wrong, does not wear the provider down, and finds out when it is over", async () => {
  const set = setUp();
  set.state.answer = down;
  for (let times = 0; times < 2; times += 1) {
    await expect(set.verifier.ready()).rejects.toMatchObject({
      code: "introspection_failed",
      message:
        "The provider cannot be asked about tokens: The answer was 500, not 200 (asked: https://issuer.example)",
      retryAfterSeconds: 1,
    });
  }
  expect([count(set), set.names()]).toEqual([1, ["introspection_failed"]]);
  set.state.answer = () => ({ active: false });
  set.pass(1);
  await set.verifier.ready();
  expect(set.names()).toEqual(["introspection_failed", "introspection_recovered"]);
});

test("a probe that a runtime has ended without a word is put again", async () => {
  const set = setUp();
  set.state.answer = hangs;
  set.verifier.ready().catch(() => {});
  await settle();
  set.state.answer = () => ({ active: false });
  set.pass(16.001);
  await set.verifier.ready();
  expect(count(set)).toBe(2);
  set.verifier.close();
});

test("ready() needs the keys as well, where JWTs are verified by them", async () => {
  const set = setUp({ tokens: "opaque" });
  set.state.answer = ({ url }) => (url === endpoint ? { active: false } : new Response("", { status: 404 }));
  await expect(set.verifier.ready()).rejects.toMatchObject({ code: "discovery_failed" });
  expect(set.verifier.health()).toMatchObject({
    ok: false,
    issuers: [{ state: "empty", introspection: { state: expect.stringMatching(/^(answering|untried)$/) } }],
  });
});

test("metadata that names no endpoint, or one that is not to be asked, is an outage that says so", async () => {
  const wrong: [unknown, RegExp][] = [
    [undefined, /has no introspection_endpoint/],
    ["http://issuer.example/ask", /introspection_endpoint is not https: .* set `introspection.endpoint`/],
    ["https://10.0.0.1/ask", /introspection_endpoint is a private address: .* set `introspection.endpoint`/],
    ["https://u:p@issuer.example/ask", /introspection_endpoint has a user or a password/],
  ];
  for (const [url, says] of wrong) {
    const set = setUp({ endpoint: undefined } as never);
    set.state.answer = () => ({ issuer, introspection_endpoint: url });
    const error = await errorOf(set.verifier.verify(opaque));
    expect([error.code, error.status]).toEqual(["discovery_failed", 503]);
    expect(error.message).toMatch(says);
    // Once for the token, and once more to see whether it is the token's fault.
    const metadata = `${issuer}/.well-known/openid-configuration`;
    expect(set.state.asked.map(({ url: asked }) => asked)).toEqual([metadata, metadata]);
  }
});

test("after a failure the metadata is read again: the endpoint may have moved", async () => {
  const set = setUp({ endpoint: undefined } as never);
  let place = "/old";
  set.state.answer = ({ url }) => {
    if (url.includes(".well-known")) return { issuer, introspection_endpoint: `${issuer}${place}` };
    return url.endsWith(place) ? honest : new Response("", { status: 404 });
  };
  expect(await set.outcome()).toBe("accept");
  place = "/new";
  expect(await set.outcome("another")).toBe("introspection_failed");
  set.pass(1);
  expect(await set.outcome("another")).toBe("accept");
});

test("a closed verifier asks nobody, and what was being asked ends", async () => {
  const set = setUp({}, { fetchTimeoutSeconds: 60 });
  await set.outcome();
  set.pass(60);
  set.state.answer = hangs;
  const waiting = [set.outcome(), set.outcome("new"), codeOf(set.verifier.ready())];
  await settle();
  set.verifier.close();
  expect(await Promise.all(waiting)).toEqual(["closed", "closed", "closed"]);
  expect(await set.outcome("third")).toBe("closed");
  await expect(set.verifier.ready()).rejects.toMatchObject({ code: "closed" });
  expect([count(set), set.names(), set.verifier.health().ok]).toEqual([4, [], false]);
});

test("a runtime that can't be told of work behind fails no request", async () => {
  const set = setUp(
    {},
    {},
    {
      waitUntil: () => {
        throw new Error("no request is in progress");
      },
    },
  );
  await set.outcome();
  set.pass(45);
  expect(set.verifier.verifySync(opaque).subject).toBe(honest.sub);
});

test("an answer that the application's code can't judge for want of something is not remembered as a refusal", async () => {
  let broken = true;
  const schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => {
        if (broken) throw new Error("the schema is broken");
        return { value };
      },
    },
  };
  const set = setUp({ negativeCacheSeconds: 0 }, {}, { claims: schema as never });
  expect(await set.outcome()).toBe("invalid_token");
  broken = false;
  expect(await set.outcome()).toBe("accept");
});

test("a token at which the provider hangs up stops nobody else, and prolongs no outage", async () => {
  const set = setUp();
  const poison = "poison-9f1c0e6b2a7d";
  set.state.answer = ({ form }) => (form.get("token") === poison ? unreachable() : honest);
  for (let second = 0; second < 120; second += 1) {
    expect(await set.outcome(poison)).toBe("introspection_failed");
    expect(await set.outcome(`token-${second}`)).toBe("accept");
    set.pass(1);
  }
  expect(set.names()).toEqual([]);
  // A real outage, in which whoever has the poison is always the first to ask.
  const answers = set.state.answer;
  set.state.answer = unreachable;
  expect(await set.outcome("during")).toBe("introspection_failed");
  set.state.answer = answers;
  set.pass(1);
  expect(await set.outcome(poison)).toBe("introspection_failed");
  expect(await set.outcome("after")).toBe("accept");
  expect(set.names()).toEqual(["introspection_failed", "introspection_recovered"]);
});

test("a token that got no answer, while others do, is asked about again after a second", async () => {
  const set = setUp({ negativeCacheSeconds: 10 });
  let limited = true;
  set.state.answer = ({ form }) =>
    limited && form.get("token") === opaque ? new Response("slow down", { status: 429 }) : honest;
  expect((await errorOf(set.verifier.verify(opaque))).retryAfterSeconds).toBe(1);
  limited = false;
  set.pass(0.999);
  expect(await set.outcome()).toBe("introspection_failed");
  set.pass(0.001);
  expect(await set.outcome()).toBe("accept");
});
