// What the configuration holds: secrets, URLs with passwords, and words where they don't belong.
import { describe, expect, test } from "vitest";
import { configFromEnvironment, createVerifier, type VerifierOptions } from "../../../src/index.ts";
import { type SallyportOptions, sallyportDepsTable, sallyportOptionTable } from "../../../src/sallyport.ts";
import { introspectionTable } from "../../../src/verify/introspection/options.ts";
import { issuerOptionTable } from "../../../src/verify/issuers/issuer-options.ts";
import { cacheTable, limitTable } from "../../../src/verify/options.ts";
import { hmac } from "../../support/signing.ts";
import { canary, finish, listen, request } from "./ears.ts";
import { bearer, ears, kit, now, options, self, token } from "./scene.ts";

describe("the configuration", () => {
  const secret = `${canary("hmac")}-Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJd`;

  test("a shared secret, right and wrong", async () => {
    const hs: SallyportOptions = {
      issuer: kit.issuer,
      audience: kit.audience,
      secret,
      algorithms: ["HS256"],
    };
    const core = await listen(hs, ears, { now });
    const make = (key: string) =>
      token({ header: { alg: "HS256", kid: undefined }, sign: (input) => hmac("HS256", key, input) });
    ears.permitted = self;
    expect(await request(core, ears, bearer(make(secret)))).toMatchObject({ subject: canary("sub") });
    await request(core, ears, bearer(make("another-secret-of-the-caller-0123456789")));
    ears.hear("the application's parts", [core, core.verifier]);
    await finish(core, ears);
    expect(ears.codes).toContain("invalid_signature");
    expect(ears.leaks()).toEqual([]);
  });

  const wrong: [string, object][] = [
    ["a secret that is too short", { secret: canary("short"), algorithms: ["HS512"] }],
    [
      "a secret that could be guessed",
      { secret: `secret-${canary("guess")}-0123456789-0123456789`, algorithms: ["HS256"] },
    ],
    ["a secret that is a key", { secret: `-----BEGIN ${canary("pem")}`, algorithms: ["HS256"] }],
    [
      "a secret beside remote keys",
      { secret, algorithms: ["HS256"], jwksUri: `https://${canary("uri")}.example` },
    ],
    ["a secret without algorithms", { secret }],
    [
      "an issuer with user and password",
      { issuer: `https://${canary("user")}:${canary("password")}@idp.example` },
    ],
    ["an issuer without https", { issuer: `http://${canary("issuer")}.example` }],
    ["an issuer with a query", { issuer: `https://idp.example/?${canary("query")}` }],
    [
      "a jwksUri with user and password",
      { jwksUri: `https://${canary("user")}:${canary("password")}@idp.example`, jwks: undefined },
    ],
    [
      "a discoveryUrl with user and password",
      { discoveryUrl: `https://${canary("user")}:${canary("password")}@idp.example`, jwks: undefined },
    ],
    ["keys of words", { jwks: { keys: [{ kty: canary("kty"), k: canary("k") }] } }],
    ["a tenant of words", { tenantId: canary("tenant") }],
    ...Object.keys(sallyportOptionTable).flatMap((name): [string, object][] => [
      [`${name}: words`, { [name]: ` ${canary("words")} \u0000` }],
      [`${name}: an object`, { [name]: { [canary("member")]: canary("value") } }],
      [`${name}: a list`, { [name]: [{ [canary("member")]: canary("value") }, canary("item"), 7] }],
    ]),
    ...Object.keys(issuerOptionTable).map((name): [string, object] => [
      `issuers: ${name}`,
      { issuers: [{ [name]: { [canary("member")]: canary("value") } }] },
    ]),
    ...Object.keys(limitTable).map((name): [string, object] => [
      `limits.${name}`,
      { limits: { [name]: canary("limit") } },
    ]),
    ...Object.keys(introspectionTable).flatMap((name): [string, object][] =>
      [canary("word"), ` ${canary("words")} \u0000`, { [canary("member")]: canary("value") }].map((value) => [
        `introspection.${name}`,
        // Beside a secret and a key there is always something wrong.
        { introspection: { clientId: "api", clientSecret: canary("secret"), privateKey: {}, [name]: value } },
      ]),
    ),
    ...Object.keys(cacheTable).map((name): [string, object] => [
      `cache.${name}`,
      { cache: { [name]: canary("cache") } },
    ]),
  ];
  test.each(wrong)("%s", async (what, extra) => {
    let thrown: unknown;
    let core: Awaited<ReturnType<typeof listen>> | undefined;
    try {
      core = await listen(
        { ...options, ...("secret" in extra ? { jwks: undefined } : {}), ...extra } as SallyportOptions,
        ears,
        { now },
      );
    } catch (error) {
      thrown = error;
    }
    await core?.close();
    // Some options take any word at all: an audience, a claim's name, a preset's own row is checked member by member.
    const takesWords =
      /^(audience|requiredScopes|requiredPermissions|\w+Claim|realm): words$|^(roleMap|secret|claims): an object$/.test(
        what,
      );
    if (!takesWords) expect(thrown, what).toBeInstanceOf(TypeError);
    ears.hear("thrown", thrown);
    // An unknown option is named: an option's name is no secret.
    expect(ears.leaks().filter((leak) => !leak.startsWith("cnrymemberzz"))).toEqual([]);
  });

  test.each(Object.keys(sallyportDepsTable))("deps.%s of words", (name) => {
    let thrown: unknown;
    try {
      createVerifier(options as VerifierOptions, { [name]: canary("dep") } as never);
    } catch (error) {
      thrown = error;
    }
    ears.hear("thrown", thrown);
    expect(thrown).toBeInstanceOf(TypeError);
    expect(ears.leaks()).toEqual([]);
  });

  const variables = [...Object.values(sallyportOptionTable), ...Object.values(introspectionTable)].flatMap(
    (row) => ("env" in row ? [...row.env] : []),
  );
  test.each(variables)("the variable %s", (name) => {
    for (const [variable, value] of [
      [name, `${canary("value")}\n"`],
      [`${name}_FILE`, `/${canary("file")}`],
    ] as const) {
      try {
        ears.hear(
          "the configuration's keys",
          Object.keys(
            configFromEnvironment({
              OIDC_ISSUER: "https://i.example",
              OIDC_AUDIENCE: "a",
              [variable]: value,
            }),
          ),
        );
      } catch (error) {
        ears.hear("thrown", error);
      }
    }
    expect(ears.leaks()).toEqual([]);
  });
});
