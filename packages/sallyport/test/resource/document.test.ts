// The document and its address, made from options alone. H23, M02 and M06 are rows of the threat catalogue.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type SallyportOptions, sallyport } from "../../src/frameworks/fetch.ts";

import { fakeIssuer } from "../../src/testing/index.ts";

const issuer = "https://idp.example.org/realms/demo";
const plain: SallyportOptions = { issuer, audience: "my-api" };
const root = "https://api.example.org/.well-known/oauth-protected-resource";

/** What a client reads at an address; `undefined` where it is another's. */
async function read(options: SallyportOptions, url = root): Promise<Record<string, unknown> | undefined> {
  const answer = sallyport(options).resourceMetadata(new Request(url));
  return answer && ((await answer.json()) as Record<string, unknown>);
}

/** The address that a challenge points to. */
async function pointer(options: SallyportOptions): Promise<string | undefined> {
  const auth = sallyport(options);
  const refused = await auth.required(() => new Response())(new Request("https://internal.example/"));
  return /resource_metadata="([^"]*)"/.exec(refused.headers.get("www-authenticate") ?? "")?.[1];
}

describe("H23: where the document is (RFC 9728 §3.1)", () => {
  const wellKnown = "/.well-known/oauth-protected-resource";
  test.each([
    ["https://api.example.org", `https://api.example.org${wellKnown}`],
    ["https://api.example.org/", `https://api.example.org${wellKnown}`],
    ["https://api.example.org/orders", `https://api.example.org${wellKnown}/orders`],
    ["https://api.example.org/orders/", `https://api.example.org${wellKnown}/orders/`],
    ["https://api.example.org/a/b.c/d~e", `https://api.example.org${wellKnown}/a/b.c/d~e`],
    ["https://api.example.org/caf%C3%A9", `https://api.example.org${wellKnown}/caf%C3%A9`],
    ["https://api.example.org/a:b", `https://api.example.org${wellKnown}/a:b`],
    ["https://api.example.org:8443/orders", `https://api.example.org:8443${wellKnown}/orders`],
    ["https://xn--bcher-kva.example/orders", `https://xn--bcher-kva.example${wellKnown}/orders`],
    ["https://[2001:db8::1]/orders", `https://[2001:db8::1]${wellKnown}/orders`],
  ])("%s", async (resource, url) => {
    expect(await pointer({ ...plain, resource })).toBe(url);
    expect(await read({ ...plain, resource }, url)).toMatchObject({ resource });
  });

  test("`publicUrl` is the resource where `resource` is not set, and not where it is", async () => {
    const publicUrl = "https://api.example.org/v1";
    expect(await pointer({ ...plain, publicUrl })).toBe(`${root}/v1`);
    expect(await pointer({ ...plain, publicUrl, resource: "https://api.example.org/mcp" })).toBe(
      `${root}/mcp`,
    );
  });

  test("http is for loopback, and only where that is allowed", async () => {
    const resource = "http://127.0.0.1:3000/orders";
    expect(await pointer({ ...plain, resource, insecureAllowLoopback: true })).toBe(
      "http://127.0.0.1:3000/.well-known/oauth-protected-resource/orders",
    );
    expect(() => sallyport({ ...plain, resource })).toThrow("`resource`");
  });

  test.each([
    ["a query", "https://api.example.org/orders?tenant=1"],
    ["an empty query", "https://api.example.org/orders?"],
    ["a fragment", "https://api.example.org/orders#top"],
    ["an empty fragment", "https://api.example.org/#"],
    ["http", "http://api.example.org/orders"],
    ["another scheme", "urn:example:orders"],
    ["no scheme", "api.example.org"],
    ["a user", "https://user@api.example.org/orders"],
    ["a user and a password", "https://user:pass@api.example.org/orders"],
    ["a dot segment at the end", "https://api.example.org/orders/."],
    ["two dots at the end", "https://api.example.org/orders/.."],
    ["an encoded dot segment", "https://api.example.org/orders/%2e%2e"],
    ["a dot segment within", "https://api.example.org/../orders"],
    ["an empty segment", "https://api.example.org//orders"],
    ["an empty segment at the end", "https://api.example.org/orders//"],
    ["upper case in the host", "https://API.example.org/orders"],
    ["upper case in the scheme", "HTTPS://api.example.org/orders"],
    ["the default port", "https://api.example.org:443/orders"],
    ["a host that is not encoded", "https://bücher.example/orders"],
    ["a path that is not encoded", "https://api.example.org/café"],
    ["a quote", 'https://api.example.org/a"b'],
    ["a backslash", "https://api.example.org\\orders"],
    ["white space", "https://api.example.org/a b"],
  ])("a resource with %s is refused at construction", (_what, resource) => {
    for (const option of ["resource", "publicUrl"] as const) {
      expect(() => sallyport({ ...plain, [option]: resource })).toThrow(TypeError);
      expect(() => sallyport({ ...plain, [option]: resource })).toThrow(`\`${option}\``);
    }
  });
});

