// A canary in every place that a caller or a provider can fill, every failure path walked, every output searched.
// Only the identity's own subject, client, actor and key id may be heard, and only in the fields that are theirs.
import { createServer, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { type } from "arktype";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { refusals } from "../../src/errors.ts";
import {
  anyOf,
  check,
  configFromEnvironment,
  createVerifier,
  type VerifierOptions,
} from "../../src/index.ts";
import {
  type SallyportDeps,
  type SallyportOptions,
  sallyportDepsTable,
  sallyportOptionTable,
} from "../../src/sallyport.ts";
import { cacheTable, issuerOptionTable, limitTable } from "../../src/verify/options.ts";
import { type KeyServer, keysPath, metadataPath, sendJson, startKeyServer } from "../support/key-server.ts";
import { createKit, type TokenParts } from "../support/kit.ts";
import { base64url, createTestKey, hmac } from "../support/signing.ts";
import { canary, Ears, finish, listen, request, textOf } from "./canaries.ts";

const kit = createKit();
const now = () => kit.nowSeconds * 1000;
const options: SallyportOptions = { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks };
const codes = new Set<string>();
const stray: string[] = [];
let ears: Ears;

const noteStray = (...said: unknown[]) => void stray.push(said.map(textOf).join(" "));
beforeAll(() => {
  process.on("warning", noteStray);
  process.on("unhandledRejection", noteStray);
});
beforeEach(() => {
  ears = new Ears();
  for (const name of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    vi.spyOn(console, name).mockImplementation((...said) => ears.hear(`console.${name}`, said));
  }
});
afterEach(() => {
  for (const code of ears.codes) codes.add(code);
  vi.restoreAllMocks();
});
afterAll(() => {
  process.off("warning", noteStray);
  process.off("unhandledRejection", noteStray);
});

/** What events may say of who sent the token below. */
const self = { subject: canary("sub"), clientId: canary("client"), actor: canary("actor") };
/** Claims that fill everything a token can hold, beside what has to be right. */
const filled = {
  sub: canary("sub"),
  client_id: canary("client"),
  jti: canary("jti"),
  scope: `${canary("scope")} other`,
  roles: [canary("role")],
  groups: [canary("group")],
  permissions: [canary("permission")],
  name: canary("name"),
  email: `${canary("email")}@example.org`,
  preferred_username: canary("username"),
  acr: canary("acr"),
  amr: [canary("amr")],
  nested: { [canary("claimname")]: [canary("claimvalue")] },
  act: { sub: canary("actor"), iss: canary("actoriss") },
};
const token = (parts: TokenParts = {}) =>
  ears.hide(kit.token({ ...parts, claims: { ...filled, ...parts.claims } }));
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

describe("a caller's token", () => {
  const far = createTestKey(canary("kid"), "ES256");
  const rows: [string, TokenParts | (() => string), string][] = [
    ["is no JWS", () => canary("opaque"), "malformed_token"],
    ["has five segments", () => `${canary("one")}.${canary("two")}.a.b.c`, "malformed_token"],
    [
      "has segments that are no base64url",
      () => `${canary("one")}!.${canary("two")}.${canary("three")}`,
      "invalid_request",
    ],
    ["has a header that is no JSON", { rawHeader: `{"alg":"${canary("alg")}"` }, "malformed_token"],
    ["has a payload that is no JSON", { rawPayload: `{"sub":"${canary("sub")}"` }, "malformed_token"],
    [
      "repeats a member",
      { rawPayload: `{"sub":"${canary("sub")}","sub":"${canary("sub2")}"}` },
      "malformed_token",
    ],
    ["has an alg of its own", { header: { alg: canary("alg") } }, "disallowed_alg"],
    ["has alg none", { header: { alg: "none", kid: canary("kid") } }, "disallowed_alg"],
    ["has a typ of its own", { header: { typ: canary("typ") } }, "wrong_token_type"],
    ["is an ID token", { header: { typ: "JWT" }, claims: { nonce: canary("nonce") } }, "wrong_token_type"],
    ["has a typ that is no text", { header: { typ: [canary("typ")] } }, "malformed_token"],
    ["has a kid that is no text", { header: { kid: { kid: canary("kid") } } }, "malformed_token"],
    ["has a kid nobody knows", { header: { kid: canary("kid") } }, "key_not_found"],
    ["has a kid of control characters", { header: { kid: `\n\u2028${canary("kid")}` } }, "key_not_found"],
    ["is signed by a key nobody knows", { key: far, header: { typ: "at+jwt" } }, "key_not_found"],
    ...["jku", "x5u", "jwk", "x5c", "crit", "zip", "cty", "enc"].map((name): [string, TokenParts, string] => [
      `has the header ${name}`,
      { header: { [name]: canary(name) } },
      "forbidden_header",
    ]),
    [
      "has headers of its own and a bad signature",
      {
        header: { [canary("headername")]: canary("headervalue") },
        key: { ...kit.keys.attacker, kid: kit.keys.rs.kid },
      },
      "invalid_signature",
    ],
    [
      "has a signature of words",
      { sign: () => base64url(canary("signature").repeat(20)) },
      "invalid_signature",
    ],
    ["has another iss", { claims: { iss: `https://${canary("iss")}.example` } }, "invalid_issuer"],
    ["has an iss that is no text", { claims: { iss: { iss: canary("iss") } } }, "invalid_issuer"],
    ["has no iss", { claims: { iss: undefined } }, "missing_claim"],
    ["has another aud", { claims: { aud: canary("aud") } }, "invalid_audience"],
    ["has an aud that is no text", { claims: { aud: [{ aud: canary("aud") }] } }, "invalid_audience"],
    ["has expired", { claims: { exp: kit.nowSeconds - 100 } }, "token_expired"],
    ["has an exp of words", { claims: { exp: canary("exp") } }, "invalid_claim"],
    ["is not valid yet", { claims: { nbf: kit.nowSeconds + 100 } }, "token_not_yet_valid"],
    ["has no jti", { claims: { jti: undefined } }, "missing_claim"],
    ["has a sub that is too long", { claims: { sub: canary("sub").repeat(50) } }, "invalid_claim"],
    ["has a sub with a line ending", { claims: { sub: `${canary("sub")}\nforged` } }, "invalid_claim"],
    ["has a client_id that is no text", { claims: { client_id: [canary("client")] } }, "invalid_claim"],
    ["names two clients", { claims: { azp: canary("azp") } }, "invalid_claim"],
    ["has an actor without sub", { claims: { act: { iss: canary("actoriss") } } }, "invalid_claim"],
    ["is bound to a key", { claims: { cnf: { jkt: canary("jkt") } } }, "sender_constrained"],
  ];
  test.each(rows)("that %s", async (_, parts, code) => {
    const text = typeof parts === "function" ? ears.hide(parts()) : token(parts);
    const core = await listen(options, ears, { now });
    await request(core, ears, bearer(text));
    await core.verifier.verify(text).catch((error: unknown) => ears.hear("verify()", error));
    try {
      core.verifier.verifySync(text);
    } catch (error) {
      ears.hear("verifySync()", error);
    }
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  test("that is refused twice under `optional`, and waved through as nobody", async () => {
    const core = await listen(options, ears, { now });
    const guard = core.guard(undefined, { optional: true, onInvalid: "anonymous" });
    await guard({
      ...bearer(token({ claims: { aud: canary("aud") } })),
      method: "GET",
      url: "/",
      route: "/",
      requestId: undefined,
    });
    await finish(core, ears);
    expect(ears.events).toMatchObject([
      { name: "audience_confusion" },
      { outcome: "anonymous", code: "invalid_audience" },
    ]);
    expect(ears.leaks()).toEqual([]);
  });

  test.each<[string, VerifierOptions, TokenParts, string]>([
    ["is too old", { maxTokenAgeSeconds: 10 }, {}, "token_too_old"],
    ["lacks a scope that all must have", { requiredScopes: ["s:all"] }, {}, "insufficient_scope"],
    [
      "lacks a permission that all must have",
      { requiredPermissions: ["p:all"] },
      {},
      "insufficient_permissions",
    ],
    ["lacks a claim that all must have", { requiredClaims: ["missing"] }, {}, "missing_claim"],
    [
      "has no kid among several keys",
      { jwks: { keys: [kit.keys.rs.jwk, { ...kit.keys.other.jwk, kid: "rs-2" }] } },
      { header: { kid: undefined } },
      "missing_kid",
    ],
  ])("that %s", async (_, extra, parts, code) => {
    const core = await listen({ ...options, ...extra }, ears, { now });
    await request(core, ears, bearer(token(parts)));
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});

test("a caller's headers, query and cookie", async () => {
  const core = await listen(options, ears, { now });
  const good = token();
  const url = `/things/${canary("path")}?access_token=${canary("query")}&${canary("queryname")}=1#${canary("fragment")}`;
  for (const authorization of [
    undefined,
    "",
    canary("scheme"),
    `Basic ${canary("basic")}`,
    `Bearer  ${canary("twospaces")}`,
    `Bearer\t${canary("tab")}`,
    `Bearer ${canary("a")} ${canary("b")}`,
    `bearer ${canary("lower")},${canary("comma")}`,
    [`Bearer ${good}`, `Bearer ${canary("second")}`],
    `Bearer ${good}`,
  ]) {
    await request(core, ears, { authorization, url });
  }
  await finish(core, ears);
  expect(ears.codes).toContain("missing_token");
  expect(ears.codes).toContain("invalid_request");
  expect(ears.leaks()).toEqual([]);
});

describe("a verified caller who may not: events name the identity, and nothing else of it", () => {
  const needs = {
    scopes: { scopes: ["users:write"] },
    roles: { roles: ["Admin"] },
    alternatives: anyOf({ roles: ["Admin"] }, { permissions: ["users:write"] }),
    claims: { claims: [{ claim: "nested", equals: "x" }] },
    acr: { acr: "gold", maxAgeSeconds: 60 },
    check: check("own", () => false),
  };
  test.each(Object.entries(needs))("%s", async (_, needed) => {
    ears.permitted = { ...self, keyId: canary("kid") };
    const key = kit.as(kit.keys.rs, { kid: canary("kid") });
    const core = await listen({ ...options, jwks: { keys: [key.jwk] } }, ears, { now });
    const text = token({ key });
    for (let use = 0; use < 2; use += 1) await request(core, ears, bearer(text), needed);
    await request(core, ears, bearer(text));
    await finish(core, ears);
    expect(ears.events).toMatchObject([
      {
        outcome: "refused",
        subject: canary("sub"),
        clientId: canary("client"),
        actor: canary("actor"),
        keyId: canary("kid"),
        cached: false,
      },
      { outcome: "refused", cached: true },
      { outcome: "allowed", subject: canary("sub") },
    ]);
    expect(ears.leaks()).toEqual([]);
  });
});

describe("the application's own code fails with what it was given", () => {
  const throwing = (what: unknown) => {
    throw new Error(`cannot take ${JSON.stringify(what)}`);
  };
  const standard = (validate: (value: unknown) => unknown) =>
    ({ "~standard": { version: 1, vendor: "own", validate } }) as unknown as NonNullable<
      SallyportDeps["claims"]
    >;
  test.each<[string, SallyportDeps, string]>([
    ["zod", { claims: z.object({ email: z.literal("x"), acr: z.enum(["gold"]) }) as never }, "invalid_token"],
    ["zod, strict", { claims: z.strictObject({ email: z.string() }) as never }, "invalid_token"],
    [
      "zod, with a transformation that throws",
      { claims: z.looseObject({}).transform(throwing) as never },
      "invalid_token",
    ],
    ["arktype", { claims: type({ email: "'x'" }) as never }, "invalid_token"],
    ["a schema that throws", { claims: standard(throwing) }, "invalid_token"],
    ["a schema that rejects", { claims: standard(async (value) => throwing(value)) }, "invalid_token"],
    [
      "a schema that throws words",
      {
        claims: standard((value) => {
          throw `${JSON.stringify(value)}`;
        }),
      },
      "invalid_token",
    ],
    [
      "a schema whose issues repeat the values",
      {
        claims: standard((value) => ({
          issues: [{ message: JSON.stringify(value), path: [canary("path")] }],
        })),
      },
      "invalid_token",
    ],
    ["isRevoked says yes", { isRevoked: () => true }, "token_revoked"],
    [
      "isRevoked answers with an object",
      { isRevoked: ((identity: unknown) => ({ identity })) as never },
      "revocation_unavailable",
    ],
  ])("%s", async (_, deps, code) => {
    const core = await listen(options, ears, { now, ...deps });
    await request(core, ears, bearer(token()));
    await core.verifier.verify(token()).catch((error: unknown) => ears.hear("verify()", error));
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  // What the application itself throws is its own word: it goes to `cause`, for the log, and nowhere else.
  test.each<[string, SallyportDeps, Parameters<typeof request>[3], string]>([
    ["isRevoked throws", { isRevoked: throwing }, undefined, "revocation_unavailable"],
    [
      "isRevoked rejects",
      { isRevoked: async (identity) => throwing(identity) },
      undefined,
      "revocation_unavailable",
    ],
    ["a check throws", {}, check("own", throwing), "check_failed"],
    ["a check rejects", {}, check("own", async (identity) => throwing(identity)), "check_failed"],
  ])("%s: kept in `cause` alone", async (_, deps, needed, code) => {
    ears.permitted = self;
    const outputs: unknown[] = [];
    const core = await listen(options, ears, { now, ...deps });
    const outcome = await core.guard(needed)({
      ...bearer(token()),
      method: "GET",
      url: "/",
      route: "/",
      requestId: undefined,
    });
    if (!(outcome && "error" in outcome)) throw new Error("not refused");
    expect(textOf(outcome.error.cause)).toContain(canary("sub"));
    outputs.push(
      outcome.body,
      outcome.headers,
      outcome.error.message,
      outcome.error.stack,
      outcome.error.description,
    );
    await core.close();
    for (const output of outputs) ears.hear("refusal", output);
    expect(outcome.error.code).toBe(code);
    codes.add(code);
    // `onRefused` is handed the error itself: the application may read its own word there.
    expect(ears.leaks().filter((leak) => !leak.includes(" in onRefused"))).toEqual([]);
  });
});

describe("a provider, over real HTTP", () => {
  let provider: KeyServer;
  beforeEach(async () => {
    provider = await startKeyServer([kit.keys.rs.jwk]);
  });
  afterEach(() => provider.close());

  async function walk(extra: Partial<SallyportOptions> = {}, deps: SallyportDeps = {}) {
    const core = await listen(
      {
        issuer: provider.issuer,
        audience: kit.audience,
        insecureAllowLoopback: true,
        fetchTimeoutSeconds: 1,
        ...extra,
      },
      ears,
      deps,
    );
    await core.ready().catch((error: unknown) => ears.hear("ready()", error));
    const text = token({
      claims: { iss: provider.issuer, exp: Date.now() / 1000 + 60, iat: Date.now() / 1000 },
    });
    await request(core, ears, bearer(text));
    await request(core, ears, bearer(text));
    await finish(core, ears);
  }
  const body = (text: string | Uint8Array, headers: Record<string, string> = {}, status = 200) =>
    provider.handlers.set(
      metadataPath,
      (_, response) =>
        void response.writeHead(status, { [canary("header")]: canary("headervalue"), ...headers }).end(text),
    );

  const metadata: [string, () => void][] = [
    ["answers 500 with words", () => body(canary("body"), {}, 500)],
    ["answers with no JSON", () => body(`${canary("body")} {`)],
    ["answers with broken JSON", () => body(`{"issuer":"${canary("issuer")}",}`)],
    ["answers with a list", () => body(JSON.stringify([canary("body")]))],
    ["answers with bytes that are no UTF-8", () => body(Buffer.from([0xff, ...Buffer.from(canary("body"))]))],
    ["answers with no gzip", () => body(canary("body"), { "content-encoding": "gzip" })],
    ["answers with a gzip of words", () => body(gzipSync(canary("body")), { "content-encoding": "gzip" })],
    ["answers with too much", () => body(JSON.stringify({ issuer: canary("body").repeat(60_000) }))],
    [
      "redirects",
      () =>
        body(
          canary("body"),
          { location: `http://user:${canary("password")}@127.0.0.1/${canary("location")}` },
          302,
        ),
    ],
    [
      "breaks off",
      () =>
        provider.handlers.set(metadataPath, (_, response) => {
          response.writeHead(200, { "content-length": "1000" });
          response.write(canary("body"));
          setTimeout(() => response.destroy(), 20);
        }),
    ],
    [
      "is too slow",
      () =>
        provider.handlers.set(
          metadataPath,
          (_, response) => void response.writeHead(200).write(canary("body")),
        ),
    ],
    [
      "names another issuer",
      () => {
        provider.metadata = { issuer: `https://${canary("issuer")}.example` };
      },
    ],
    [
      "names no key set",
      () => {
        provider.metadata = { jwks_uri: [canary("uri")] };
      },
    ],
    [
      "names a key set that is no URL",
      () => {
        provider.metadata = { jwks_uri: canary("uri") };
      },
    ],
    [
      "names a key set without https",
      () => {
        provider.metadata = { jwks_uri: `http://${canary("uri")}.example/` };
      },
    ],
    [
      "names a key set inside",
      () => {
        provider.metadata = { jwks_uri: `https://10.0.0.1/${canary("uri")}` };
      },
    ],
    [
      "names a key set with user and password",
      () => {
        provider.metadata = {
          jwks_uri: `${provider.issuer.replace("//", `//${canary("user")}:${canary("password")}@`)}${keysPath}`,
        };
      },
    ],
    [
      "names a key set that isn't there",
      () => {
        provider.metadata = { jwks_uri: `${provider.issuer}/${canary("path")}?${canary("query")}` };
      },
    ],
    [
      "names a key set where nobody listens",
      () => {
        provider.metadata = { jwks_uri: `http://127.0.0.1:1/${canary("path")}?${canary("query")}` };
      },
    ],
    [
      "says more than it has to",
      () => {
        provider.metadata = {
          [canary("member")]: canary("value"),
          token_endpoint: `https://${canary("endpoint")}.example`,
        };
      },
    ],
  ];
  test.each(metadata)("whose metadata %s", async (what, arrange) => {
    const answers = /says more/.test(what);
    if (answers) ears.permitted = self;
    arrange();
    await walk();
    expect(ears.codes.size > 0).toBe(!answers);
    expect(ears.leaks()).toEqual([]);
  });

  test("whose metadata names a key set with user and password: nothing is asked there", async () => {
    provider.metadata = { jwks_uri: provider.issuer.replace("//", "//user:password@") };
    await walk();
    expect(new Set(provider.requests)).toEqual(new Set([metadataPath]));
    expect(JSON.stringify(ears.events)).toContain(
      "The metadata document's jwks_uri has a user or a password",
    );
  });

  test("a failure's code is in the log, so that its cause can be found", async () => {
    provider.metadata = { jwks_uri: "http://127.0.0.1:1/keys" };
    await walk();
    expect(JSON.stringify(ears.events)).toContain("The request failed before an answer came");
    const failing = (async () => {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error(canary("cause")), { code: "ECONNREFUSED" }),
      });
    }) as typeof globalThis.fetch;
    await walk({}, { fetch: failing });
    expect(JSON.stringify(ears.events)).toContain("The request failed before an answer came (ECONNREFUSED)");
    expect(ears.leaks()).toEqual([]);
  });

  const jwk = kit.keys.rs.jwk;
  const sets: [string, unknown][] = [
    ["is no set", { [canary("member")]: canary("value") }],
    ["has keys that are no list", { keys: canary("keys") }],
    ["lists no keys", { keys: [canary("key")] }],
    ["is too large", { keys: Array.from({ length: 101 }, () => ({ kid: canary("kid") })) }],
    ["lists a key without material", { keys: [{ ...jwk, kid: canary("kid"), n: undefined }] }],
    [
      "lists a key of words",
      { keys: [{ ...jwk, kid: canary("kid"), n: `${canary("n")}!`, e: canary("e") }] },
    ],
    [
      "lists keys of unknown kinds",
      {
        keys: [
          { kty: canary("kty"), kid: canary("kid") },
          { ...jwk, alg: canary("alg") },
          { ...jwk, use: canary("use") },
          { ...jwk, key_ops: [canary("ops")] },
        ],
      },
    ],
    [
      "lists a point off its curve",
      {
        keys: [
          {
            kty: "EC",
            crv: "P-256",
            kid: canary("kid"),
            x: base64url(Buffer.alloc(32, 1)),
            y: base64url(Buffer.alloc(32, 2)),
          },
        ],
      },
    ],
    ["has a certificate of words", { keys: [{ ...jwk, kid: canary("kid"), x5c: [canary("x5c")] }] }],
    ["publishes a private key", { keys: [{ ...jwk, kid: "k", d: canary("d"), p: canary("p") }] }],
    ["publishes a shared secret", { keys: [{ kty: "oct", kid: canary("kid"), k: canary("k") }] }],
  ];
  test.each(sets)("whose key set %s", async (_, set) => {
    provider.handlers.set(keysPath, (_request, response) => sendJson(response, set));
    await walk();
    expect(ears.codes.size).toBeGreaterThan(0);
    expect(ears.leaks()).toEqual([]);
  });

  test("that recovers, rotates and drops keys", async () => {
    let at = Date.now();
    const core = await listen(
      { issuer: provider.issuer, audience: kit.audience, insecureAllowLoopback: true },
      ears,
      { now: () => at },
    );
    await core.ready();
    provider.handlers.set(keysPath, (_, response) => void response.writeHead(500).end(canary("body")));
    at += 3_600_000;
    await core.ready().catch((error: unknown) => ears.hear("ready()", error));
    provider.handlers.delete(keysPath);
    provider.keys = [
      { ...kit.keys.other.jwk, kid: "next" },
      { ...jwk, kid: "odd", n: canary("n") },
    ];
    at += 3_600_000;
    await core.ready();
    await finish(core, ears);
    expect(ears.events.map((event) => event.type === "security" && event.name)).toEqual([
      "keys_fetch_failed",
      "key_refused",
      "keys_rotated",
      "keys_recovered",
    ]);
    expect(ears.leaks()).toEqual([]);
  });

  const wires: [string, string][] = [
    ["that does not speak HTTP", `${canary("garbage")} and more\r\n\r\n`],
    ["with a bad header", `HTTP/1.1 200 OK\r\n${canary("bad")} header: ${canary("value")}\r\n\r\n`],
    ["with a bad chunk", `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${canary("chunk")}\r\n`],
    ["that breaks off", `HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${canary("body")}`],
    ["with a status of words", `HTTP/1.1 500 ${canary("status")}\r\ncontent-length: 4\r\n\r\ncnry`],
    [
      "with too large a header",
      `HTTP/1.1 200 OK\r\n${`x: ${canary("header").repeat(20)}\r\n`.repeat(200)}\r\n`,
    ],
  ];
  test.each(wires)("%s", async (_, answer) => {
    const server: Server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await walk({ jwksUri: `http://127.0.0.1:${port}/${canary("path")}?code=${canary("query")}` });
    server.close();
    expect([...ears.codes]).toEqual(["jwks_fetch_failed"]);
    expect(ears.leaks()).toEqual([]);
  });

  const url = `https://keys.example/${canary("path")}`;
  test.each<[string, () => Promise<Response>]>([
    [
      "throws with the URL",
      async () => {
        throw new TypeError(`Failed to fetch ${url}`, {
          cause: Object.assign(new Error(canary("cause")), { code: canary("code"), data: canary("data") }),
        });
      },
    ],
    [
      "throws an error of its own name",
      async () => {
        throw Object.assign(new Error("no"), { name: canary("errorname") });
      },
    ],
    [
      "throws words",
      async () => {
        throw canary("thrown");
      },
    ],
    [
      "throws at once",
      () => {
        throw new Error(canary("thrown"));
      },
    ],
    ["answers with nothing", async () => undefined as never],
    ["answers with an object", async () => ({ status: 200, [canary("member")]: canary("value") }) as never],
  ])("reached by a fetch of the application's own that %s", async (_, fetch) => {
    await walk({ jwksUri: url }, { fetch: fetch as typeof globalThis.fetch });
    expect(ears.codes.size).toBeGreaterThan(0);
    expect(ears.leaks()).toEqual([]);
  });
});

describe("the configuration", () => {
  const secret = `${canary("hmac")}-Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJd`;

  test("a shared secret, right and wrong", async () => {
    const hs: SallyportOptions = {
      issuer: kit.issuer,
      audience: kit.audience,
      secret,
      algorithms: ["HS256"],
    };
    const core = await listen(hs, ears, { now });
    const make = (key: string) =>
      token({ header: { alg: "HS256", kid: undefined }, sign: (input) => hmac("HS256", key, input) });
    ears.permitted = self;
    expect(await request(core, ears, bearer(make(secret)))).toMatchObject({ subject: canary("sub") });
    await request(core, ears, bearer(make("another-secret-of-the-caller-0123456789")));
    ears.hear("the application's parts", [core, core.verifier]);
    await finish(core, ears);
    expect(ears.codes).toContain("invalid_signature");
    expect(ears.leaks()).toEqual([]);
  });

  const wrong: [string, object][] = [
    ["a secret that is too short", { secret: canary("short"), algorithms: ["HS512"] }],
    [
      "a secret that could be guessed",
      { secret: `secret-${canary("guess")}-0123456789-0123456789`, algorithms: ["HS256"] },
    ],
    ["a secret that is a key", { secret: `-----BEGIN ${canary("pem")}`, algorithms: ["HS256"] }],
    [
      "a secret beside remote keys",
      { secret, algorithms: ["HS256"], jwksUri: `https://${canary("uri")}.example` },
    ],
    ["a secret without algorithms", { secret }],
    [
      "an issuer with user and password",
      { issuer: `https://${canary("user")}:${canary("password")}@idp.example` },
    ],
    ["an issuer without https", { issuer: `http://${canary("issuer")}.example` }],
    ["an issuer with a query", { issuer: `https://idp.example/?${canary("query")}` }],
    [
      "a jwksUri with user and password",
      { jwksUri: `https://${canary("user")}:${canary("password")}@idp.example`, jwks: undefined },
    ],
    [
      "a discoveryUrl with user and password",
      { discoveryUrl: `https://${canary("user")}:${canary("password")}@idp.example`, jwks: undefined },
    ],
    ["keys of words", { jwks: { keys: [{ kty: canary("kty"), k: canary("k") }] } }],
    ["a tenant of words", { tenantId: canary("tenant") }],
    ...Object.keys(sallyportOptionTable).flatMap((name): [string, object][] => [
      [`${name}: words`, { [name]: ` ${canary("words")} \u0000` }],
      [`${name}: an object`, { [name]: { [canary("member")]: canary("value") } }],
      [`${name}: a list`, { [name]: [{ [canary("member")]: canary("value") }, canary("item"), 7] }],
    ]),
    ...Object.keys(issuerOptionTable).map((name): [string, object] => [
      `issuers: ${name}`,
      { issuers: [{ [name]: { [canary("member")]: canary("value") } }] },
    ]),
    ...Object.keys(limitTable).map((name): [string, object] => [
      `limits.${name}`,
      { limits: { [name]: canary("limit") } },
    ]),
    ...Object.keys(cacheTable).map((name): [string, object] => [
      `cache.${name}`,
      { cache: { [name]: canary("cache") } },
    ]),
  ];
  test.each(wrong)("%s", async (what, extra) => {
    let thrown: unknown;
    let core: Awaited<ReturnType<typeof listen>> | undefined;
    try {
      core = await listen(
        { ...options, ...("secret" in extra ? { jwks: undefined } : {}), ...extra } as SallyportOptions,
        ears,
        { now },
      );
    } catch (error) {
      thrown = error;
    }
    await core?.close();
    // Some options take any word at all: an audience, a claim's name, a preset's own row is checked member by member.
    const takesWords =
      /^(audience|requiredScopes|requiredPermissions|\w+Claim|realm): words$|^(roleMap|secret|claims): an object$/.test(
        what,
      );
    if (!takesWords) expect(thrown, what).toBeInstanceOf(TypeError);
    ears.hear("thrown", thrown);
    // An unknown option is named: an option's name is no secret.
    expect(ears.leaks().filter((leak) => !leak.startsWith("cnrymemberzz"))).toEqual([]);
  });

  test.each(Object.keys(sallyportDepsTable))("deps.%s of words", (name) => {
    let thrown: unknown;
    try {
      createVerifier(options as VerifierOptions, { [name]: canary("dep") } as never);
    } catch (error) {
      thrown = error;
    }
    ears.hear("thrown", thrown);
    expect(thrown).toBeInstanceOf(TypeError);
    expect(ears.leaks()).toEqual([]);
  });

  const variables = Object.values(sallyportOptionTable).flatMap((row) => ("env" in row ? [...row.env] : []));
  test.each(variables)("the variable %s", (name) => {
    for (const [variable, value] of [
      [name, `${canary("value")}\n"`],
      [`${name}_FILE`, `/${canary("file")}`],
    ] as const) {
      try {
        ears.hear(
          "the configuration's keys",
          Object.keys(
            configFromEnvironment({
              OIDC_ISSUER: "https://i.example",
              OIDC_AUDIENCE: "a",
              [variable]: value,
            }),
          ),
        );
      } catch (error) {
        ears.hear("thrown", error);
      }
    }
    expect(ears.leaks()).toEqual([]);
  });
});

describe("what is left of the table", () => {
  test("sync_unavailable and closed", async () => {
    const core = await listen(options, ears, { now, isRevoked: async () => false });
    try {
      core.verifier.verifySync(token());
    } catch (error) {
      ears.hear("verifySync()", error);
    }
    await core.close();
    await request(core, ears, bearer(token()));
    await core.verifier.verify(token()).catch((error: unknown) => ears.hear("verify()", error));
    expect(ears.codes).toContain("sync_unavailable");
    expect(ears.codes).toContain("closed");
    expect(ears.leaks()).toEqual([]);
  });

  test("every code of the refusal table was seen, and nothing strayed to warnings or unhandled rejections", async () => {
    for (const code of ears.codes) codes.add(code);
    expect(Object.keys(refusals).filter((code) => !codes.has(code))).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stray.filter((text) => /cnry/.test(text))).toEqual([]);
  });
});

test("the search itself finds a canary wherever it is", () => {
  for (const [where, value] of [
    ["a message", new Error(canary("x"))],
    ["a cause", new Error("no", { cause: new Error("no", { cause: canary("x") }) })],
    [
      "a hidden property",
      Object.defineProperty(new Error("no"), "data", { value: Buffer.from("no"), enumerable: false }) &&
        Object.assign(new Error("no"), { data: canary("x") }),
    ],
    ["a header's name", { [canary("x").toUpperCase()]: 1 }],
    ["a nested list", [[[{ a: [canary("x")] }]]]],
  ] as const) {
    const own = new Ears();
    own.hear(where, value);
    expect(own.leaks(), where).toHaveLength(1);
  }
  const own = new Ears();
  own.permitted = { subject: canary("sub") };
  own.hearEvent("a field that may", { subject: canary("sub") });
  own.hearLine("a line that may", `refused subject=${canary("sub")} — no`);
  expect(own.leaks()).toEqual([]);
  own.hearEvent("another field", { reason: canary("sub") });
  own.hearLine("another place of the line", `refused — ${canary("sub")}`);
  expect(own.leaks()).toHaveLength(2);
});
