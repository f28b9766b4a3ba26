// Who hears what: a newcomer's console, a logger alone, sinks of one's own. And every security event, from its real cause.
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AuthEvent, loggerSink, type SecurityEvent } from "../../src/index.ts";
import { createCore, type SallyportDeps, type SallyportOptions } from "../../src/sallyport.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { clientKeys, publicUrl } from "../cases/dpop.ts";
import { type KeyServer, keysPath, sendJson, startKeyServer } from "../support/key-server.ts";
import { createKit, type TokenParts } from "../support/kit.ts";
import { proofOf, thumbprintOf } from "../support/proof.ts";
import { sessionEvent, sessionNames } from "./events.ts";

const kit = createKit();
const now = () => kit.nowSeconds * 1000;
const options: SallyportOptions = { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks };
const session = { secret: "Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJd4c" };
const facts = {
  scheme: "Bearer" as const,
  header: () => undefined,
  method: "GET",
  url: "/",
  route: "/admin",
  requestId: undefined,
};
const page = readFileSync(new URL("../../../../docs/audit.md", import.meta.url), "utf8");
const wrongAudience = () => kit.token({ claims: { aud: "another" } });

function recorder() {
  const lines: [string, string][] = [];
  const log = (level: string) => (_: object, message: string) => void lines.push([level, message]);
  return { lines, logger: { info: log("info"), warn: log("warn"), error: log("error") } };
}

/** One refused request for want of a token, one for its audience, one allowed. */
async function visit(deps: SallyportDeps): Promise<ReturnType<typeof createCore>> {
  const core = createCore(options, { now, ...deps });
  const guard = core.guard(undefined);
  await guard({ ...facts, authorization: undefined });
  await guard({ ...facts, authorization: `Bearer ${wrongAudience()}` });
  await guard({ ...facts, authorization: `Bearer ${kit.token()}` });
  await core.close();
  return core;
}

