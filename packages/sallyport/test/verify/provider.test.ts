// A trusted issuer as who signs people in: its metadata and its keys, shared with what verifies access tokens.
import { describe, expect, test } from "vitest";
import { createVerifier, type VerifierOptions } from "../../src/verify/index.ts";
import { type ProviderScript, startScriptedProvider } from "../support/scripted-login-provider.ts";
import { createTestKey } from "../support/signing.ts";

/** Where the keys are configured, the metadata is asked for by itself. */
const jwks = { keys: [createTestKey("fixed-1", "RS256").jwk] };

async function start(options: Partial<VerifierOptions> = {}, script: ProviderScript = {}) {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const idp = await startScriptedProvider({ now, script });
  const verifier = createVerifier(
    { issuer: idp.issuer, audience: "my-api", insecureAllowLoopback: true, ...options },
    { now },
    undefined,
    { clients: [true] },
  );
  const [provider] = verifier.providers();
  if (!provider) throw new TypeError("There is one");
  const seconds = Math.floor(clock.now / 1000);
  const accessToken = idp.jwt(
    {
      iss: idp.issuer,
      sub: "a",
      aud: "my-api",
      client_id: "web",
      jti: "1",
      iat: seconds,
      exp: seconds + 7200,
    },
    { header: { typ: "at+jwt" } },
  );
  return { clock, idp, verifier, provider, accessToken };
}

describe("metadata", () => {
  test("is asked for once, whoever needs it first, and with it the keys", async () => {
    const { idp, provider, verifier, accessToken } = await start();
    expect(idp.seen).toEqual([]);
    await Promise.all([
      ...Array.from({ length: 50 }, () => provider.metadata()),
      verifier.verify(accessToken),
    ]);
    expect([idp.count("/.well-known/openid-configuration"), idp.count("/keys")]).toEqual([1, 1]);
  });

  test("is what a refresh of the keys read on the way", async () => {
    const { idp, provider, verifier, accessToken } = await start();
    await verifier.verify(accessToken);
    expect((await provider.metadata()).token_endpoint).toBe(`${idp.issuer}/token`);
    expect(idp.count("/.well-known/openid-configuration")).toBe(1);
  });

  test("is read again after an hour, and goes on being used while that fails", async () => {
    const { clock, idp, provider } = await start({ jwks });
    await provider.metadata();
    clock.now += 3_599_000;
    await provider.metadata();
    expect(idp.count("/.well-known/openid-configuration")).toBe(1);
    idp.script.metadata = () => ({});
    clock.now += 1_000;
    expect((await provider.metadata()).issuer).toBe(idp.issuer);
    expect(idp.count("/.well-known/openid-configuration")).toBe(2);
    await provider.metadata();
    expect(idp.count("/.well-known/openid-configuration")).toBe(2);
  });

  test("a provider that fails is left alone for a moment, and then asked again", async () => {
    const { clock, idp, provider } = await start({ jwks }, { metadata: () => ({}) });
    for (let index = 0; index < 5; index += 1) {
      await expect(provider.metadata()).rejects.toMatchObject({ code: "discovery_failed" });
    }
    expect(idp.count("/.well-known/openid-configuration")).toBe(1);
    delete idp.script.metadata;
    clock.now += 2_000;
    expect((await provider.metadata()).issuer).toBe(idp.issuer);
  });

  test("an endpoint that may not be asked spoils signing in, and no access token", async () => {
    const script: ProviderScript = {
      metadata: (good) => ({ ...good, userinfo_endpoint: "http://evil.example/" }),
    };
    const { provider, verifier, accessToken } = await start({}, script);
    await expect(provider.metadata()).rejects.toThrow(/userinfo_endpoint is not https/);
    expect((await verifier.verify(accessToken)).subject).toBe("a");
  });
});