describe("what the document says (RFC 9728 §2)", () => {
  const resource = "https://api.example.org";

  test("of a configuration that says no more: the resource, the issuer, the header", async () => {
    expect(await read({ ...plain, resource })).toEqual({
      resource,
      authorization_servers: [issuer],
      bearer_methods_supported: ["header"],
    });
  });

  test("what `resourceMetadata` adds, in other languages too", async () => {
    const described = await read({
      ...plain,
      resource,
      resourceMetadata: {
        scopes: ["orders:read", "orders:write"],
        name: "Orders",
        "name#it": "Ordini",
        "name#de-AT": "Bestellungen",
        documentation: "https://docs.example.org/orders",
        policyUri: "https://example.org/policy",
        "policyUri#fr": "https://example.org/fr/policy",
        tosUri: "https://example.org/terms",
      },
    });
    expect(described).toEqual({
      resource,
      authorization_servers: [issuer],
      bearer_methods_supported: ["header"],
      scopes_supported: ["orders:read", "orders:write"],
      resource_name: "Orders",
      "resource_name#it": "Ordini",
      "resource_name#de-AT": "Bestellungen",
      resource_documentation: "https://docs.example.org/orders",
      resource_policy_uri: "https://example.org/policy",
      "resource_policy_uri#fr": "https://example.org/fr/policy",
      resource_tos_uri: "https://example.org/terms",
    });
  });

  test("which proofs of possession are taken (RFC 9449, RFC 8705)", async () => {
    const publicUrl = "https://api.example.org";
    const algorithms = ["ES256", "EdDSA"] as const;
    const asked = await read({
      ...plain,
      publicUrl,
      dpop: { mode: "required", algorithms },
      mtls: "accepted",
    });
    expect(asked).toMatchObject({
      dpop_signing_alg_values_supported: ["ES256", "EdDSA"],
      dpop_bound_access_tokens_required: true,
      tls_client_certificate_bound_access_tokens: true,
    });
    const usual = (await read({ ...plain, publicUrl })) ?? {};
    expect(usual.dpop_signing_alg_values_supported).toContain("ES256");
    expect(Object.keys(usual)).not.toContain("dpop_bound_access_tokens_required");
    expect(Object.keys(usual)).not.toContain("tls_client_certificate_bound_access_tokens");
    const none = (await read({ ...plain, publicUrl, dpop: "off", mtls: "off" })) ?? {};
    expect(Object.keys(none)).toEqual(["resource", "authorization_servers", "bearer_methods_supported"]);
  });

  test("both schemes' challenges point to it", async () => {
    const auth = sallyport({ ...plain, publicUrl: "https://api.example.org" });
    const refused = await auth.required(() => new Response())(new Request("https://api.example.org/"));
    const challenge = refused.headers.get("www-authenticate") ?? "";
    const [bearer, dpop] = challenge.split(/, (?=DPoP )/);
    expect(bearer).toBe(`Bearer realm="api", resource_metadata="${root}"`);
    expect(dpop).toMatch(/^DPoP realm="api", resource_metadata="([^"]+)", algs="[^"]+"$/);
    expect(dpop).toContain(root);
  });

  test.each([
    [{ scopes: [] }, "`scopes`"],
    [{ scopes: ["two words"] }, "`scopes`"],
    [{ scopes: ['a"b'] }, "`scopes`"],
    [{ name: "" }, "`name`"],
    [{ name: { en: "Orders" } }, "`name`"],
    [{ "name#": "Orders" }, "`name#…` takes a language tag"],
    [{ "name#not a language": "Orders" }, "`name#…` takes a language tag"],
    [{ "name#it": 7 }, "`name`"],
    [{ "scopes#it": ["a"] }, "has no option `scopes#it`"],
    [{ "#it": "Orders" }, "has no option"],
    [{ documentation: "docs.example.org" }, "`documentation`"],
    [{ tosUri: "javascript:alert(1)" }, "`tosUri`"],
    [{ "policyUri#it": "data:text/html,x" }, "`policyUri`"],
    [{ maxAgeSeconds: -1 }, "`maxAgeSeconds`"],
    [{ maxAgeSeconds: 90_000 }, "`maxAgeSeconds`"],
    [{ resource_name: "Orders" }, "has no option `resource_name`"],
    [{ __proto__: null, resource: "https://evil.example" }, "has no option `resource`"],
  ])("%j is refused at construction", (resourceMetadata, sentence) => {
    expect(() => sallyport({ ...plain, resource, resourceMetadata } as never)).toThrow(TypeError);
    expect(() => sallyport({ ...plain, resource, resourceMetadata } as never)).toThrow(sentence);
  });

  test("M06: offline_access is no scope of a resource's", () => {
    const resourceMetadata = { scopes: ["orders:read", "offline_access"] };
    expect(() => sallyport({ ...plain, resource, resourceMetadata })).toThrow("offline_access");
  });

  test("how long it may be kept is the configuration's to say", () => {
    const auth = sallyport({ ...plain, resource, resourceMetadata: { maxAgeSeconds: 0 } });
    expect(auth.resourceMetadata(new Request(root))?.headers.get("cache-control")).toBe("public, max-age=0");
  });

  test("what is in the options afterwards changes nothing", async () => {
    const scopes = ["orders:read"];
    const auth = sallyport({ ...plain, resource, resourceMetadata: { scopes } });
    scopes.push("admin");
    expect(await auth.resourceMetadata(new Request(root))?.json()).toMatchObject({
      scopes_supported: ["orders:read"],
    });
  });
});