let printed: string[];
beforeEach(() => {
  printed = [];
  for (const name of ["log", "info", "warn", "error"] as const) {
    vi.spyOn(console, name).mockImplementation((line) => void printed.push(`${name}: ${line}`));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const refusedLines = [
  "sallyport: refused GET /admin 401 missing_token — The request carries no access token",
  `sallyport: security audience_confusion issuer=${kit.issuer} — A good token of this issuer for another API was used here: The token's aud names another audience than the configured`,
  "sallyport: refused GET /admin 401 invalid_audience — The token's aud names another audience than the configured",
];

describe("the console of a newcomer", () => {
  test.each([
    ["unset", undefined],
    ["empty", ""],
    ["development", "development"],
  ])("NODE_ENV %s: refusals and security events, a line each", async (_, value) => {
    vi.stubEnv("NODE_ENV", value);
    await visit({});
    expect(printed).toEqual(refusedLines.map((line) => `warn: ${line}`));
  });

  test.each<[string, string | undefined, SallyportDeps]>([
    ["in production", "production", {}],
    ["in a test", "test", {}],
    ["with `audit: []`", "development", { audit: [] }],
    ["with a sink", "development", { audit: { name: "own", write() {} } }],
    ["with a logger", "development", { logger: recorder().logger }],
    ["with onEvent", "development", { onEvent() {} }],
  ])("is silent %s", async (_, value, deps) => {
    vi.stubEnv("NODE_ENV", value);
    await visit(deps);
    expect(printed).toEqual([]);
  });

  test("is silent on a runtime without an environment", async () => {
    vi.stubGlobal("process", undefined);
    await visit({});
    expect(printed).toEqual([]);
  });
});

describe("a logger", () => {
  const refusals: [string, string][] = [
    ["warn", "refused GET /admin 401 missing_token — The request carries no access token"],
    [
      "warn",
      "refused GET /admin 401 invalid_audience — The token's aud names another audience than the configured",
    ],
  ];
  const security: [string, string] = [
    "warn",
    "A good token of this issuer for another API was used here: The token's aud names another audience than the configured",
  ];

  test("alone hears each refusal and each security event once, and nothing that was allowed", async () => {
    const { lines, logger } = recorder();
    await visit({ logger });
    expect(lines).toHaveLength(3);
    expect(lines).toEqual(expect.arrayContaining([...refusals, security]));
  });

  test("beside onEvent hears the same", async () => {
    const { lines, logger } = recorder();
    const events: AuthEvent[] = [];
    await visit({ logger, onEvent: (event) => events.push(event) });
    expect(lines).toHaveLength(3);
    expect(events).toHaveLength(4);
  });

  test("with sinks of its own for the trail hears security events alone", async () => {
    const { lines, logger } = recorder();
    await visit({ logger, audit: { name: "own", write() {} } });
    expect(lines).toEqual([security]);
  });

  test("given twice, as logger and as sink, hears everything once", async () => {
    const { lines, logger } = recorder();
    await visit({ logger, audit: loggerSink(logger) });
    expect(lines).toHaveLength(4);
    expect(lines.filter(([, message]) => /audience_confusion|good token/.test(message))).toHaveLength(1);
  });

  test("beside a sink over another logger: each hears security events", async () => {
    const [first, second] = [recorder(), recorder()];
    await visit({ logger: first.logger, audit: [loggerSink(second.logger)] });
    expect(first.lines).toEqual([security]);
    expect(second.lines).toHaveLength(4);
  });
});

describe("a sign-in that went wrong", () => {
  /** A callback that nobody waits for. */
  async function callBack(deps: SallyportDeps) {
    const core = createCore({ ...options, ...signIn }, { now, ...deps });
    const callback = core.router?.endpoints.find(({ name }) => name === "callback");
    const target = "/auth/v2/callback?code=x&state=y";
    const answer = await callback?.handle({
      method: "GET",
      target,
      header: () => undefined,
      cookie: undefined,
      form: async () => undefined,
      requestId: undefined,
    });
    expect(answer?.status).toBe(400);
    await core.close();
  }
  const signIn = { publicUrl, clientId: "web", clientSecret: "web-secret-web-secret-web-secret-1", session };
  const sentence = /A callback came without a sign-in that waits for it/;
  const line = /^session login refused login_interrupted — A callback came without a sign-in/;
  const heard = ({ lines }: ReturnType<typeof recorder>) => lines.map(([, message]) => message);

  test("is on a newcomer's console", async () => {
    vi.stubEnv("NODE_ENV", "development");
    await callBack({});
    expect(printed).toEqual([expect.stringMatching(/^warn: sallyport: session login refused/)]);
  });

  test("and so is where sign-ins come back to, once, which a provider that does not know it tells nobody here", async () => {
    vi.stubEnv("NODE_ENV", "development");
    const idp = fakeIssuer();
    const core = createCore({ ...idp.config, ...idp.client, publicUrl, session }, idp.deps);
    const login = core.router?.endpoints.find(({ name }) => name === "login");
    for (let time = 0; time < 2; time += 1) {
      const answer = await login?.handle({
        method: "GET",
        target: "/auth/v2/login",
        header: () => undefined,
        cookie: undefined,
        form: async () => undefined,
        requestId: undefined,
      });
      expect(answer?.status).toBe(303);
    }
    await core.close();
    expect(printed).toEqual([
      expect.stringMatching(/^warn: sallyport: Sign-ins come back to https:\/\/.*\/auth\/v2\/callback\./),
    ]);
  });

  test("is in the log of a logger alone, once", async () => {
    const own = recorder();
    await callBack({ logger: own.logger });
    expect(heard(own)).toEqual([expect.stringMatching(sentence)]);
    expect(heard(own)).not.toEqual([expect.stringMatching(line)]);
  });

  test("is in both where the trail has another sink than the logger", async () => {
    const [own, sink] = [recorder(), recorder()];
    await callBack({ logger: own.logger, audit: loggerSink(sink.logger) });
    expect(heard(own)).toEqual([expect.stringMatching(sentence)]);
    expect(heard(sink)).toEqual([expect.stringMatching(line)]);
  });

  test("is told once to a logger that is also a sink", async () => {
    const own = recorder();
    await callBack({ logger: own.logger, audit: loggerSink(own.logger) });
    expect(heard(own)).toEqual([expect.stringMatching(line)]);
  });

  test("is told to onEvent at once, whatever that throws", async () => {
    const events: AuthEvent[] = [];
    await callBack({
      onEvent(event) {
        events.push(event);
        throw new Error("no");
      },
    });
    expect(events).toMatchObject([{ type: "session", name: "login", code: "login_interrupted" }]);
  });
});

describe("a listener or sink that fails", () => {
  const fail = () => {
    throw new Error("no");
  };
  test.each<[string, SallyportDeps]>([
    ["onEvent throws", { onEvent: fail }],
    ["onEvent rejects", { onEvent: (async () => fail()) as never }],
    ["a sink throws", { audit: { name: "own", write: fail } }],
    ["a sink rejects", { audit: { name: "own", write: async () => fail() } }],
    ["a logger throws", { logger: { info: fail, warn: fail, error: fail } }],
  ])("%s: no request fails, and nothing is left unhandled", async (_, deps) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const core = createCore(options, { now, ...deps });
    const guard = core.guard(undefined);
    expect(await guard({ ...facts, authorization: `Bearer ${wrongAudience()}` })).toMatchObject({
      status: 401,
    });
    expect(await guard({ ...facts, authorization: `Bearer ${kit.token()}` })).toMatchObject({
      subject: "248289761001",
    });
    await core.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("health() tells what each sink took, dropped and failed", async () => {
    const core = await visit({
      audit: [
        { name: "good", write() {} },
        { name: "bad", batchSize: 1, write: fail },
      ],
    });
    expect(core.health().audit).toEqual([
      { sink: "good", written: 4, dropped: 0, failed: 0, waiting: 0 },
      { sink: "bad", written: 0, dropped: 0, failed: 4, waiting: 0 },
    ]);
  });
});

test("one event a guarded request, with everything an auditor asks for", async () => {
  const events: AuthEvent[] = [];
  const core = createCore(
    { ...options, audience: [kit.audience] },
    { now, onEvent: (event) => events.push(event) },
  );
  const guard = core.guard({ roles: ["Admin"] });
  const token = kit.token({ claims: { act: { sub: "agent" }, roles: ["Admin"] } });
  for (let use = 0; use < 2; use += 1)
    await guard({ ...facts, requestId: "r1", authorization: `Bearer ${token}` });
  await core.close();
  const all = {
    type: "decision",
    time: kit.nowSeconds * 1000,
    outcome: "allowed",
    code: undefined,
    reason: undefined,
    status: undefined,
    issuer: kit.issuer,
    subject: "248289761001",
    clientId: "s6BhdRkqt3-client",
    actor: "agent",
    keyId: "rs-1",
    route: "/admin",
    method: "GET",
    requirement: 'roles ["Admin"]',
    requestId: "r1",
    by: "token",
    latencyMicroseconds: expect.any(Number),
  };
  expect(events).toEqual([
    { ...all, cached: false },
    { ...all, cached: true },
  ]);
});

test("each field and each name of what sessions tell has its row in docs/audit.md", () => {
  const text = page.slice(page.indexOf("## Sign-ins, renewals"), page.indexOf("## Security events"));
  const [fields = "", names = ""] = text.split("| name | what it tells of |");
  const rows = (part: string) =>
    [...part.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| .+ \|$/gm)].flatMap(([, found = ""]) =>
      found.replaceAll("`", "").split(", "),
    );
  expect(["type", ...rows(fields)].toSorted()).toEqual(Object.keys(sessionEvent()).toSorted());
  expect(rows(names)).toEqual(sessionNames);
});

describe("security events, from their causes", () => {
  let provider: KeyServer;
  let at: number;
  let events: SecurityEvent[];
  beforeEach(async () => {
    provider = await startKeyServer([kit.keys.rs.jwk]);
    at = now();
    events = [];
  });
  afterEach(() => provider.close());

  function start(extra: SallyportOptions = {}, deps: SallyportDeps = {}) {
    return createCore(
      { issuer: provider.issuer, audience: kit.audience, insecureAllowLoopback: true, ...extra },
      {
        now: () => at,
        audit: [],
        onEvent: (event) => event.type === "security" && events.push(event),
        ...deps,
      },
    );
  }

  function startAsking(maxInFlight = 100) {
    const endpoint = `${provider.issuer}/introspect`;
    return start({
      introspection: { endpoint, clientId: "api", clientSecret: "s", tokens: "all", maxInFlight },
    });
  }

  /** The same honest proof, `times` over. */
  async function prove(core: ReturnType<typeof start>, times: number) {
    const client = clientKeys.es;
    const bound = token({ claims: { cnf: { jkt: thumbprintOf(client) } } });
    const place = { client, token: bound, method: "GET", url: `${publicUrl}/`, nowSeconds: kit.nowSeconds };
    const presented = { scheme: "DPoP", method: "GET", url: "/", proof: proofOf(place) } as const;
    for (let time = 0; time < times; time += 1) await core.verifier.verify(bound, presented).catch(() => {});
  }
  const token = (parts: TokenParts = {}) =>
    kit.token({ ...parts, claims: { iss: provider.issuer, ...parts.claims } });
  const refused = async (core: ReturnType<typeof start>, text: string) =>
    core.verifier.verify(text).catch(() => {});
  const down = () => provider.handlers.set(keysPath, (_, response) => void response.writeHead(500).end());
  const minutes = (count: number) => {
    at += count * 60_000;
  };

  const causes: Record<SecurityEvent["name"], () => Promise<ReturnType<typeof start>>> = {
    async keys_fetch_failed() {
      const core = start();
      down();
      await core.ready().catch(() => {});
      return core;
    },
    async keys_recovered() {
      const core = start();
      down();
      await core.ready().catch(() => {});
      provider.handlers.clear();
      minutes(1);
      await core.ready();
      return core;
    },
    async keys_rotated() {
      const core = start();
      await core.ready();
      provider.keys = [kit.keys.es.jwk];
      minutes(15);
      await core.ready();
      return core;
    },
    async key_refused() {
      const core = start();
      provider.keys = [kit.keys.rs.jwk, { ...kit.keys.es.jwk, x: "AA" }];
      await core.ready();
      return core;
    },
    async unknown_kid_flood() {
      const core = start();
      await core.ready();
      for (let count = 0; count < 300; count += 1)
        await refused(core, token({ header: { kid: `kid-${count}` } }));
      return core;
    },
    async audience_confusion() {
      const core = start();
      await refused(core, token({ claims: { aud: "another" } }));
      return core;
    },
    async token_type_confusion() {
      const core = start({ preset: "keycloak" });
      await refused(core, token({ header: { typ: "JWT" }, claims: { typ: "ID", azp: "s6BhdRkqt3-client" } }));
      return core;
    },
    async private_key_published() {
      const core = start();
      provider.keys = [{ ...kit.keys.rs.jwk, d: "AQAB" }];
      await core.ready();
      return core;
    },
    async dpop_replay() {
      const core = start({ publicUrl });
      await prove(core, 2);
      return core;
    },
    async replay_store_failed() {
      const core = start(
        { publicUrl },
        { replayStore: { add: () => Promise.reject(new Error("The store is down")) } },
      );
      await prove(core, 1);
      return core;
    },
    async introspection_failed() {
      const core = startAsking();
      provider.handlers.set("/introspect", (_, response) => void response.writeHead(500).end());
      await core.ready().catch(() => {});
      return core;
    },
    async introspection_recovered() {
      const core = startAsking();
      await core.ready().catch(() => {});
      minutes(1);
      provider.handlers.set("/introspect", (_, response) => sendJson(response, { active: false }));
      await core.ready();
      return core;
    },
    async introspection_refused_us() {
      const core = startAsking();
      provider.handlers.set("/introspect", (_, response) => void response.writeHead(403).end());
      await core.ready().catch(() => {});
      return core;
    },
    async introspection_flood() {
      const core = startAsking(1);
      provider.handlers.set("/introspect", (_, response) => sendJson(response, { active: false }));
      await Promise.all(["a", "b", "c"].map(async (text) => refused(core, text)));
      return core;
    },
    async client_secret_old() {
      const clientSecret = [{ secret: "an-old-secret-an-old-secret", since: "2020-01-01" }];
      const core = start({ publicUrl, clientId: "web", clientSecret, session });
      await core.deviceLogin().catch(() => {});
      await core.deviceLogin().catch(() => {});
      return core;
    },
    async preset_inferred() {
      return createCore(
        { issuer: "https://tenant.eu.auth0.com/", audience: kit.audience },
        { audit: [], onEvent: (event) => event.type === "security" && events.push(event) },
      );
    },
  };
  test("each has its row in docs/audit.md", () => {
    const rows = [
      ...page.slice(page.indexOf("## Security events")).matchAll(/^\| `(\w+)` \| .+ \| .+ \|$/gm),
    ];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(causes));
  });

  test.each(Object.entries(causes))("%s", async (name, cause) => {
    const core = await cause();
    await core.close();
    expect(events.filter((event) => event.name === name)).toHaveLength(1);
    const [event] = events.filter((one) => one.name === name);
    expect(event).toMatchObject({
      type: "security",
      issuer: core.health().issuers[0]?.issuer,
      message: expect.stringMatching(/^[A-Z].{20,}[^.]$/),
    });
  });
});
