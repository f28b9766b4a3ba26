// What a provider sends: documents, keys, headers, and bytes that are no HTTP.
import { createServer, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SallyportDeps, SallyportOptions } from "../../../src/sallyport.ts";
import {
  type KeyServer,
  keysPath,
  metadataPath,
  sendJson,
  startKeyServer,
} from "../../support/key-server.ts";
import { base64url } from "../../support/signing.ts";
import { canary, finish, listen, request } from "./ears.ts";
import { bearer, ears, kit, self, token } from "./scene.ts";

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
    // Old keys will do while the provider is known to fail: the refresh goes on behind.
    await core.ready();
    await vi.waitFor(() => expect(core.health().issuers[0]?.lastError).toBeUndefined());
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
