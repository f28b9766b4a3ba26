// The security schemes: their names, and what is known of an issuer's endpoints.
import { describe, expect, onTestFinished, test } from "vitest";
import { type SallyportOptions, sallyport, scope } from "../../src/frameworks/express.ts";
import type { OpenApiOptions } from "../../src/openapi/index.ts";
import { startKeyServer } from "../support/key-server.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const now = () => kit.nowSeconds * 1000;
const issuer = "https://idp.example.org/realms/demo";
const audience = "my-api";
const schemesOf = (config: SallyportOptions, options?: OpenApiOptions) =>
  sallyport(config).openapi(options).components.securitySchemes;

describe("before anything was fetched", () => {
  test("OpenID Connect, by the issuer alone", () => {
    expect(schemesOf({ issuer, audience })).toEqual({
      oidc: {
        type: "openIdConnect",
        description: `Access tokens of ${issuer}`,
        openIdConnectUrl: `${issuer}/.well-known/openid-configuration`,
      },
    });
  });
  test.each<[string, SallyportOptions, string]>([
    [
      "Entra ID's tenant",
      { tenantId: "72f988bf-86f1-41af-91ab-2d7cd011db47", audience },
      "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0/.well-known/openid-configuration",
    ],
    [
      "a slash at the end",
      { issuer: "https://tenant.eu.auth0.com/", audience },
      "https://tenant.eu.auth0.com/.well-known/openid-configuration",
    ],
    [
      "jwksUri: no discovery is made here, but callers may",
      { issuer, audience, jwksUri: "https://keycloak.internal/certs" },
      `${issuer}/.well-known/openid-configuration`,
    ],
    [
      "discoveryUrl on the issuer's host",
      { issuer, audience, discoveryUrl: "https://idp.example.org/other/metadata" },
      "https://idp.example.org/other/metadata",
    ],
    // Addresses that only this application uses, and keys in a query, are nobody else's business.
    [
      "discoveryUrl elsewhere",
      { issuer, audience, discoveryUrl: "https://keycloak.internal/metadata" },
      `${issuer}/.well-known/openid-configuration`,
    ],
    [
      "discoveryUrl with a query",
      { issuer, audience, discoveryUrl: "https://idp.example.org/metadata?key=s3cret" },
      `${issuer}/.well-known/openid-configuration`,
    ],
  ])("%s", (_name, config, openIdConnectUrl) => {
    expect(schemesOf(config)).toMatchObject({ oidc: { type: "openIdConnect", openIdConnectUrl } });
  });
  test("keys in the configuration: a bearer token, without a list of scopes, which 3.0 would refuse", () => {
    const auth = sallyport({ issuer, audience, jwks: kit.jwks, requiredScopes: ["api"] });
    const docs = auth.openapi();
    const description = `Access tokens of ${issuer}`;
    expect(docs.components.securitySchemes).toEqual({
      oidc: { type: "http", scheme: "bearer", bearerFormat: "JWT", description },
    });
    expect(docs.operation(auth.required(scope("a"))).security).toEqual([{ oidc: [] }]);
  });
});

describe("options", () => {
  const authorizationUrl = "https://idp.example.org/authorize";
  const tokenUrl = "https://idp.example.org/token";

  test("endpoints: the authorization code flow, with the scopes that the routes ask for", () => {
    const auth = sallyport({ issuer, audience, requiredScopes: ["api"] });
    const docs = auth.openapi({
      name: "login",
      authorizationUrl,
      tokenUrl,
      description: "Our people",
      scopes: { openid: "Who you are", "users:write": "Change people" },
    });
    auth.required(scope("users:write", "users:read"));
    docs.operation(scope("reports"));
    expect(docs.components.securitySchemes).toEqual({
      login: {
        type: "oauth2",
        description: "Our people",
        flows: {
          authorizationCode: {
            authorizationUrl,
            tokenUrl,
            scopes: {
              openid: "Who you are",
              "users:write": "Change people",
              api: "",
              "users:read": "",
              reports: "",
            },
          },
        },
      },
    });
  });
  test("scopes that have a longer name at the provider", () => {
    const auth = sallyport({ issuer, audience });
    const docs = auth.openapi({
      authorizationUrl,
      tokenUrl,
      scopePrefix: "api://my-api/",
      scopes: { openid: "" },
    });
    expect(docs.operation(auth.required(scope("users.write"))).security).toEqual([
      { oidc: ["api://my-api/users.write"] },
    ]);
    expect(docs.components.securitySchemes).toMatchObject({
      oidc: { flows: { authorizationCode: { scopes: { openid: "", "api://my-api/users.write": "" } } } },
    });
  });
  test("another address of the discovery document", () => {
    const openIdConnectUrl = "https://sso.example.org/metadata";
    expect(schemesOf({ issuer, audience }, { openIdConnectUrl })).toMatchObject({
      oidc: { openIdConnectUrl },
    });
  });

  const config = { issuer, audience };
  test.each<[string, unknown]>([
    ["openapi has no option `scope`; did you mean `scopes`?", { scope: {} }],
    ["openapi: `name` takes letters, digits, `.`, `-` and `_`", { name: "my scheme" }],
    [
      "openapi: `authorizationUrl` takes an https URL (http on loopback)",
      { authorizationUrl: "/authorize", tokenUrl },
    ],
    [
      "openapi: `tokenUrl` takes an https URL (http on loopback)",
      { authorizationUrl, tokenUrl: "javascript:alert(1)" },
    ],
    [
      "openapi: `openIdConnectUrl` takes an https URL (http on loopback)",
      { openIdConnectUrl: "http://idp.example.org" },
    ],
    ["openapi: `authorizationUrl` and `tokenUrl` go together", { authorizationUrl }],
    ["openapi: `statuses` takes a list of 400, 401, 403 and 503", { statuses: [500] }],
    ["openapi: `scopes` takes an object from scopes to descriptions", { scopes: ["a"] }],
    [
      "openapi: `issuers` names an issuer that is not configured; it takes https://idp.example.org/realms/demo",
      { issuers: { "https://other.example": {} } },
    ],
    [
      'openapi.issuers["https://idp.example.org/realms/demo"] has no option `statuses`',
      { issuers: { [issuer]: { statuses: [401] } } },
    ],
  ])("%s", (message, options) => {
    expect(() => sallyport(config).openapi(options as OpenApiOptions)).toThrow(TypeError);
    expect(() => sallyport(config).openapi(options as OpenApiOptions)).toThrow(message);
  });
});