describe("keys", () => {
  test("are had though the provider is asked about every access token", async () => {
    const introspection = { clientId: "a", clientSecret: "b", tokens: "all" } as const;
    const { idp, provider } = await start({ introspection });
    const jwt = idp.jwt({ iss: idp.issuer, sub: "a" });
    expect((await provider.open(jwt)).payload.sub).toBe("a");
  });

  test("of a JWT must be the provider's, its issuer one of its names, its algorithm an allowed one", async () => {
    const { idp, provider } = await start();
    const good = { iss: idp.issuer };
    await expect(provider.open(idp.jwt({ iss: `${idp.issuer}/` }))).rejects.toMatchObject({
      code: "invalid_issuer",
    });
    await expect(provider.open(idp.jwt({}))).rejects.toMatchObject({ code: "invalid_issuer" });
    await expect(provider.open(idp.jwt(good, { header: { alg: "HS256" } }))).rejects.toMatchObject({
      code: "disallowed_alg",
    });
    await expect(provider.open(idp.jwt(good, { header: { kid: "other" } }))).rejects.toMatchObject({
      code: "key_not_found",
    });
    await expect(provider.open(idp.jwt(good, { header: { crit: ["exp"] } }))).rejects.toMatchObject({
      code: "forbidden_header",
    });
    await expect(provider.open(7)).rejects.toMatchObject({ code: "malformed_token" });
    expect(provider.issuer(idp.issuer)).toBe(idp.issuer);
    for (const other of [`${idp.issuer}/`, idp.issuer.toUpperCase(), "", undefined, null, 7]) {
      expect(provider.issuer(other)).toBeUndefined();
    }
  });

  test("of several tenants: the tenant that a JWT names is that of its issuer", async () => {
    const tenant = "11111111-2222-4333-8444-555555555555";
    const key = createTestKey("tenant-1", "RS256");
    const { idp } = await start();
    const verifier = createVerifier(
      {
        tenantId: tenant,
        audience: "my-api",
        jwks: { keys: [{ ...key.jwk, issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" }] },
      },
      {},
      undefined,
      { clients: [true] },
    );
    const [provider] = verifier.providers();
    const jwt = (tid: string) =>
      idp.jwt({ iss: `https://login.microsoftonline.com/${tenant}/v2.0`, sub: "a", tid }, { key });
    expect((await provider?.open(jwt(tenant)))?.payload.sub).toBe("a");
    await expect(provider?.open(jwt("99999999-2222-4333-8444-555555555555"))).rejects.toMatchObject({
      code: "invalid_issuer",
    });
  });

  test("that can't be had are 503", async () => {
    const { idp, provider } = await start();
    await idp.stop();
    await expect(provider.open(idp.jwt({ iss: idp.issuer }))).rejects.toMatchObject({ status: 503 });
  });
});

test("a preset's other name for the issuer is one of its own, and comes down to the one that counts", () => {
  const verifier = createVerifier({ preset: "google-id-token", audience: "a" }, {}, undefined, {
    clients: [true],
  });
  const [provider] = verifier.providers();
  expect(provider?.issuer("accounts.google.com")).toBe("https://accounts.google.com");
});

test("who signs in is a person, whatever an access token of that form would be", async () => {
  const { provider } = await start();
  const identity = provider.identify({ iss: provider.name, sub: "web", client_id: "web", exp: 1 });
  expect(identity.kind).toBe("user");
});

describe("an issuer that people sign in at", () => {
  test("may go without an audience, and then no access token of it is taken", async () => {
    const { idp, accessToken } = await start();
    const make = (clients: readonly boolean[]) =>
      createVerifier({ issuer: idp.issuer, insecureAllowLoopback: true }, {}, undefined, { clients });
    expect(() => make([])).toThrow(/`audience` is missing/);
    const verifier = make([true]);
    await expect(verifier.verify(accessToken)).rejects.toMatchObject({
      code: "invalid_audience",
      message: "No access token is taken here: this application has no audience",
    });
    expect(verifier.authorizationServers).toEqual([]);
  });

  test("shares no secret with those who check its tokens", () => {
    const options = {
      issuer: "https://idp.example",
      audience: "my-api",
      secret: "Zk3vT9wQeLr2Xc5Nm1Hy6Gf4Ds0PaUiOq7Rt2Wk9Bj",
      algorithms: ["HS256"],
    } as const;
    const make = (clients: readonly boolean[]) => () => createVerifier(options, {}, undefined, { clients });
    expect(make([])).not.toThrow();
    expect(make([true])).toThrow(/`secret` is of tokens that anyone who checks them could make/);
  });
});

test("an issuer that is written in two ways is one; two tenants of a provider are two", () => {
  const [one, other] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
  const verifier = createVerifier({ tenants: [one, other] as never, audience: "my-api" }, {}, undefined, {
    clients: [true],
  });
  const [provider] = verifier.providers();
  const v1 = (tenant?: string) => `https://sts.windows.net/${tenant}/`;
  const v2 = (tenant?: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
  expect(provider?.isSameIssuer(v1(one), v2(one))).toBe(true);
  expect(provider?.isSameIssuer(v2(one), v2(one))).toBe(true);
  expect(provider?.isSameIssuer(v2(one), v2(other))).toBe(false);
  expect(provider?.isSameIssuer(v1(other), v2(one))).toBe(false);
  for (const stranger of ["https://evil.example", undefined, null]) {
    expect(provider?.isSameIssuer(stranger, v2(one))).toBe(false);
    expect(provider?.isSameIssuer(stranger, stranger)).toBe(false);
  }
});
