// The environment: names, files, contradictions, and sentences that name the variable and never its value.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { configFromEnvironment, createVerifier, type Environment } from "../../src/index.ts";
import { createCore } from "../../src/sallyport.ts";

const issuer = "https://idp.example.org/realms/demo";
const tenant = "11111111-2222-4333-8444-555555555555";
const client = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const sessionSecret = "Vb3kJ9wQe7Lr2Tz8Xc5Nm1Hy6Gf4Ds0Pa+Ui/Oq7Rt2Wk9";
const least = { OIDC_ISSUER: issuer, OIDC_AUDIENCE: "my-api" };
const least2 = { issuer, audience: ["my-api"] };
const noFiles = () => {
  throw new Error("no file is read");
};
const read = (env: Environment, files?: Record<string, string>) =>
  configFromEnvironment(env, {
    readFile: files
      ? (path) => {
          const text = files[path];
          if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
          return text;
        }
      : noFiles,
  });

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("what is read", () => {
  test.each<[string, Environment, object]>([
    ["the OIDC names", least, least2],
    ["the OAUTH2 names", { OAUTH2_ISSUER: issuer, OAUTH2_AUDIENCE: "my-api" }, least2],
    [
      "both names with the same value",
      { ...least, OAUTH2_ISSUER: issuer, OAUTH2_AUDIENCE: "my-api" },
      least2,
    ],
    [
      "the same list, written otherwise",
      { ...least, OIDC_AUDIENCE: "a b", OAUTH2_AUDIENCE: "a, b" },
      { issuer, audience: ["a", "b"] },
    ],
    [
      "an empty variable as an unset one",
      {
        ...least,
        OAUTH2_ISSUER: "",
        OIDC_ALGORITHMS: "",
        OIDC_ISSUER_FILE: "",
        OIDC_CLOCK_TOLERANCE_SECONDS: "  ",
      },
      least2,
    ],
    [
      "lists by commas and spaces",
      { ...least, OIDC_ALGORITHMS: " RS256, ES256 " },
      { ...least2, algorithms: ["RS256", "ES256"] },
    ],
    ["numbers", { ...least, OIDC_CLOCK_TOLERANCE_SECONDS: "0" }, { ...least2, clockToleranceSeconds: 0 }],
    ["true", { ...least, OIDC_INSECURE_ALLOW_LOOPBACK: "true" }, { ...least2, insecureAllowLoopback: true }],
    [
      "false",
      { ...least, OIDC_INSECURE_ALLOW_LOOPBACK: "false" },
      { ...least2, insecureAllowLoopback: false },
    ],
    [
      "everything else that has a name",
      {
        ...least,
        OAUTH2_PRESET: "keycloak",
        OIDC_DISCOVERY_URL: `${issuer}/meta`,
        OIDC_JWKS_URI: `${issuer}/keys`,
        OAUTH2_REALM: "the api",
      },
      {
        ...least2,
        preset: "keycloak",
        discoveryUrl: `${issuer}/meta`,
        jwksUri: `${issuer}/keys`,
        realm: "the api",
      },
    ],
    ...["OIDC", "OAUTH2"].map((prefix): [string, Environment, object] => [
      `what may begin with either: ${prefix}_`,
      {
        ...least,
        [`${prefix}_DISCOVERY_URL`]: `${issuer}/meta`,
        [`${prefix}_PUBLIC_URL`]: "https://api.example.org",
        [`${prefix}_RESOURCE`]: "https://api.example.org/orders",
        [`${prefix}_DPOP`]: "required",
        [`${prefix}_MTLS`]: "off",
        [`${prefix}_INTROSPECTION_ENDPOINT`]: `${issuer}/asked`,
        [`${prefix}_INTROSPECTION_CLIENT_ID`]: "api",
        [`${prefix}_INTROSPECTION_CLIENT_SECRET`]: "s",
        [`${prefix}_INTROSPECTION_PRIVATE_KEY`]: '{"kty":"EC"}',
        [`${prefix}_INTROSPECTION_AUTH_METHOD`]: "client_secret_post",
        [`${prefix}_INTROSPECTION_TOKENS`]: "all",
      },
      {
        ...least2,
        discoveryUrl: `${issuer}/meta`,
        publicUrl: "https://api.example.org",
        resource: "https://api.example.org/orders",
        dpop: "required",
        mtls: "off",
        introspection: {
          endpoint: `${issuer}/asked`,
          clientId: "api",
          clientSecret: "s",
          privateKey: { kty: "EC" },
          authMethod: "client_secret_post",
          tokens: "all",
        },
      },
    ]),
    [
      "the keys' address by its other name",
      { ...least, OAUTH2_JWKS_URI: `${issuer}/keys` },
      { ...least2, jwksUri: `${issuer}/keys` },
    ],
    [
      "nothing of a login's where sessions have no secret",
      {
        ...least,
        OIDC_CLIENT_ID: "web",
        OIDC_CLIENT_SECRET: "s",
        OIDC_REDIRECT_URI: "https://a",
        OIDC_SCOPES: "openid",
      },
      least2,
    ],
    [
      "a login where they have",
      {
        ...least,
        OIDC_CLIENT_ID: "web",
        OIDC_CLIENT_SECRET: "s",
        OIDC_REDIRECT_URI: "https://a.example/callback",
        OIDC_SCOPES: "openid offline_access",
        SESSION_SECRET: sessionSecret,
        SESSION_IDLE_SECONDS: "600",
      },
      {
        ...least2,
        clientId: "web",
        clientSecret: "s",
        login: { redirectUri: "https://a.example/callback", scopes: ["openid", "offline_access"] },
        session: { secret: sessionSecret, idleSeconds: 600 },
      },
    ],
    [
      "an issuer that a preset implies",
      { OAUTH2_PRESET: "google-id-token", OIDC_AUDIENCE: "web" },
      { preset: "google-id-token", audience: ["web"] },
    ],
  ])("%s", (_, env, expected) => {
    expect(read(env)).toEqual(expected);
  });

  test("what is read makes a verifier", () => {
    expect(createVerifier(read(least)).health().issuers).toMatchObject([{ issuer, preset: "keycloak" }]);
  });

  test("names that an object inherits are not variables", () => {
    expect(read(Object.assign(Object.create({ OAUTH2_REALM: undefined }), least))).toEqual(least2);
  });
});

