// What an ID token must be, each way in which it is not: the sign-in ends, nobody is signed in, and the log says why.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { LoginOptions } from "../../src/login/index.ts";
import { onlySession, signIn, startLoginApp } from "../support/login-app.ts";
import type { BentJwt, Json } from "../support/scripted-login-provider.ts";
import { base64url, createTestKey } from "../support/signing.ts";

const attacker = createTestKey("provider-1", "RS256");
const unknown = createTestKey("nobody-knows", "RS256");
const claims = (change: (good: Json) => Json): BentJwt => ({ claims: change });
const without = (name: string) => claims(({ [name]: _gone, ...rest }) => rest);
const withClaim = (name: string, value: unknown) => claims((good) => ({ ...good, [name]: value }));
const week = 7 * 86_400;

const refused: readonly {
  readonly name: string;
  readonly bent: BentJwt;
  readonly login?: LoginOptions;
  /** What the log says. */
  readonly says: RegExp;
}[] = [
  { name: "L07: the nonce is missing", bent: without("nonce"), says: /its nonce/ },
  { name: "L07: the nonce is another's", bent: withClaim("nonce", "another"), says: /its nonce/ },
  {
    name: "L07: the nonce is a list that has it",
    bent: claims((good) => ({ ...good, nonce: [good.nonce] })),
    says: /its nonce/,
  },
  { name: "L23: iss is missing", bent: without("iss"), says: /its iss/ },
  { name: "L23: iss is another's", bent: withClaim("iss", "https://evil.example"), says: /its iss/ },
  {
    name: "L23: iss has a slash more",
    bent: claims((good) => ({ ...good, iss: `${good.iss}/` })),
    says: /its iss/,
  },
  { name: "L23: aud is missing", bent: without("aud"), says: /its aud/ },
  { name: "L23: aud is another client", bent: withClaim("aud", "other"), says: /its aud/ },
  { name: "L23: aud is an empty list", bent: withClaim("aud", []), says: /its aud/ },
  { name: "L23: aud is an object", bent: withClaim("aud", { web: true }), says: /its aud/ },
  { name: "L23: sub is missing", bent: without("sub"), says: /its sub/ },
  { name: "L23: sub is empty", bent: withClaim("sub", ""), says: /its sub/ },
  { name: "L23: sub is a number", bent: withClaim("sub", 7), says: /its sub/ },
  {
    name: "L23: sub is longer than 255 characters",
    bent: withClaim("sub", "a".repeat(256)),
    says: /its sub/,
  },
  { name: "L23: sub is not ASCII", bent: withClaim("sub", "zoë"), says: /its sub/ },
  { name: "L23: iat is missing", bent: without("iat"), says: /its iat/ },
  {
    name: "L23: iat is a text",
    bent: claims((good) => ({ ...good, iat: String(good.iat) })),
    says: /its iat/,
  },
  {
    name: "L23: iat is in the future",
    bent: claims((good) => ({ ...good, iat: Number(good.iat) + 60 })),
    says: /its iat/,
  },
  { name: "L23: exp is missing", bent: without("exp"), says: /its exp/ },
  {
    name: "L23: exp is a text",
    bent: claims((good) => ({ ...good, exp: String(good.exp) })),
    says: /its exp/,
  },
  {
    name: "L23: nbf is in the future",
    bent: claims((good) => ({ ...good, nbf: Number(good.iat) + 60 })),
    says: /not valid yet/,
  },
  {
    name: "L24: aud has somebody who is not trusted beside this client",
    bent: claims((good) => ({ ...good, aud: ["web", "evil"], azp: "web" })),
    says: /its aud names somebody/,
  },
  { name: "L26: azp is another client", bent: withClaim("azp", "other"), says: /its azp/ },
  {
    name: "L26: two audiences, and no azp",
    login: { trustedAudiences: ["project"] },
    bent: claims((good) => ({ ...good, aud: ["web", "project"] })),
    says: /its azp/,
  },
  {
    name: "L27: at_hash is another token's",
    bent: withClaim("at_hash", base64url(Buffer.alloc(16))),
    says: /its at_hash/,
  },
  {
    name: "L27: at_hash is cut short",
    bent: claims((good) => ({ ...good, at_hash: String(good.at_hash).slice(0, 20) })),
    says: /its at_hash/,
  },
  { name: "L27: at_hash is null", bent: withClaim("at_hash", null), says: /its at_hash/ },
  {
    name: "L28: c_hash is another code's",
    bent: withClaim("c_hash", base64url(Buffer.alloc(16))),
    says: /its c_hash/,
  },
  {
    name: "L28: s_hash is another state's",
    bent: withClaim("s_hash", base64url(Buffer.alloc(16))),
    says: /its s_hash/,
  },
  {
    name: "L29: iat is a week old",
    bent: claims((good) => ({ ...good, iat: Number(good.iat) - week })),
    says: /more than ten minutes ago/,
  },
  {
    name: "L30: exp passed six minutes ago",
    bent: claims((good) => ({ ...good, iat: Number(good.iat) - 500, exp: Number(good.iat) - 360 })),
    says: /its exp/,
  },
  {
    name: "L31: auth_time is missing with max_age",
    login: { maxAgeSeconds: 60 },
    bent: without("auth_time"),
    says: /auth_time/,
  },
  {
    name: "L31: auth_time is older than max_age",
    login: { maxAgeSeconds: 60 },
    bent: claims((good) => ({ ...good, auth_time: Number(good.iat) - 120 })),
    says: /older than was asked/,
  },
  {
    name: "L31: auth_time is in the future",
    login: { maxAgeSeconds: 60 },
    bent: claims((good) => ({ ...good, auth_time: Number(good.iat) + 120 })),
    says: /auth_time is in the future/,
  },
  { name: "L31: auth_time is a text", bent: withClaim("auth_time", "now"), says: /auth_time/ },
  { name: "L31: acr is missing", login: { acrValues: ["gold"] }, bent: {}, says: /its acr/ },
  {
    name: "L31: acr is lower than asked",
    login: { acrValues: ["gold"] },
    bent: withClaim("acr", "bronze"),
    says: /its acr/,
  },
  { name: "a logout token in its place", bent: { header: { typ: "logout+jwt" } }, says: /its typ/ },
  { name: "an access token in its place", bent: { header: { typ: "at+jwt" } }, says: /its typ/ },
  { name: "events in it", bent: withClaim("events", {}), says: /events/ },
  { name: "no signature (alg none)", bent: { header: { alg: "none" } }, says: /not good/ },
  {
    name: "the signature of another key under the provider's name",
    bent: { key: attacker },
    says: /signature/,
  },
  { name: "the signature of a key that nobody publishes", bent: { key: unknown }, says: /kid/ },
  { name: "HS256 by the client's secret", bent: { header: { alg: "HS256" } }, says: /alg/ },
  {
    name: "one letter of the payload changed",
    bent: { raw: (jwt) => jwt.replace(/\.(.)/, (_, one) => `.${one === "e" ? "f" : "e"}`) },
    says: /not good/,
  },
  { name: "no ID token at all", bent: { raw: () => undefined }, says: /has none/ },
  { name: "an ID token that is null", bent: { raw: () => null }, says: /has none/ },
  { name: "an ID token that is an object", bent: { raw: () => ({}) }, says: /not good/ },
  { name: "an encrypted one", bent: { raw: () => "a.b.c.d.e" }, says: /not good/ },
];

