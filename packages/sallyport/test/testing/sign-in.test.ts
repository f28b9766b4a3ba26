// Signing people in, in the tests of an application: by its own router, with no provider but a fake one.
import { Hono } from "hono";
import { expect, test } from "vitest";
import { type SallyportDeps, type SallyportOptions, sallyport } from "../../src/frameworks/hono.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";

const secret = "c2Vzc2lvbnMgb2YgdGhlIHRlc3RzIGFyZSBzZWFsZWQgYnkgaXQ";

function build(idp: FakeIssuer, more: Partial<SallyportOptions> = {}, deps: SallyportDeps = {}) {
  const options = {
    ...idp.config,
    ...idp.client,
    publicUrl: "https://app.example",
    session: { secret },
    ...more,
  };
  const auth = sallyport(options, { ...idp.deps, ...deps });
  const app = new Hono();
  app.route("/", auth.router());
  app.get("/me", auth.required(undefined, { by: "session" }), (c) => {
    const { subject, roles, name, username } = auth.identity(c);
    return c.json({ subject, roles, name, username });
  });
  app.get("/token", auth.required(undefined, { by: "session" }), async (c) =>
    c.text(await auth.accessToken(c)),
  );
  app.get("/away", auth.required(), () => Response.redirect("https://elsewhere.example/"));
  app.get("/admin", auth.required({ roles: ["Admin"] }), (c) => c.text("yes"));
  return { app, auth, send: (request: Request) => app.fetch(request) };
}

test("whoever signs in is who the test says, with roles and claims in the preset's places", async () => {
  for (const preset of ["rfc9068", "keycloak", "entra"] as const) {
    const idp = fakeIssuer({ preset });
    const { app, send } = build(idp);
    const claims = { name: "Sam Example" };
    const headers = await idp.signIn(send, { subject: "s1", roles: ["Reader"], username: "sam", claims });
    expect(await (await app.request("/me", { headers })).json()).toEqual({
      subject: "s1",
      roles: ["Reader"],
      name: "Sam Example",
      username: "sam",
    });
    expect((await app.request("/admin", { headers })).status).toBe(403);
    expect((await app.request("/me")).status).toBe(401);
    expect(idp.requests).toMatchObject({ discovery: 1, jwks: 1, token: 1, other: 0 });
  }
});

test("tokens are renewed as the clock goes on, and the session ends with its limit", async () => {
  const idp = fakeIssuer();
  const { app, auth, send } = build(idp, {}, { sessionStore: createMemorySessionStore() });
  const headers = await idp.signIn(send);
  const token = async () => (await app.request("/token", { headers })).text();
  const first = await token();
  expect(await token()).toBe(first);
  idp.clock.advance({ minutes: 5 });
  expect(await token()).not.toBe(first);
  expect(
    (await app.request("/admin", { headers: { authorization: `Bearer ${await token()}` } })).status,
  ).toBe(403);
  idp.clock.advance({ hours: 24 });
  expect((await app.request("/me", { headers })).status).toBe(401);
  expect(idp.requests.token).toBe(2);
  await auth.close();
});

test("the provider signs somebody out, or everybody of a name", async () => {
  const idp = fakeIssuer();
  const { app, send } = build(idp, {}, { sessionStore: createMemorySessionStore() });
  const one = await idp.signIn(send, { subject: "s1" });
  const other = await idp.signIn(send, { subject: "s2" });
  const form = new URLSearchParams({ logout_token: await idp.logoutToken({ subject: "s1" }) });
  expect((await app.request("/auth/v2/backchannel-logout", { method: "POST", body: form })).status).toBe(200);
  expect((await app.request("/me", { headers: one })).status).toBe(401);
  expect((await app.request("/me", { headers: other })).status).toBe(200);
  const sid = await (await app.request("/auth/v2/userinfo", { headers: other })).json();
  expect(sid).toEqual({ sub: "s2" });
});

test("an answer whose headers can't be changed is not kept by caches, and renews the cookie, as any other", async () => {
  const idp = fakeIssuer();
  const { app, send } = build(idp);
  const headers = await idp.signIn(send);
  idp.clock.advance({ minutes: 5 });
  const answer = await app.request("/away", { headers });
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "https://elsewhere.example/"]);
  expect([answer.headers.get("cache-control"), answer.headers.get("vary")]).toEqual(["no-store", "Cookie"]);
  expect(answer.headers.getSetCookie().length).toBeGreaterThan(0);
});

test("signing out revokes the refresh token", async () => {
  const idp = fakeIssuer();
  const { app, send } = build(idp);
  const { cookie } = await idp.signIn(send);
  const headers = { cookie, origin: "https://app.example" };
  expect((await app.request("/auth/v2/logout", { method: "POST", headers })).status).toBe(200);
  expect(idp.requests.revocation).toBe(1);
});

test("by a posted form, and at another path", async () => {
  const idp = fakeIssuer();
  const { app, send } = build(idp, {
    login: { responseMode: "form_post" },
    router: { paths: { login: "/enter", callback: "/back" } },
  });
  const headers = await idp.signIn(send, { loginPath: "/enter" });
  expect((await app.request("/me", { headers })).status).toBe(200);
});

test.each([
  ["a path where nothing is", undefined, { loginPath: "/nowhere" }, "/nowhere answered 404"],
  ["another client's secret", { clientSecret: "another" }, {}, "/auth/v2/callback answered 503"],
  [
    "a session that is too large",
    undefined,
    { claims: { much: "x".repeat(12_000) } },
    "/auth/v2/callback answered",
  ],
] as const)("says what went wrong: %s", async (_what, options, request, sentence) => {
  const idp = fakeIssuer();
  await expect(idp.signIn(build(idp, options).send, request)).rejects.toThrow(sentence);
});

test.each([
  [{ role: ["Reader"] }, "roles"],
  [{ kind: "service" }, "kind"],
  [{ subject: 1 }, "subject"],
])("refuses what it does not know: %j", async (request, name) => {
  const idp = fakeIssuer();
  await expect(idp.signIn(build(idp).send, request as never)).rejects.toThrow(name);
});

test("a code is good once, with its verifier; so is a refresh token", async () => {
  const idp = fakeIssuer();
  const codes: string[] = [];
  const { send } = build(idp);
  await idp.signIn((request) => {
    const code = new URL(request.url).searchParams.get("code");
    if (code) codes.push(code);
    return send(request);
  });
  const redeem = (form: Record<string, string>) =>
    idp.deps.fetch(`${idp.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: idp.client.clientId,
        client_secret: idp.client.clientSecret,
        ...form,
      }),
    });
  const again = await redeem({ grant_type: "authorization_code", code: codes[0] as string });
  expect([again.status, await again.json()]).toEqual([400, { error: "invalid_grant" }]);
  const other = await redeem({ grant_type: "client_credentials" });
  expect(await other.json()).toEqual({ error: "unsupported_grant_type" });
  const stranger = await redeem({ grant_type: "refresh_token", client_secret: "another" });
  expect([stranger.status, await stranger.json()]).toEqual([401, { error: "invalid_client" }]);
});