describe("Entra ID", () => {
  test.each<[string, Environment, object]>([
    [
      "the tenant alone selects it",
      { OAUTH2_TENANT_ID: tenant, OIDC_AUDIENCE: "api://x" },
      { tenantId: tenant, audience: ["api://x"] },
    ],
    [
      "the client id is the audience of v2 tokens, and within `api://` of v1 tokens",
      { OAUTH2_TENANT_ID: tenant, OAUTH2_CLIENT_ID: client },
      { tenantId: tenant, audience: [client, `api://${client}`] },
    ],
    [
      "by a list of tenants",
      { OAUTH2_TENANTS: tenant, OAUTH2_CLIENT_ID: client },
      { tenants: [tenant], audience: [client, `api://${client}`] },
    ],
    [
      "by the issuer's host",
      { OIDC_ISSUER: `https://login.microsoftonline.com/${tenant}/v2.0`, OAUTH2_CLIENT_ID: client },
      { issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, audience: [client, `api://${client}`] },
    ],
    [
      "by the preset's name",
      {
        OAUTH2_PRESET: "entra",
        OIDC_ISSUER: `https://login.microsoftonline.com/${tenant}/v2.0`,
        OAUTH2_CLIENT_ID: client,
      },
      {
        preset: "entra",
        issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
        audience: [client, `api://${client}`],
      },
    ],
    [
      "an audience goes before the client id",
      { OAUTH2_TENANT_ID: tenant, OAUTH2_AUDIENCE: "api://x", OAUTH2_CLIENT_ID: client },
      { tenantId: tenant, audience: ["api://x"] },
    ],
  ])("%s", (_, env, expected) => {
    const config = read(env);
    expect(config).toEqual(expected);
    expect(createVerifier(config).health().issuers).toMatchObject([{ preset: "entra" }]);
  });

  test.each<[string, Environment]>([
    ["another issuer", { OIDC_ISSUER: issuer, OAUTH2_CLIENT_ID: client }],
    ["another preset", { OIDC_ISSUER: issuer, OAUTH2_PRESET: "rfc9068", OAUTH2_CLIENT_ID: client }],
    [
      "another preset at Entra ID's host",
      {
        OIDC_ISSUER: `https://login.microsoftonline.com/${tenant}/v2.0`,
        OAUTH2_PRESET: "rfc9068",
        OAUTH2_CLIENT_ID: client,
      },
    ],
    [
      "a host that only ends like it",
      {
        OIDC_ISSUER: `https://login.microsoftonline.com.example.org/${tenant}/v2.0`,
        OAUTH2_CLIENT_ID: client,
      },
    ],
  ])("the client id is no audience for %s", (_, env) => {
    expect(() => read(env)).toThrow(
      new TypeError(
        "The environment names no audience: set OIDC_AUDIENCE or OAUTH2_AUDIENCE to the identifier of this API",
      ),
    );
  });
});

