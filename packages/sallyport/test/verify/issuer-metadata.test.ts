// What may be told of an issuer: where people log in, as its discovery document says, and nothing that is ours alone.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createVerifier, type VerifierOptions } from "../../src/index.ts";
import { type KeyServer, metadataPath, startKeyServer } from "../support/key-server.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const now = () => kit.nowSeconds * 1000;
const { audience } = kit;
const named = "https://idp.example.org/realms/demo";
let server: KeyServer;
beforeEach(async () => {
  server = await startKeyServer(kit.jwks.keys);
});
afterEach(() => server.close());

/** Reads the discovery document, whose members differ by `metadata`. */
async function told(metadata: Record<string, unknown> = {}, options: VerifierOptions = {}) {
  const issuer = options.issuer ?? server.issuer;
  server.metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    ...metadata,
  };
  const verifier = createVerifier({ issuer, audience, insecureAllowLoopback: true, ...options }, { now });
  expect(verifier.issuers()[0]?.endpoints).toBeUndefined();
  await verifier.ready();
  return verifier.issuers()[0];
}

test("an issuer, by what it accepts and what it asks for", () => {
  const options = { issuer: named, audience, requiredScopes: ["api"], requiredPermissions: ["use"] };
  expect(createVerifier(options).issuers()).toEqual([
    {
      issuer: named,
      accepted: [named],
      discoveryUrl: `${named}${metadataPath}`,
      endpoints: undefined,
      requiredScopes: ["api"],
      requiredPermissions: ["use"],
    },
  ]);
});

test("keys or a secret in the configuration: no discovery document", () => {
  const secret = "kS7!vQ2#xW9$zL4%mN8^bR1&tY6*uI3(";
  for (const keys of [{ jwks: kit.jwks }, { secret, algorithms: ["HS256"] as const }]) {
    expect(createVerifier({ issuer: named, audience, ...keys }).issuers()[0]?.discoveryUrl).toBeUndefined();
  }
});

test("the endpoints of the document", async () => {
  expect((await told())?.endpoints).toEqual({
    authorizationUrl: `${server.issuer}/authorize`,
    tokenUrl: `${server.issuer}/token`,
  });
});

test("on other public hosts, too", async () => {
  const elsewhere = {
    authorization_endpoint: "https://accounts.example/authorize?p=policy",
    token_endpoint: "https://tokens.example/token",
  };
  expect((await told(elsewhere))?.endpoints).toEqual({
    authorizationUrl: elsewhere.authorization_endpoint,
    tokenUrl: elsewhere.token_endpoint,
  });
});

describe.each(["authorization_endpoint", "token_endpoint"])("%s", (member) => {
  test.each<[string, unknown]>([
    ["missing", undefined],
    ["not a URL", "/token"],
    ["not a text", ["https://tokens.example/t"]],
    ["not https", "http://tokens.example/t"],
    ["private", "https://10.0.0.7/token"],
    ["on another port of this machine", "http://127.0.0.1:1/token"],
    ["with a user", "https://s3cret@tokens.example/t"],
    ["with a password", "https://:s3cret@tokens.example/t"],
    ["script", "javascript:alert(1)"],
  ])("%s is not told", async (_name, url) => {
    const metadata = await told({ [member]: url });
    expect(metadata).toMatchObject({ issuer: server.issuer, endpoints: undefined });
  });
});

describe("a provider that this application reaches by another name", () => {
  const discovery = () => ({ issuer: named, discoveryUrl: `${server.issuer}${metadataPath}` });

  test("is told by its own", async () => {
    const metadata = await told({}, discovery());
    expect(metadata).toMatchObject({
      discoveryUrl: `${named}${metadataPath}`,
      endpoints: { authorizationUrl: `${named}/authorize`, tokenUrl: `${named}/token` },
    });
  });
  test("an endpoint at the other is not told", async () => {
    const metadata = await told({ token_endpoint: `${server.issuer}/token` }, discovery());
    expect(metadata?.endpoints).toBeUndefined();
  });
  test("nor where that name is a public one", async () => {
    const inside = "https://keycloak.example.net";
    const document = {
      issuer: named,
      jwks_uri: `${named}/keys`,
      authorization_endpoint: `${named}/authorize`,
      token_endpoint: `${inside}/token`,
    };
    const fetch = async (url: unknown) => Response.json(String(url).endsWith("/keys") ? kit.jwks : document);
    const options = { issuer: named, audience, discoveryUrl: `${inside}${metadataPath}` };
    const verifier = createVerifier(options, { now, fetch: fetch as typeof globalThis.fetch });
    await verifier.ready();
    expect(verifier.issuers()[0]?.endpoints).toBeUndefined();
  });
});