describe("M02: which authorization servers the document names", () => {
  const resource = "https://api.example.org";
  const serversOf = async (options: SallyportOptions) =>
    (await read({ ...options, resource }))?.authorization_servers;

  test("each issuer by the name that its own metadata has", async () => {
    const audience = "my-api";
    const issuers = [{ issuer }, { issuer: "https://tenant.eu.auth0.com/" }];
    expect(await serversOf({ issuers, audience })).toEqual([issuer, "https://tenant.eu.auth0.com/"]);
    const discoveryUrl = "https://keycloak.internal/realms/demo/.well-known/openid-configuration";
    expect(await serversOf({ ...plain, discoveryUrl })).toEqual([issuer]);
  });

  const [one, two] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
  test("Entra ID's tenants each by its own: the name that they share is in no metadata", async () => {
    const audience = "api://orders";
    const entra = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
    expect(await serversOf({ tenantId: one, audience })).toEqual([entra(one)]);
    expect(await serversOf({ tenants: [one], audience })).toEqual([entra(one)]);
    expect(await serversOf({ tenants: [one, two], audience })).toEqual([entra(one), entra(two)]);
    const common = entra("common");
    expect(await serversOf({ issuer: common, tenants: [one, two], audience })).toEqual([
      entra(one),
      entra(two),
    ]);
  });

  test.each(["github-actions", "kubernetes", "google-id-token"] as const)(
    "%s is none: no client gets these tokens by asking for them",
    async (preset) => {
      const { config } = fakeIssuer({ preset });
      const { issuer: name } = config;
      expect(await serversOf({ issuers: [config, plain] })).toEqual([issuer]);
      expect(await serversOf({ issuers: [{ ...config, authorizationServer: true }] })).toEqual([name]);
      // Alone it leaves nothing to say: no document, and no challenge that points to one.
      expect(await pointer({ issuers: [config], resource })).toBeUndefined();
      expect(() => sallyport({ issuers: [config], resource }).resourceMetadata(new Request(root))).toThrow(
        TypeError,
      );
      const described = { issuers: [config], resource, resourceMetadata: { name: "Orders" } };
      expect(() => sallyport(described)).toThrow("`authorizationServer`");
    },
  );

  test("an issuer of our own staff's may stay unnamed", async () => {
    const staff = { issuer: "https://staff.example.org", authorizationServer: false };
    expect(await serversOf({ issuers: [{ issuer }, staff], audience: "my-api" })).toEqual([issuer]);
  });
});