describe("files", () => {
  test.each([
    ["no line ending", "my-api"],
    ["a line ending", "my-api\n"],
    ["a line ending of Windows", "my-api\r\n"],
  ])("the value of a file with %s", (_, text) => {
    expect(read({ OIDC_ISSUER: issuer, OIDC_AUDIENCE_FILE: "/run/a" }, { "/run/a": text })).toEqual(least2);
  });

  test("one trailing line ending is dropped, not two", () => {
    expect(() =>
      read({ ...least, OIDC_ISSUER: "", OIDC_ISSUER_FILE: "/run/a" }, { "/run/a": `${issuer}\n\n` }),
    ).toThrow("OIDC_ISSUER begins or ends with white space");
  });

  test("the client id may be in a file too", () => {
    expect(
      read({ OAUTH2_TENANT_ID: tenant, OAUTH2_CLIENT_ID_FILE: "/run/a" }, { "/run/a": client }).audience,
    ).toEqual([client, `api://${client}`]);
  });

  test("a real file, read by the runtime's own file system", () => {
    const path = join(mkdtempSync(join(tmpdir(), "sallyport-")), "issuer");
    writeFileSync(path, `${issuer}\n`);
    expect(configFromEnvironment({ OIDC_ISSUER_FILE: path, OIDC_AUDIENCE: "my-api" })).toEqual(least2);
    expect(() =>
      configFromEnvironment({ OIDC_ISSUER_FILE: `${path}-not-there`, OIDC_AUDIENCE: "my-api" }),
    ).toThrow(new TypeError("OIDC_ISSUER_FILE names a file that cannot be read (ENOENT)"));
  });

  test.each([
    ["without getBuiltinModule", { env: {} }],
    ["without node:fs", { env: {}, getBuiltinModule: () => undefined }],
  ])("a runtime %s says so", (_, process) => {
    vi.stubGlobal("process", process);
    expect(() => configFromEnvironment({ OIDC_ISSUER_FILE: "/run/a" })).toThrow(
      new TypeError("OIDC_ISSUER_FILE cannot be used: this runtime has no files; set OIDC_ISSUER"),
    );
  });
});

