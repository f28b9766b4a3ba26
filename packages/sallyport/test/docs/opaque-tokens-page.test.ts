// docs/opaque-tokens.md shows code that is compiled and run here: each block is a file of `pages/opaque-tokens/`, to the letter.
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { jwtVerify } from "jose";
import { expect, test } from "vitest";
import { createTestClock, fakeIssuer, joinIssuers } from "../../src/testing/index.ts";
import { introspectionTable } from "../../src/verify/introspection/options.ts";
import { build, options } from "./pages/opaque-tokens/api.ts";
import { verifierWithKey } from "./pages/opaque-tokens/key.ts";
import { verifierOfRevocable } from "./pages/opaque-tokens/revocable.ts";
import { verifierOfAll } from "./pages/opaque-tokens/several.ts";
import { revokedTokensEnd } from "./pages/opaque-tokens/testing.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../../../docs/opaque-tokens.md");
const issuer = "https://idp.example.org";

test("the page shows the code that runs", () => {
  const files = readdirSync(new URL("./pages/opaque-tokens/", import.meta.url)).map((file) =>
    read(`./pages/opaque-tokens/${file}`),
  );
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(blocks.toSorted()).toEqual(files.toSorted());
});

test("the page's defaults are the table's", () => {
  for (const name of ["cacheSeconds", "negativeCacheSeconds", "staleSeconds"] as const) {
    const seconds = introspectionTable[name].default.replaceAll("`", "");
    expect(page).toContain(`| \`${name}\` | ${seconds} |`);
  }
});

test("an API that takes opaque tokens", async () => {
  const idp = fakeIssuer({ issuer, audience: "my-api" });
  expect(options).toMatchObject({ issuer, introspection: { clientId: "my-api" } });
  const app = build({ ...options, introspection: idp.introspection }, { ...idp.deps, audit: [] });
  const get = (token: string) => app.inject({ url: "/me", headers: { authorization: `Bearer ${token}` } });
  expect((await get(idp.opaqueToken({ subject: "s1" }))).json()).toEqual({ sub: "s1" });
  const stranger = await get(fakeIssuer().opaqueToken());
  expect([stranger.statusCode, stranger.json()]).toEqual([
    401,
    { error: "invalid_token", error_description: "The access token is not valid" },
  ]);
  idp.fail("down");
  const outage = await get(idp.opaqueToken());
  expect([outage.statusCode, outage.headers["retry-after"]]).toEqual([503, "1"]);
  await app.close();
});

test("JWTs of one issuer, opaque tokens of two others, each shown to its own", async () => {
  const clock = createTestClock();
  const sso = fakeIssuer({ issuer: "https://sso.example.org", clock });
  const north = fakeIssuer({ issuer: "https://north.example", clock });
  const south = fakeIssuer({ issuer: "https://south.example", clock });
  const { deps } = joinIssuers([sso, north, south]);
  const shown: [string, string | null][] = [];
  const verifier = verifierOfAll({
    ...deps,
    fetch: (input, init) => {
      const url = String(input);
      if (!url.endsWith("/introspect")) return deps.fetch(input, init);
      shown.push([new URL(url).host, new URLSearchParams(String(init?.body)).get("token")]);
      const { clientId, clientSecret } = north.introspection;
      const headers = { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` };
      return deps.fetch(input, { ...init, headers });
    },
  });
  expect((await verifier.verify(await sso.token())).issuer).toBe(sso.issuer);
  const [toNorth, toSouth] = [
    north.opaqueToken({ prefix: "north_" }),
    south.opaqueToken({ prefix: "south_" }),
  ];
  expect((await verifier.verify(toNorth)).issuer).toBe(north.issuer);
  expect((await verifier.verify(toSouth)).issuer).toBe(south.issuer);
  await expect(verifier.verify(sso.opaqueToken())).rejects.toMatchObject({ code: "invalid_issuer" });
  expect(shown).toEqual([
    ["north.example", toNorth],
    ["south.example", toSouth],
  ]);
});

/** The credentials of the page are not the fake issuer's. */
function asItsClient(idp: ReturnType<typeof fakeIssuer>) {
  const { clientId, clientSecret } = idp.introspection;
  return {
    ...idp.deps,
    fetch: (input: RequestInfo | URL, init?: RequestInit) =>
      idp.deps.fetch(input, {
        ...init,
        headers: {
          ...(init?.headers as Record<string, string>),
          authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
        },
      }),
  };
}

test("a revoked JWT ends five seconds later", async () => {
  const idp = fakeIssuer({ issuer });
  const verifier = verifierOfRevocable(asItsClient(idp));
  const token = await idp.token({ subject: "s1" });
  expect((await verifier.verify(token)).subject).toBe("s1");
  idp.revoke(token);
  idp.clock.advance({ seconds: 5 });
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: "token_inactive" });
  expect(idp.requests).toMatchObject({ jwks: 0, introspection: 2 });
  expect(verifier.health().issuers[0]?.state).toBe("unused");
});

test("a key in place of a secret, and signed answers", async () => {
  const idp = fakeIssuer({ issuer });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = privateKey.export({ format: "jwk" }) as Record<string, unknown>;
  const answer = { ...idp.draft({ subject: "s1" }).payload, active: true, token_type: "Bearer" };
  const verifier = verifierWithKey(jwk, {
    ...idp.deps,
    fetch: async (input, init) => {
      if (!String(input).endsWith("/introspect")) return idp.deps.fetch(input, init);
      const assertion = new URLSearchParams(String(init?.body)).get("client_assertion") ?? "";
      await jwtVerify(assertion, publicKey, { issuer: "my-api", audience: issuer });
      const iat = Math.floor(idp.clock.now() / 1000);
      const payload = { iss: issuer, aud: "my-api", iat, token_introspection: answer };
      const type = "application/token-introspection+jwt";
      return new Response(await idp.sign({ typ: "token-introspection+jwt" }, payload), {
        headers: { "content-type": type },
      });
    },
  });
  expect((await verifier.verify("some-opaque-token")).subject).toBe("s1");
});

test("a revoked token, in a test of one's own", async () => {
  const { before, after } = await revokedTokensEnd();
  expect([before.subject, before.scopes, after]).toEqual(["s1", ["orders:read"], "token_inactive"]);
});
