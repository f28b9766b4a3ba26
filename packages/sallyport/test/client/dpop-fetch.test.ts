// The client's side of DPoP, against an API of ours and against somebody else's reading of the RFC.
import { beforeAll, describe, expect, test } from "vitest";
import { createDpopFetch, createDpopKey, createDpopProof } from "../../src/client/index.ts";
import { sallyport } from "../../src/frameworks/fetch.ts";
import { createTestKey, type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";

const publicUrl = "https://api.example";
let idp: FakeIssuer;
beforeAll(() => {
  idp = fakeIssuer();
});

async function start(dpop: Parameters<typeof sallyport>[0] = {}) {
  const key = await createDpopKey();
  const accessToken = await idp.token({ claims: { cnf: { jkt: key.thumbprint } } });
  const auth = sallyport({ ...idp.config, publicUrl, ...dpop }, idp.deps);
  const seen: Request[] = [];
  const handler = auth.required(async (request, { identity }) =>
    Response.json({ sub: identity.subject, body: await request.text() }),
  );
  const fetch = async (request: RequestInfo | URL) => {
    seen.push(request as Request);
    return handler(request as Request);
  };
  const api = createDpopFetch({ key, accessToken, fetch, now: idp.clock.now });
  return { key, accessToken, seen, api, fetch };
}

describe("createDpopFetch", () => {
  test("proves each request anew", async () => {
    const { api, seen } = await start();
    for (const url of ["/orders?page=1", "/orders?page=1", "/orders#top"]) {
      expect((await api(publicUrl + url)).status).toBe(200);
    }
    expect(new Set(seen.map(({ headers }) => headers.get("dpop"))).size).toBe(3);
  });

  test("sends a request once more with the nonce that it is given, its body too, and keeps the nonce", async () => {
    const { api, seen } = await start({ dpop: { nonce: true } });
    const first = await api(`${publicUrl}/orders`, { method: "POST", body: "one" });
    expect([first.status, await first.json()]).toEqual([200, { sub: "user-1", body: "one" }]);
    expect(seen).toHaveLength(2);
    const second = await api(new Request(`${publicUrl}/orders`, { method: "POST", body: "two" }));
    expect(await second.json()).toMatchObject({ body: "two" });
    expect(seen).toHaveLength(3);
  });

  test("does not go round for ever with a server that likes no nonce", async () => {
    let asked = 0;
    const api = createDpopFetch({
      key: await createDpopKey(),
      accessToken: "t",
      fetch: async () => {
        asked += 1;
        return new Response(null, {
          status: 401,
          headers: { "dpop-nonce": `n${asked}`, "www-authenticate": 'DPoP error="use_dpop_nonce"' },
        });
      },
    });
    expect((await api("https://api.example/")).status).toBe(401);
    expect(asked).toBe(2);
  });

  test("takes the token anew for each request, and follows no redirect", async () => {
    const { key, accessToken, fetch, seen } = await start();
    let asked = 0;
    const api = createDpopFetch({
      key,
      accessToken: async () => {
        asked += 1;
        return accessToken;
      },
      fetch,
      now: idp.clock.now,
    });
    await api(`${publicUrl}/a`);
    await api(`${publicUrl}/b`, { redirect: "manual" });
    expect(asked).toBe(2);
    expect(seen.map(({ redirect }) => redirect)).toEqual(["manual", "manual"]);
  });

  test("a redirect is an error, but for who asks to see it", async () => {
    const { key, accessToken } = await start();
    const elsewhere = async () => Response.redirect("https://elsewhere.example/", 307);
    const api = createDpopFetch({ key, accessToken, fetch: elsewhere, now: idp.clock.now });
    await expect(api(`${publicUrl}/a`)).rejects.toThrow("good for one URL");
    expect((await api(`${publicUrl}/a`, { redirect: "manual" })).status).toBe(307);
  });
});

describe("createDpopKey", () => {
  test.each(["ES256", "ES384", "EdDSA", "PS256", "RS256"] as const)(
    "takes a key pair for %s",
    async (algorithm) => {
      const { privateKey, publicKey } = await createTestKey(algorithm);
      const key = await createDpopKey({ privateKey, publicKey });
      expect(key.algorithm).toBe(algorithm);
      const auth = sallyport({ ...idp.config, publicUrl, dpop: { algorithms: [algorithm] } }, idp.deps);
      const headers = await idp.dpop({ method: "GET", url: publicUrl, key });
      const response = await auth.required(() => new Response("in"))(new Request(publicUrl, { headers }));
      expect(response.status).toBe(200);
    },
  );

  test.each(["RS512", "ES512"] as const)("refuses a key pair for %s", async (algorithm) => {
    const { privateKey, publicKey } = await createTestKey(algorithm);
    await expect(createDpopKey({ privateKey, publicKey })).rejects.toThrow("P-256, P-384, Ed25519");
  });

  test("makes one whose private half can't be taken away", async () => {
    const { privateKey, jwk } = await createDpopKey();
    expect([privateKey.extractable, Object.keys(jwk)]).toEqual([false, ["crv", "kty", "x", "y"]]);
  });
});

test("a proof for the token endpoint hashes no token", async () => {
  const proof = await createDpopProof(await createDpopKey(), {
    method: "POST",
    url: "https://idp.example/token?x=1#y",
  });
  const payload = JSON.parse(Buffer.from(proof.split(".")[1] as string, "base64url").toString());
  expect(payload).toEqual({
    jti: expect.stringMatching(/^.{22}$/),
    htm: "POST",
    htu: "https://idp.example/token",
    iat: expect.any(Number),
  });
});

describe("mistakes are told of where they are made", () => {
  const url = `${publicUrl}/orders`;
  const accessToken = "a token";
  const loose = { createDpopFetch, createDpopKey, createDpopProof } as unknown as Record<
    string,
    (...given: unknown[]) => unknown
  >;
  const call = async (name: string, ...given: unknown[]) => loose[name]?.(...given);

  test("createDpopFetch", async () => {
    const key = await createDpopKey();
    const rows = [
      [
        [{ key, token: accessToken }],
        "createDpopFetch has no option `token`. It has: key, accessToken, fetch, now",
      ],
      [[key, accessToken], "createDpopFetch takes one object: { key, accessToken, fetch, now }"],
      [[], "createDpopFetch takes one object: { key, accessToken, fetch, now }"],
      [[{ key }], "createDpopFetch: `accessToken` takes a token, or a function that brings one"],
      [
        [{ key, accessToken: Promise.resolve(accessToken) }],
        "createDpopFetch: `accessToken` takes a token, or a function that brings one, and this is a promise: await it first",
      ],
      [[{ accessToken }], "createDpopFetch: `key` takes what createDpopKey() resolves to"],
      [
        [{ key: createDpopKey(), accessToken }],
        "createDpopFetch: `key` takes what createDpopKey() resolves to, and this is a promise: await it first",
      ],
      [[{ key, accessToken, fetch: url }], "createDpopFetch: `fetch` takes a function like fetch"],
      [[{ key, accessToken, now: 1 }], "createDpopFetch: `now` takes a function that returns milliseconds"],
    ] as const;
    // At once, not with the first request.
    for (const [given, sentence] of rows) {
      expect(() => loose.createDpopFetch?.(...given)).toThrow(new TypeError(sentence));
    }
    const empty = createDpopFetch({ key, accessToken: () => undefined as never });
    await expect(empty(url)).rejects.toThrow("`accessToken` brought no token");
  });

  test("createDpopProof", async () => {
    const key = await createDpopKey();
    const second = "createDpopProof's second argument";
    const names = "{ method, url, accessToken, nonce, now }";
    const rows = [
      [
        [createDpopKey(), { method: "GET", url }],
        "createDpopProof: `key` takes what createDpopKey() resolves to, and this is a promise: await it first",
      ],
      [[{ key, method: "GET", url }], "createDpopProof: `key` takes what createDpopKey() resolves to"],
      [[key, "GET", url], `${second} takes one object: ${names}`],
      [[key], `${second} takes one object: ${names}`],
      [[key, { method: "GET" }], `${second}: \`url\` takes the absolute URL of the request`],
      [[key, { method: "GET", url: "/orders" }], `${second}: \`url\` takes the absolute URL of the request`],
      [[key, { url }], `${second}: \`method\` takes a text that is not empty`],
      [
        [key, { method: "GET", url, token: "x" }],
        `${second} has no option \`token\`. It has: method, url, accessToken, nonce, now`,
      ],
    ] as const;
    for (const [given, sentence] of rows) {
      await expect(call("createDpopProof", ...given)).rejects.toThrow(new TypeError(sentence));
    }
  });

  test.each([["P-256"], [{}], [{ privateKey: {}, publicKey: {} }], [null]])(
    "createDpopKey(%j)",
    async (given) => {
      await expect(call("createDpopKey", given)).rejects.toThrow(
        new TypeError("createDpopKey takes a key pair of WebCrypto ({ privateKey, publicKey }), or nothing"),
      );
    },
  );
});
