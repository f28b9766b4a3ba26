// What the log says of a refused token: how it differs from what is configured, and never what it says itself.
import { describe, expect, test } from "vitest";
import { AuthError, createVerifier, presets, type VerifierOptions } from "../../src/index.ts";
import { verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const deps = { now: () => kit.nowSeconds * 1000 };

/** The refusal's message; the caller must read the same sentence whatever it says. */
async function messageOf(options: VerifierOptions, token: unknown): Promise<string> {
  const keys = options.issuers ? {} : { jwks: kit.jwks };
  const verifier = createVerifier({ audience: kit.audience, ...keys, ...options }, deps);
  try {
    await verifyHere(verifier, token as string);
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError);
    expect((error as AuthError).description).toBe("The access token is not valid");
    return (error as AuthError).message;
  }
  throw new Error("accepted");
}

describe("another issuer than the configured", () => {
  const of = (configured: string, iss: unknown) =>
    messageOf({ issuer: configured, insecureAllowLoopback: true }, kit.token({ claims: { iss } }));
  const machine = "the name of this machine (localhost, 127.0.0.1 and [::1] are different issuers)";
  const only: [name: string, configured: string, iss: string, words: string][] = [
    [
      "a slash too many",
      "https://a.example/x",
      "https://a.example/x/",
      "the slash at its end (there, and not configured)",
    ],
    [
      "a slash too few",
      "https://a.example/",
      "https://a.example",
      "the slash at its end (configured, and not there)",
    ],
    ["capitals in the host", "https://a.example/x", "https://A.example/x", "upper and lower case letters"],
    [
      "capitals in the path",
      "https://a.example/realms/Demo",
      "https://a.example/realms/demo",
      "upper and lower case letters",
    ],
    ["capitals in the scheme", "https://a.example/x", "HTTPS://a.example/x", "upper and lower case letters"],
    [
      "http",
      "https://a.example/x",
      "http://a.example/x",
      "the scheme (http: behind a proxy, tell the provider its public URL)",
    ],
    [
      "https",
      "http://localhost:8080",
      "https://localhost:8080",
      "the scheme (https, where http is configured)",
    ],
    ["another scheme", "https://a.example", "spiffe://a.example", "the scheme"],
    ["localhost", "http://127.0.0.1:8080/x", "http://localhost:8080/x", machine],
    ["127.0.0.1", "http://localhost:8080/x", "http://127.0.0.1:8080/x", machine],
    ["[::1]", "http://localhost:8080/x", "http://[::1]:8080/x", machine],
    ["another port", "http://localhost:8080", "http://localhost:8081", "the port"],
    ["the port of https, written out", "https://a.example", "https://a.example:443", "the port"],
    [
      "several of them",
      "http://localhost:8080/x",
      "https://127.0.0.1:8443/X/",
      `the slash at its end (there, and not configured) and by the scheme (https, where http is configured) and by ${machine} and by the port and by upper and lower case letters`,
    ],
  ];
  test.each(only)("%s", async (_name, configured, iss, words) => {
    expect(await of(configured, iss)).toBe(
      `The token's iss is not the configured issuer: it differs only by ${words}`,
    );
  });

  test.each([
    ["another realm", "https://a.example/realms/x", "https://a.example/realms/y"],
    ["no path at all", "https://a.example/realms/x", "https://a.example"],
    ["one path more", "https://a.example/realms/x", "https://a.example/auth/realms/x"],
    ["two slashes", "https://a.example/x", "https://a.example/x//"],
    ["a query", "https://a.example/x", "https://a.example/x?y"],
    ["another scheme and path", "https://a.example/x", "http://a.example/y"],
  ])("%s", async (_name, configured, iss) => {
    expect(await of(configured, iss)).toBe(
      "The token's iss is not the configured issuer: it has the same host, but another path: compare the realm or the tenant",
    );
  });

  test.each([
    ["https://a.example/realms/x", "https://b.example/realms/y"],
    ["https://a.example", "https://b.example"],
    ["https://a.example/", "https://b.example"],
    ["https://a.example", "https://a.example.b.example"],
    ["https://a.example", "https://a.example@b.example"],
  ])("another host: %s and %s", async (configured, iss) => {
    expect(await of(configured, iss)).toBe(
      "The token's iss is not the configured issuer: it has another host",
    );
  });

  test("another host and the same path: the two names of a provider in a container", async () => {
    expect(await of("https://sso.a.example/realms/x", "http://keycloak:8080/realms/x")).toBe(
      "The token's iss is not the configured issuer: it has another host and the same path. Where callers reach the provider by another name than this API does, `issuer` takes their name, and `discoveryUrl` or `jwksUri` the address as seen from here",
    );
  });

  test.each([["a.example"], [""], ["https://"], ["urn:x:y"]])("%j is no URL", async (iss) => {
    expect(await of("https://a.example", iss)).toBe(
      "The token's iss is not the configured issuer, and not a URL",
    );
  });
  test.each([[7], [null], [{}], [["https://a.example"]], [true]])("%j is no text", async (iss) => {
    expect(await of("https://a.example", iss)).toBe("The token's iss is not a text");
  });

  test("of several issuers, the nearest is named by its place in the configuration", async () => {
    const issuers = ["https://a.example/x", "https://b.example/x", "https://b.example/Y"].map((issuer) => ({
      issuer,
      jwks: kit.jwks,
    }));
    const among = (iss: string) => messageOf({ issuers }, kit.token({ claims: { iss } }));
    const none = "The token's iss is none of the configured issuers";
    expect(await among("https://b.example/y")).toBe(
      `${none}: compared with issuers[2], it differs only by upper and lower case letters`,
    );
    expect(await among("https://b.example/x/")).toMatch(
      /: compared with issuers\[1\], it differs only by the slash/,
    );
    expect(await among("https://a.example/z")).toMatch(
      /: compared with issuers\[0\], it has the same host, but another path/,
    );
    expect(await among("https://c.example/z")).toBe(`${none}: it has another host`);
    expect(await among("x")).toBe(`${none}, and not a URL`);
  });

  test("one issuer of many names is one issuer", async () => {
    const tenants = Array.from(
      { length: 200 },
      (_, index) => `11111111-2222-4333-8444-${String(index).padStart(12, "0")}`,
    );
    const message = await messageOf(
      { tenants },
      kit.token({ claims: { iss: "https://login.microsoftonline.com/other/v2.0" } }),
    );
    expect(message).toBe(
      "The token's iss is not the configured issuer: it has the same host, but another path: compare the realm or the tenant",
    );
    expect(
      await messageOf(
        { preset: "google-id-token" },
        kit.token({ claims: { iss: "https://accounts.google.com/" } }),
      ),
    ).toBe(
      "The token's iss is not the configured issuer: it differs only by the slash at its end (there, and not configured)",
    );
  });
});