describe("an ID token is refused, and nobody is signed in", () => {
  test.each(refused)("$name", async ({ bent, login, says }) => {
    const app = await startLoginApp({ script: { idToken: bent }, ...(login && { login }) });
    const browser = app.browser();
    const answer = await signIn(app, browser);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("The provider&#39;s answer to the sign-in is not valid");
    expect(app.sessions.live.size).toBe(0);
    expect([...browser.jar.keys()]).toEqual([]);
    const told = app.log.find(({ event }) => event === "login_failed");
    expect(told?.code).toBe("invalid_id_token");
    expect(told?.message).toMatch(says);
  });
});

const halfOf = (hash: string, text: string) => {
  const digest = createHash(hash).update(text).digest();
  return base64url(digest.subarray(0, digest.length / 2));
};

describe("an ID token is taken", () => {
  const taken: readonly { readonly name: string; readonly bent: BentJwt; readonly login?: LoginOptions }[] = [
    { name: "L25: aud is a list of one", bent: claims((good) => ({ ...good, aud: ["web"] })) },
    { name: "L26: azp is this client", bent: withClaim("azp", "web") },
    {
      name: "two audiences, the other of which is trusted",
      login: { trustedAudiences: ["project"] },
      bent: claims((good) => ({ ...good, aud: ["project", "web"], azp: "web" })),
    },
    { name: "no at_hash, which the code flow does not demand", bent: without("at_hash") },
    { name: "no typ in its header", bent: { header: { typ: undefined } } },
    { name: "claims that nobody knows", bent: withClaim("https://example.org/x", { deep: [1] }) },
    {
      name: "L31: the acr that was asked for",
      login: { acrValues: ["silver", "gold"] },
      bent: withClaim("acr", "gold"),
    },
    { name: "L31: authenticated for this sign-in, max_age 0", login: { maxAgeSeconds: 0 }, bent: {} },
  ];
  test.each(taken)("$name", async ({ bent, login }) => {
    const app = await startLoginApp({ script: { idToken: bent }, ...(login && { login }) });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(onlySession(app).subject).toBe("person-1");
  });

  const algorithms: readonly (readonly [string, string])[] = [
    ["RS384", "sha384"],
    ["PS512", "sha512"],
    ["ES256", "sha256"],
    ["EdDSA", "sha512"],
  ];
  test.each(algorithms)("L27: signed by %s, at_hash is half of %s", async (alg, hash) => {
    const key = createTestKey("other-1", alg);
    const bent = (name: string): BentJwt => ({
      key,
      claims: (good) => ({ ...good, at_hash: halfOf(name, `access-${tokens.at(-1)}`) }),
    });
    const tokens: number[] = [];
    const app = await startLoginApp({
      verifier: { algorithms: [alg as "RS384"] },
      script: {
        keys: () => [key.jwk],
        // The serial number of the access token is one after the code's.
        authorize: (good) => {
          tokens.push(Number(good[0]?.[1].split("-")[1]) + 1);
          return good;
        },
        idToken: bent(hash),
      },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
    app.provider.script.idToken = bent(hash === "sha256" ? "sha512" : "sha256");
    expect((await signIn(app, app.browser())).status).toBe(400);
  });
});
