// What is wrong with the options is said in the words of who wrote them: what was called, which variables were set.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inCallersWords } from "../../src/config/index.ts";
import { configFromEnvironment } from "../../src/index.ts";
import {
  createCore,
  type SallyportDeps,
  type SallyportOptions,
  sallyportDepsTable,
} from "../../src/sallyport.ts";

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/^(OIDC|OAUTH2)_/.test(name)) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

const set = (variables: Record<string, string>) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
};
const make = (options?: object, deps?: object) => () =>
  createCore(options as SallyportOptions | undefined, deps as SallyportDeps);
const own = { issuer: "https://a.example", audience: "my-api" };
const tenant = "11111111-2222-4333-8444-555555555555";

describe("the sentence begins with what was called", () => {
  test.each<[string, object, string]>([
    [
      "an option that is missing",
      { audience: "x" },
      "sallyport: `issuer` is missing; it takes the issuer's URL",
    ],
    ["an option of the wrong form", { ...own, audience: 7 }, "sallyport: `audience` takes the identifier"],
    [
      "an issuer on loopback",
      { ...own, issuer: "http://localhost:8080" },
      "sallyport: `issuer` is http on loopback",
    ],
    ["a contradiction", { ...own, issuers: [own] }, "sallyport: `issuer` and `issuers` exclude each other"],
    [
      "an unknown option",
      { ...own, audiense: "x" },
      "sallyport has no option `audiense`; did you mean `audience`?",
    ],
    ["an option of its own", { ...own, refuse: "never" }, "sallyport: `refuse` takes answer or throw"],
  ])("%s", (_name, options, sentence) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^sallyport/) }));
    expect(make(options)).toThrow(sentence);
    expect(make(options)).not.toThrow("createVerifier");
  });

  test.each(Object.keys(sallyportDepsTable))("%s among the options", (name) => {
    expect(make({ ...own, [name]: () => {} })).toThrow(
      new TypeError(
        `sallyport has no option \`${name}\`: it belongs into \`deps\`, the second argument: sallyport(options, { ${name} })`,
      ),
    );
  });
  test.each(["issuer", "audience", "refuse", "jwks"])("%s among the deps", (name) => {
    expect(make(own, { [name]: "x" })).toThrow(
      `sallyport's deps has no option \`${name}\`: it belongs into the options, the first argument: sallyport({ ${name} }, deps)`,
    );
  });
});

describe("what came from the environment is named by its variable", () => {
  const least = { OIDC_ISSUER: "https://a.example", OIDC_AUDIENCE: "my-api" };
  test.each<[string, Record<string, string>, string]>([
    [
      "http on loopback: the variable that allows it",
      { ...least, OIDC_ISSUER: "http://127.0.0.1:8080" },
      "sallyport: `issuer` (OIDC_ISSUER) is http on loopback; set `insecureAllowLoopback` (OIDC_INSECURE_ALLOW_LOOPBACK) if this is development or a test",
    ],
    [
      "by its other name",
      { OAUTH2_ISSUER: "https://a.example/?x", OAUTH2_AUDIENCE: "my-api" },
      "sallyport: `issuer` (OAUTH2_ISSUER) takes a URL without a query or a fragment (RFC 8414 §2)",
    ],
    [
      "two that exclude each other",
      { ...least, OIDC_JWKS_URI: "https://a.example/k", OIDC_DISCOVERY_URL: "https://a.example/d" },
      "sallyport: `jwksUri` (OIDC_JWKS_URI) and `discoveryUrl` (OIDC_DISCOVERY_URL) exclude each other: with jwksUri no discovery is made",
    ],
    [
      "a tenant and tenants",
      { OIDC_AUDIENCE: "x", OAUTH2_TENANT_ID: tenant, OAUTH2_TENANTS: tenant },
      "sallyport: `tenantId` (OAUTH2_TENANT_ID) and `tenants` (OAUTH2_TENANTS) exclude each other",
    ],
    [
      "one audience too many, by the client's id",
      { OAUTH2_PRESET: "google-id-token", OIDC_AUDIENCE: "a b" },
      "sallyport: `audience` (OIDC_AUDIENCE) takes exactly one value with the preset google-id-token",
    ],
    [
      "a variable that is missing",
      { OIDC_AUDIENCE: "x", OIDC_ISSUER: "https://login.microsoftonline.com/common/v2.0" },
      "sallyport: `tenants` (OAUTH2_TENANTS) is missing; it takes the list of tenants whose tokens are accepted",
    ],
    [
      "an algorithm whose secret has no variable",
      { ...least, OIDC_ALGORITHMS: "HS256" },
      "sallyport: `algorithms` (OIDC_ALGORITHMS) names HS256, which needs `secret`",
    ],
    [
      "an issuer that is none",
      { ...least, OIDC_ISSUER: "https://a.example/.well-known/openid-configuration" },
      "sallyport: `issuer` (OIDC_ISSUER) takes the issuer, not the address of its metadata: remove /.well-known/openid-configuration (the document's own `issuer` is the exact value)",
    ],
  ])("%s", (_name, variables, sentence) => {
    set(variables);
    expect(make()).toThrow(new TypeError(sentence));
  });

  test("from a file: the variable that names it", () => {
    const path = join(mkdtempSync(join(tmpdir(), "sallyport-")), "issuer");
    writeFileSync(path, "http://localhost:8080\n");
    set({ OIDC_ISSUER_FILE: path, OIDC_AUDIENCE: "my-api" });
    expect(make()).toThrow("sallyport: `issuer` (OIDC_ISSUER_FILE) is http on loopback");
  });

  test("spread into options of one's own: only those that are still the environment's", () => {
    set({ OIDC_ISSUER: "http://127.0.0.1:8080", OIDC_AUDIENCE: "my-api" });
    expect(make({ ...configFromEnvironment(), maxTokenAgeSeconds: 60 })).toThrow(
      "sallyport: `issuer` (OIDC_ISSUER) is http on loopback; set `insecureAllowLoopback` if this",
    );
    expect(make({ ...configFromEnvironment(), issuer: "http://localhost:1" })).toThrow(
      "sallyport: `issuer` is http on loopback",
    );
    expect(make({ ...own, audience: ["my-api", "b"], preset: "kubernetes" })).toThrow(
      "sallyport: `audience` takes exactly one value",
    );
  });

  test("an audience from OAUTH2_CLIENT_ID", () => {
    set({ OAUTH2_TENANT_ID: tenant, OAUTH2_CLIENT_ID: "c1" });
    const options = {
      ...configFromEnvironment(),
      preset: "kubernetes",
      tenantId: undefined,
      issuer: "https://a.example",
    };
    expect(make(options)).toThrow("sallyport: `audience` (OAUTH2_CLIENT_ID) takes exactly one value");
  });

  test("a contradiction in the environment is not this error's business", () => {
    set({ OIDC_ISSUER: "https://a.example", OAUTH2_ISSUER: "https://b.example" });
    expect(make({ ...own, issuer: "http://localhost:1" })).toThrow("sallyport: `issuer` is http on loopback");
  });
});