describe("another audience than the configured", () => {
  const start = "The token's aud names another audience than the configured";
  const of = (audience: string | string[], aud: unknown, claims = {}) =>
    messageOf({ issuer: kit.issuer, audience }, kit.token({ claims: { aud, ...claims } }));
  test.each<[string, string | string[], unknown, string]>([
    ["a slash too many", "https://api.a.example", "https://api.a.example/", "the slash at its end"],
    [
      "a slash too few",
      ["x", "https://api.a.example/"],
      ["y", "https://api.a.example"],
      "the slash at its end",
    ],
    ["the form of Entra ID's version 1", "my-api", "api://my-api", "api:// at its beginning"],
    ["and of version 2", "api://my-api", "my-api", "api:// at its beginning"],
    ["capitals", "My-API", ["other", "my-api"], "upper and lower case letters"],
    ["white space", "my-api", "my-api ", "white space"],
  ])("%s", async (_name, audience, aud, words) => {
    expect(await of(audience, aud)).toBe(`${start}: it differs only by ${words}`);
  });
  test("something else", async () => {
    expect(await of("my-api", "account")).toBe(start);
    expect(await of("my-api", ["account", "s6BhdRkqt3-client-2"])).toBe(start);
  });
  test("the client itself, as in an ID token", async () => {
    expect(await of("my-api", "web", { client_id: "web" })).toBe(
      `${start}: it names the client that asked for it, as an ID token does`,
    );
  });
  test("the preset's advice, where it has one", async () => {
    const claims = { typ: "Bearer", azp: "web", client_id: undefined };
    const keycloak = (aud: unknown) =>
      messageOf(
        { issuer: kit.issuer, audience: "my-api", preset: "keycloak" },
        kit.token({ header: { typ: "JWT" }, claims: { ...claims, aud } }),
      );
    const advice = "in Keycloak, add an audience mapper for this API to the client or to one of its scopes";
    expect(await keycloak("account")).toBe(`${start} (${advice})`);
    expect(await keycloak("web")).toBe(
      `${start}: it names the client that asked for it, as an ID token does (${advice})`,
    );
    expect(await keycloak("my-api/")).toBe(`${start}: it differs only by the slash at its end`);
  });
  test("none: the claims that could have named it are named", async () => {
    const cognito = { token_use: "access", aud: undefined };
    const message = await messageOf(
      { issuer: kit.issuer, preset: "cognito" },
      kit.token({ header: { typ: "JWT" }, claims: cognito }),
    );
    expect(message).toBe("The token's client_id names another audience than the configured");
    expect(await messageOf({ issuer: kit.issuer }, kit.token({ claims: { aud: undefined } }))).toBe(
      "The token has no aud",
    );
    const lax = { ...presets.rfc9068, name: "own", required: ["iss", "exp", "sub", "iat"] };
    const claims = { aud: undefined };
    expect(await messageOf({ issuer: kit.issuer, preset: lax }, kit.token({ claims }))).toBe(
      "The token names no audience: it has no aud",
    );
    const two = { ...lax, audience: [["aud"], ["for", "api"]] };
    expect(await messageOf({ issuer: kit.issuer, preset: two }, kit.token({ claims }))).toBe(
      "The token names no audience: it has no aud and no for.api",
    );
  });
});