describe("refusals name the variable, and never its value", () => {
  const canary = "c4n4ry";
  test.each<[string, Environment, string | RegExp]>([
    [
      "no issuer",
      { OIDC_AUDIENCE: canary },
      "The environment names no issuer: set OIDC_ISSUER (or OAUTH2_ISSUER; for Entra ID OAUTH2_TENANT_ID is enough) and OIDC_AUDIENCE",
    ],
    [
      "no audience",
      { OIDC_ISSUER: `https://${canary}.example` },
      "The environment names no audience: set OIDC_AUDIENCE or OAUTH2_AUDIENCE to",
    ],
    [
      "no audience, and a client that has no secret for its sessions",
      { OIDC_ISSUER: `https://${canary}.example`, OIDC_CLIENT_ID: canary },
      /set OIDC_AUDIENCE .*; or, where people sign in, SESSION_SECRET to a random secret beside OIDC_CLIENT_ID/,
    ],
    [
      "no audience for Entra ID",
      { OAUTH2_TENANT_ID: tenant },
      "set OIDC_AUDIENCE or OAUTH2_AUDIENCE, or OAUTH2_CLIENT_ID to",
    ],
    [
      "two issuers",
      { ...least, OAUTH2_ISSUER: `https://${canary}.example` },
      "OIDC_ISSUER and OAUTH2_ISSUER have different values for the same option: leave one out",
    ],
    [
      "a trailing slash is another issuer",
      { ...least, OAUTH2_ISSUER: `${issuer}/` },
      "OIDC_ISSUER and OAUTH2_ISSUER have different values",
    ],
    [
      "two audiences",
      { ...least, OAUTH2_AUDIENCE: canary },
      "OIDC_AUDIENCE and OAUTH2_AUDIENCE have different values",
    ],
    [
      "two secrets",
      {
        ...least,
        OIDC_INTROSPECTION_CLIENT_SECRET: canary,
        OAUTH2_INTROSPECTION_CLIENT_SECRET: `${canary}2`,
      },
      "OAUTH2_INTROSPECTION_CLIENT_SECRET and OIDC_INTROSPECTION_CLIENT_SECRET have different values",
    ],
    [
      "a variable and its file",
      { ...least, OIDC_ISSUER_FILE: canary },
      "OIDC_ISSUER and OIDC_ISSUER_FILE exclude each other",
    ],
    [
      "a file that is not there",
      { OIDC_ISSUER_FILE: canary },
      "OIDC_ISSUER_FILE names a file that cannot be read (ENOENT)",
    ],
    ["an empty file", { OIDC_ISSUER_FILE: "/run/empty" }, "OIDC_ISSUER_FILE names a file that is empty"],
    ["not a URL", { OIDC_ISSUER: canary }, "OIDC_ISSUER takes the issuer's URL"],
    [
      "a line ending in a value",
      { ...least, OIDC_ISSUER: `https://${canary}.example\r` },
      "OIDC_ISSUER begins or ends with white space",
    ],
    [
      "quotation marks, which an env file of Docker's leaves in",
      { ...least, OIDC_ISSUER: `"https://${canary}.example"` },
      "OIDC_ISSUER is in quotation marks, which are part of the value here: remove them",
    ],
    [
      "single quotation marks",
      { ...least, OIDC_AUDIENCE: `'${canary}'` },
      "OIDC_AUDIENCE is in quotation marks, which are part of the value here: remove them",
    ],
    [
      "an issuer under a name like the right one",
      { OIDC_ISSUER_URL: `https://${canary}.example`, OIDC_AUDIENCE: canary },
      "or give sallyport() its options (OIDC_ISSUER_URL is set, which is not read)",
    ],
    [
      "an issuer that is set, and empty",
      { OIDC_ISSUER: "", OIDC_AUDIENCE: canary },
      "or give sallyport() its options (OIDC_ISSUER is set, but empty)",
    ],
    [
      "an issuer's file that is set, and empty",
      { OIDC_ISSUER_FILE: "", OIDC_AUDIENCE: canary },
      /or give sallyport\(\) its options$/,
    ],
    [
      "an audience that is set, and empty",
      { OIDC_ISSUER: `https://${canary}.example`, OAUTH2_AUDIENCE: " " },
      "to the identifier of this API (OAUTH2_AUDIENCE is set, but empty)",
    ],
    [
      "an audience under a name like the right one",
      { OIDC_ISSUER: `https://${canary}.example`, OAUTH_AUDIENCE: canary },
      "to the identifier of this API (OAUTH_AUDIENCE is set, which is not read)",
    ],
    [
      "not a number",
      { ...least, OIDC_CLOCK_TOLERANCE_SECONDS: canary },
      "OIDC_CLOCK_TOLERANCE_SECONDS takes a whole number of seconds from 0 to 300",
    ],
    [
      "a number out of bounds",
      { ...least, OIDC_CLOCK_TOLERANCE_SECONDS: "301" },
      "OIDC_CLOCK_TOLERANCE_SECONDS takes a whole number of seconds from 0 to 300",
    ],
    [
      "neither true nor false",
      { ...least, OIDC_INSECURE_ALLOW_LOOPBACK: "1" },
      "OIDC_INSECURE_ALLOW_LOOPBACK takes true or false",
    ],
    [
      "an unknown algorithm",
      { ...least, OIDC_ALGORITHMS: `RS256,${canary}` },
      "OIDC_ALGORITHMS takes a list of RS256, PS256, ES256, EdDSA and their like, separated by commas or spaces",
    ],
    ["an unknown preset", { ...least, OAUTH2_PRESET: canary }, "OAUTH2_PRESET takes one of rfc9068"],
    [
      "a list of nothing",
      { ...least, OIDC_AUDIENCE: " , " },
      "OIDC_AUDIENCE takes the identifier of this API",
    ],
    [
      "two client ids",
      { OAUTH2_TENANT_ID: tenant, OAUTH2_CLIENT_ID: `${canary} b` },
      "OAUTH2_CLIENT_ID takes one application (client) id",
    ],
  ])("%s", (_, env, sentence) => {
    const files = { "/run/empty": "\n" };
    expect(() => read(env, files)).toThrow(TypeError);
    expect(() => read(env, files)).toThrow(sentence);
    expect(() => read(env, files)).not.toThrow(canary);
  });
});

describe("sallyport() without options", () => {
  test("reads the process's environment", async () => {
    vi.stubEnv("OIDC_ISSUER", issuer);
    vi.stubEnv("OIDC_AUDIENCE", "my-api");
    const core = createCore();
    expect(core.health().issuers).toMatchObject([{ issuer }]);
    await core.close();
  });

  test("and nothing in the environment: one sentence that names the variables", () => {
    for (const name of Object.keys(process.env))
      if (/^(OIDC|OAUTH2)_/.test(name)) vi.stubEnv(name, undefined);
    expect(() => createCore()).toThrow(
      new TypeError(
        "The environment names no issuer: set OIDC_ISSUER (or OAUTH2_ISSUER; for Entra ID OAUTH2_TENANT_ID is enough) and OIDC_AUDIENCE, or give sallyport() its options",
      ),
    );
  });

  test("on a runtime without an environment: the same sentence", () => {
    vi.stubGlobal("process", undefined);
    expect(() => configFromEnvironment()).toThrow("The environment names no issuer: set OIDC_ISSUER");
  });
});