describe("options given in code switch the environment off", () => {
  const hint = (variable: string) =>
    `${variable} is set, but the environment is read only by sallyport() without options: leave them out, or give { ...configFromEnvironment(), … }`;
  test.each<[string, Record<string, string>, object, string | undefined]>([
    [
      "no issuer, and one in the environment",
      { OIDC_ISSUER: "https://a.example" },
      { audience: "x" },
      "OIDC_ISSUER",
    ],
    ["by its other name", { OAUTH2_ISSUER: "https://a.example" }, { audience: "x" }, "OAUTH2_ISSUER"],
    ["a tenant in the environment", { OAUTH2_TENANT_ID: tenant }, { audience: "x" }, "OAUTH2_TENANT_ID"],
    [
      "no audience, and one in the environment",
      { OAUTH2_AUDIENCE: "x" },
      { issuer: own.issuer },
      "OAUTH2_AUDIENCE",
    ],
    [
      "no tenants, and some in the environment",
      { OAUTH2_TENANTS: tenant },
      { preset: "entra", audience: "x" },
      "OAUTH2_TENANTS",
    ],
    ["nothing in the environment", {}, { audience: "x" }, undefined],
    ["something else in the environment", { OIDC_AUDIENCE: "x" }, { audience: "x" }, undefined],
    [
      "a client's id, which is no audience here",
      { OAUTH2_CLIENT_ID: "c1" },
      { issuer: own.issuer },
      undefined,
    ],
    ["an empty variable", { OIDC_ISSUER: "" }, { audience: "x" }, undefined],
  ])("%s", (_name, variables, options, variable) => {
    set(variables);
    let message = "";
    try {
      make(options)();
    } catch (error) {
      message = (error as Error).message;
    }
    const [sentence, ...more] = message.split("; ");
    expect(sentence).toMatch(/^sallyport: `\w+` is missing$/);
    expect(more[0]).toMatch(/^it takes /);
    expect(more.slice(1)).toEqual(variable ? [hint(variable)] : []);
  });

  test("a TypeError that names no option stays the same object", () => {
    const error = new TypeError("x is not a function");
    const inner = () => {
      throw error;
    };
    const thrown = (() => {
      try {
        inCallersWords({ name: "sallyport", options: own, fromEnvironment: true }, inner);
      } catch (caught) {
        return caught;
      }
    })();
    expect(thrown).toBe(error);
  });

  test("an error that is not about options stays as it is", () => {
    const error = new Error("the clock fell off the wall");
    const options = Object.defineProperty({ ...own }, "jwksUri", {
      enumerable: true,
      get: () => {
        throw error;
      },
    });
    expect(make(options)).toThrow(error);
  });
});
