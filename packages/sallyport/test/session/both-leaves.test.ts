// What the configuration asks of everybody holds for who comes by a session as for who comes by a token.
import { Hono } from "hono";
import { expect, test } from "vitest";
import { type SallyportDeps, type SallyportOptions, sallyport } from "../../src/frameworks/hono.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";

const session = { secret: "c2Vzc2lvbnMgb2YgdGhlIHRlc3RzIGFyZSBzZWFsZWQgYnkgaXQ" };
const page = { accept: "text/html", "sec-fetch-mode": "navigate" };

function build(idp: FakeIssuer, more: Partial<SallyportOptions> = {}, deps: SallyportDeps = {}) {
  const options = { ...idp.config, ...idp.client, publicUrl: "https://app.example", session, ...more };
  const auth = sallyport(options, { ...idp.deps, ...deps });
  const app = new Hono();
  app.route("/", auth.router());
  app.get("/me", auth.required(), (c) => c.text(auth.identity(c).subject));
  app.get("/open", auth.optional(undefined, { onInvalid: "anonymous" }), async (c) => {
    const thrown = (error: Error) => error.message;
    const used = (await auth.upstream(c).catch(thrown)) as unknown;
    return c.json({
      who: auth.maybeIdentity(c)?.subject ?? null,
      token: await auth.accessToken(c).catch(thrown),
      used,
    });
  });
  const send = (request: Request) => app.fetch(request);
  const get = (path: string, headers: Record<string, string>) => app.request(path, { headers });
  return { get, send };
}

test.each([
  ["requiredScopes", { requiredScopes: ["orders:read"] }, 403, "insufficient_scope"],
  ["requiredPermissions", { requiredPermissions: ["orders:use"] }, 403, "insufficient_scope"],
  ["requiredClaims", { requiredClaims: ["employee_number"] }, 401, "invalid_token"],
] as const)(
  "%s: a session without is refused, and one with it comes in",
  async (_name, options, status, error) => {
    const idp = fakeIssuer();
    const { get, send } = build(idp, options);
    const without = await get("/me", await idp.signIn(send, { subject: "alice" }));
    expect([without.status, (await without.json()).error]).toEqual([status, error]);
    const claims = { scope: "orders:read", permissions: ["orders:use"], employee_number: "7" };
    const withAll = await get(
      "/me",
      await idp.signIn(send, { subject: "bob", scopes: ["orders:read"], claims }),
    );
    expect([withAll.status, await withAll.text()]).toEqual([200, "bob"]);
  },
);

test("a session of a client that is configured no more is nobody's: a page is sent to the sign-in, and what is open stays so", async () => {
  const idp = fakeIssuer();
  const sessionStore = createMemorySessionStore();
  const { cookie } = await idp.signIn(build(idp, {}, { sessionStore }).send, { subject: "alice" });
  const { get } = build(idp, { clientId: "another" }, { sessionStore });
  const refused = await get("/me", { cookie });
  expect([refused.status, (await refused.json()).error]).toEqual([401, "login_required"]);
  expect((await get("/me", { cookie, ...page })).headers.get("location")).toMatch(/^\/auth\/v2\/login\?/);
  expect(await (await get("/open", { cookie })).json()).toMatchObject({ who: null });
});

test("M07: the token of who was let in as nobody is handed to no one", async () => {
  const idp = fakeIssuer();
  const { get } = build(idp, { audience: "my-api" });
  const bad = await idp.token({ subject: "alice", audience: "another" });
  for (const token of [bad, "made-up"]) {
    const { who, ...said } = await (await get("/open", { authorization: `Bearer ${token}` })).json();
    expect(who).toBeNull();
    const nobody = "Nobody in particular was let in: there is no access token";
    expect(said).toEqual({ token: nobody, used: nobody });
  }
});

test("a guard in front of the sign-in itself sends nobody round in circles", async () => {
  const idp = fakeIssuer();
  const auth = sallyport(
    { ...idp.config, ...idp.client, publicUrl: "https://app.example", session },
    idp.deps,
  );
  const app = new Hono();
  app.use("*", auth.required());
  app.route("/", auth.router());
  const first = await app.request("/orders", { headers: page });
  expect(first.status).toBe(302);
  const second = await app.request(first.headers.get("location") ?? "", { headers: page });
  expect(second.status).toBe(401);
});
