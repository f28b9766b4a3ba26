// What a provider says when it is asked about a token, and the secret that it is asked with.
import { generateKeyPairSync } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SallyportOptions } from "../../../src/sallyport.ts";
import { type KeyServer, startKeyServer } from "../../support/key-server.ts";
import { canary, finish, listen, request } from "./ears.ts";
import { bearer, ears, kit, self } from "./scene.ts";

describe("a provider that is asked about tokens, over real HTTP", () => {
  let provider: KeyServer;
  beforeEach(async () => {
    provider = await startKeyServer([kit.keys.rs.jwk]);
  });
  afterEach(() => provider.close());

  async function walk(answer: (response: ServerResponse) => void, own: object = {}) {
    const options: SallyportOptions = {
      issuer: provider.issuer,
      audience: kit.audience,
      insecureAllowLoopback: true,
      fetchTimeoutSeconds: 1,
      introspection: {
        endpoint: `${provider.issuer}/introspect?key=${canary("query")}`,
        tokens: "all",
        clientId: canary("asker"),
        clientSecret: canary("secret"),
        ...own,
      },
    };
    provider.handlers.set(`/introspect?key=${canary("query")}`, (_, response) => answer(response));
    const core = await listen(options, ears);
    await core.ready().catch((error: unknown) => ears.hear("ready()", error));
    const text = ears.hide(`opaque-${canary("opaque")}`);
    await request(core, ears, bearer(text));
    await request(core, ears, bearer(text));
    await finish(core, ears);
  }
  const json = (body: unknown) => (response: ServerResponse) =>
    void response.writeHead(200, { [canary("header")]: canary("value") }).end(JSON.stringify(body));
  const seconds = () => Date.now() / 1000;
  const full = () => ({
    active: true,
    sub: canary("sub"),
    aud: kit.audience,
    client_id: canary("client"),
    token_type: "Bearer",
    exp: seconds() + 60,
    scope: canary("scope"),
    username: canary("username"),
    act: { sub: canary("actor") },
  });

  const replies: [string, () => (response: ServerResponse) => void][] = [
    ["calls it active", () => json(full())],
    ["calls it inactive", () => json({ ...full(), active: false })],
    ["names another issuer", () => json({ ...full(), iss: `https://${canary("iss")}.example` })],
    ["names another audience", () => json({ ...full(), aud: canary("aud") })],
    ["names another type", () => json({ ...full(), token_type: canary("type") })],
    ["names another use", () => json({ ...full(), token_use: canary("use") })],
    ["names a key", () => json({ ...full(), cnf: { [canary("member")]: canary("key") } })],
    ["says active by a word", () => json({ ...full(), active: canary("active") })],
    ["says nothing", () => json([canary("list")])],
    ["answers with words", () => (response) => void response.writeHead(200).end(canary("body"))],
    ["answers 401 with words", () => (response) => void response.writeHead(401).end(canary("body"))],
    ["answers 500 with words", () => (response) => void response.writeHead(500).end(canary("body"))],
    [
      "redirects",
      () => (response) =>
        void response.writeHead(302, { location: `http://127.0.0.1/${canary("location")}` }).end(),
    ],
    ["breaks off", () => (response) => void response.destroy()],
  ];
  test.each(replies)("it %s", async (what, reply) => {
    ears.permitted = self;
    await walk(reply());
    if (what === "calls it inactive") expect(ears.codes).toContain("token_inactive");
    if (what === "answers 401 with words") expect(ears.codes).toContain("introspection_failed");
    expect(ears.leaks()).toEqual([]);
  });

  test("it signs its answers, and not well", async () => {
    const jwt = kit.token({ claims: { iss: canary("iss"), aud: canary("aud") } });
    const reply = (response: ServerResponse) =>
      void response.writeHead(200, { "content-type": "application/token-introspection+jwt" }).end(jwt);
    await walk(reply, { signedResponse: true });
    expect(ears.codes).toContain("introspection_failed");
    expect(ears.leaks()).toEqual([]);
  });

  test("it is asked with a key that the runtime refuses", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: canary("kid"), d: canary("d") };
    await walk(json(full()), { clientSecret: undefined, privateKey: jwk });
    expect(ears.codes).toContain("introspection_failed");
    expect(ears.leaks()).toEqual([]);
  });
});