test("an algorithm that is not allowed: those that are", async () => {
  expect(await messageOf({ issuer: kit.issuer, algorithms: ["ES256", "PS256"] }, kit.token())).toBe(
    "The token's alg is not allowed for this issuer: ES256, PS256 are",
  );
});

describe("what is no token", () => {
  const token = kit.token();
  const hints: [name: string, token: string, hint: string | undefined][] = [
    [
      "the whole header's value",
      `Bearer ${token}`,
      "it begins with the scheme `Bearer`; remove that and pass the token alone",
    ],
    [
      "the same in lower case",
      `bearer  ${token}`,
      "it begins with the scheme `Bearer`; remove that and pass the token alone",
    ],
    [
      "the same after a space",
      ` Bearer ${token}`,
      "it begins with the scheme `Bearer`; remove that and pass the token alone",
    ],
    ...["undefined", "null", "", "[object Object]", "bearer"].map((text): [string, string, string] => [
      `${JSON.stringify(text)}`,
      text,
      "it is no token, but what is left where one was missing",
    ]),
    ["a token in quotes", `"${token}"`, "it is in quotation marks; remove them"],
    ["a token in single quotes", `'${token}'`, "it is in quotation marks; remove them"],
    ["a line ending", `${token}\n`, "it has white space around it; remove that"],
    ["a space before", ` ${token}`, "it has white space around it; remove that"],
    [
      "an opaque token",
      "2YotnFZFEjr1zCsicMWpAA",
      "it has no dots, as an opaque token has none; the provider must issue a JWT for this API (often by naming the audience in the request), or be asked about its tokens: `introspection`",
    ],
    [
      "an encrypted token",
      `${token}.x.y`,
      "it has five parts, as an encrypted token (JWE) has; the provider must sign it and not encrypt it",
    ],
    ["one dot", "a.b", undefined],
    ["many dots", "a.b.c.d.e.f.g", undefined],
    ["three parts of nothing", "a.b.c", undefined],
  ];
  test.each(hints)("%s", async (_name, text, hint) => {
    const message = await messageOf({ issuer: kit.issuer }, text);
    expect(message).toMatch(/^The (token|header|payload|signature) is not [^:]*/);
    expect(/: (it .*)$/.exec(message)?.[1]).toBe(hint);
    if (text.length > 20) expect(message).not.toContain(text.trim().slice(-20));
  });
  test("what is not even a text is said so, and nothing guessed", async () => {
    expect(await messageOf({ issuer: kit.issuer }, undefined)).toBe("The token is not a string");
  });
});