describe("several issuers", () => {
  const other = "https://other.example";
  const config = {
    issuers: [
      { issuer, audience },
      { issuer: other, audience, requiredScopes: ["api"] },
    ],
  };

  test("a scheme each, in their order, and each a way in", () => {
    const auth = sallyport(config);
    const docs = auth.openapi();
    expect(Object.keys(docs.components.securitySchemes)).toEqual(["oidc", "oidc-2"]);
    expect(docs.operation(auth.required(scope("a"))).security).toEqual([
      { oidc: ["a"] },
      { "oidc-2": ["api", "a"] },
    ]);
    expect(docs.operation({ issuer: other }).security).toEqual([{ "oidc-2": ["api"] }]);
    expect(docs.operation({ anyOf: [{ issuer }, { scopes: ["b"] }] }).security).toEqual([
      { oidc: [] },
      { oidc: ["b"] },
      { "oidc-2": ["api", "b"] },
    ]);
  });
  test("options of each", () => {
    const schemes = schemesOf(config, {
      name: "sso",
      issuers: {
        [other]: { authorizationUrl: "https://other.example/a", tokenUrl: "https://other.example/t" },
      },
    });
    expect(schemes).toMatchObject({ sso: { type: "openIdConnect" }, "sso-2": { type: "oauth2" } });
    expect(Object.keys(schemesOf(config, { issuers: { [other]: { name: "partners" } } }))).toEqual([
      "oidc",
      "partners",
    ]);
  });
  test("what is one issuer's belongs to one, and names are unique", () => {
    const urls = { authorizationUrl: "https://other.example/a", tokenUrl: "https://other.example/t" };
    expect(() => schemesOf(config, urls)).toThrow(
      new TypeError("openapi: `authorizationUrl` is one issuer's: with several, it goes under `issuers`"),
    );
    expect(() => schemesOf(config, { issuers: { [other]: { name: "oidc" } } })).toThrow(
      new TypeError("openapi: `name` is there twice; each issuer's scheme has its own"),
    );
  });
});

test("once the discovery document was read, its endpoints make the flow, with the same name", async () => {
  const server = await startKeyServer(kit.jwks.keys);
  onTestFinished(() => server.close());
  const { issuer: own } = server;
  server.metadata = { authorization_endpoint: `${own}/authorize`, token_endpoint: `${own}/token` };
  const auth = sallyport({ issuer: own, audience, insecureAllowLoopback: true }, { now });
  const docs = auth.openapi();
  expect(docs.components.securitySchemes).toMatchObject({ oidc: { type: "openIdConnect" } });
  await auth.ready();
  const flow = { authorizationUrl: `${own}/authorize`, tokenUrl: `${own}/token`, scopes: { openid: "" } };
  expect(docs.components.securitySchemes).toEqual({
    oidc: {
      type: "oauth2",
      description: `Access tokens of ${own}`,
      flows: { authorizationCode: flow },
    },
  });
  // Whoever names another address means it.
  const openIdConnectUrl = "https://sso.example.org/metadata";
  expect(auth.openapi({ openIdConnectUrl }).components.securitySchemes.oidc).toMatchObject({
    openIdConnectUrl,
  });
});