describe("without `publicUrl` and `resource`", () => {
  test("nothing is said of metadata", async () => {
    expect(await pointer(plain)).toBeUndefined();
  });

  test("what would serve it is refused, by the names of what is missing", () => {
    expect(() => sallyport(plain).resourceMetadata(new Request(root))).toThrow("`publicUrl` or `resource`");
    expect(() => sallyport({ ...plain, resourceMetadata: { name: "Orders" } })).toThrow(
      "`publicUrl` or `resource`",
    );
  });
});

test("a mistake in the environment is told by the variable's name", () => {
  vi.stubEnv("OIDC_ISSUER", issuer);
  vi.stubEnv("OIDC_AUDIENCE", "my-api");
  vi.stubEnv("OAUTH2_RESOURCE", "https://API.example.org");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => sallyport()).toThrow("`resource` (OAUTH2_RESOURCE) takes a URL in its normal form");
});

describe("the scopes of a 401, where metadata is there to be pointed to", () => {
  const resource = "https://api.example.org";
  const scopeOf = async (options: SallyportOptions, needed: object) => {
    const handler = sallyport(options).required(needed as never, () => new Response());
    const challenge =
      (await handler(new Request("https://x.example/"))).headers.get("www-authenticate") ?? "";
    return / scope="([^"]*)"/.exec(challenge)?.[1];
  };
  test.each([
    ["those of the requirement", { scopes: ["a", "b"] }, "a b"],
    ["of a conjunction all, once each", { allOf: [{ scopes: ["a"] }, { scopes: ["b", "a"] }] }, "a b"],
    ["of alternatives the first one's", { anyOf: [{ scopes: ["a"] }, { scopes: ["b"] }] }, "a"],
    [
      "none where the first alternative has none",
      { anyOf: [{ roles: ["Admin"] }, { scopes: ["b"] }] },
      undefined,
    ],
    ["none where a role is required", { roles: ["Admin"] }, undefined],
    ["no offline_access", { scopes: ["a", "offline_access"] }, "a"],
    ["none where that is all", { scopes: ["offline_access"] }, undefined],
  ])("%s", async (_what, needed, expected) => {
    expect(await scopeOf({ ...plain, resource }, needed)).toBe(expected);
    expect(await scopeOf(plain, needed)).toBeUndefined();
  });

  test("those that every token must have come first", async () => {
    expect(await scopeOf({ ...plain, resource, requiredScopes: ["api"] }, { scopes: ["a"] })).toBe("api a");
  });
});

test("a document that a guard hands out is no event of the audit trail's", async () => {
  const events: unknown[] = [];
  const auth = sallyport(
    { ...plain, resource: "https://api.example.org" },
    { onEvent: (event) => events.push(event) },
  );
  const guarded = auth.required(() => new Response("for callers only"));
  events.length = 0;
  expect((await guarded(new Request(root))).status).toBe(200);
  expect(events).toEqual([]);
  expect((await guarded(new Request(`${root}/x`))).status).toBe(401);
  expect(events).toHaveLength(1);
});
