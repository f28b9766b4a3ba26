// Keys over real HTTP: one fetch for many, rotation, outages, and documents that should not be believed.
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  AuthError,
  type AuthErrorCode,
  createVerifier,
  type SecurityEvent,
  type VerifierOptions,
} from "../../src/index.ts";
import {
  type Handler,
  type KeyServer,
  keysPath,
  metadataPath,
  sendJson,
  startKeyServer,
} from "../support/key-server.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
let server: KeyServer;
let clock: number;
let events: SecurityEvent[];

beforeEach(async () => {
  clock = kit.nowSeconds * 1000;
  events = [];
  server = await startKeyServer(kit.jwks.keys);
});
afterEach(() => server.close());

const seconds = (count: number) => {
  clock += count * 1000;
};
function verifierFor(options: VerifierOptions = {}) {
  return createVerifier(
    {
      issuer: server.issuer,
      audience: kit.audience,
      insecureAllowLoopback: true,
      ...options,
    },
    { now: () => clock, onEvent: (event) => event.type === "security" && events.push(event) },
  );
}
/** A token of this server that is good for a month. */
const token = (header: Record<string, unknown> = {}, key = kit.keys.rs) =>
  kit.token({
    key,
    header,
    claims: {
      iss: server.issuer,
      iat: kit.nowSeconds - 60,
      exp: kit.nowSeconds + 2_592_000,
      jti: String(Math.random()),
    },
  });
async function codeOf(work: Promise<unknown>): Promise<AuthErrorCode | "accept"> {
  try {
    await work;
    return "accept";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
/** Waits for what the network brings, on a busy machine too. */
const poll = <Value>(read: () => Value) => expect.poll(read, { timeout: 10_000 });
const keyFetches = () => server.count(keysPath);
const names = () => events.map(({ name }) => name);

describe("one fetch for many", () => {
  test("R01 nothing is fetched before the first token", async () => {
    const verifier = verifierFor();
    expect(await codeOf(verifier.verify("a.b.c"))).toBe("malformed_token");
    expect(await codeOf(verifier.verify(kit.token()))).toBe("invalid_issuer");
    expect(server.requests).toEqual([]);
  });

  test("R02 1,000 first tokens at once: one discovery, one key set", async () => {
    const verifier = verifierFor();
    const tokens = Array.from({ length: 1000 }, () => token());
    const identities = await Promise.all(tokens.map((one) => verifier.verify(one)));
    expect(identities).toHaveLength(1000);
    expect(server.requests).toEqual([metadataPath, keysPath]);
  });

  test("R03 a flood with a known kid and bad signatures: no fetch", async () => {
    const verifier = verifierFor();
    await verifier.ready();
    const before = server.requests.length;
    for (let count = 0; count < 300; count += 1) {
      expect(await codeOf(verifier.verify(token({}, kit.keys.attacker)))).toBe("invalid_signature");
    }
    expect(server.requests).toHaveLength(before);
  });

  test("R05 a flood with random kids: one fetch a cool-down, and honest tokens go on", async () => {
    const verifier = verifierFor();
    await verifier.ready();
    for (let round = 1; round <= 3; round += 1) {
      const flood = Array.from({ length: 200 }, (_, index) =>
        codeOf(verifier.verify(token({ kid: `x-${round}-${index}` }))),
      );
      expect(new Set(await Promise.all(flood))).toEqual(new Set(["key_not_found"]));
      expect(await codeOf(verifier.verify(token({ kid: `y-${round}` })))).toBe("key_not_found");
      expect(keyFetches()).toBe(1 + round);
      expect(await codeOf(verifier.verify(token()))).toBe("accept");
      seconds(10);
    }
  });

  test("R05 a flood with random kids from a cold start: one fetch", async () => {
    const verifier = verifierFor();
    const flood = Array.from({ length: 200 }, (_, index) =>
      codeOf(verifier.verify(token({ kid: `x-${index}` }))),
    );
    expect(new Set(await Promise.all(flood))).toEqual(new Set(["key_not_found"]));
    expect(keyFetches()).toBe(1);
  });

  test("R05 a flood with random kids is told once", async () => {
    const verifier = verifierFor();
    await verifier.ready();
    for (let count = 0; count < 250; count += 1) await codeOf(verifier.verify(token({ kid: `x-${count}` })));
    expect(names().filter((name) => name === "unknown_kid_flood")).toHaveLength(1);
  });

  test("R05 a set of a known kid but another algorithm is no reason to fetch", async () => {
    const verifier = verifierFor();
    await verifier.ready();
    const crossed = kit.token({
      key: kit.keys.rs,
      header: { alg: "PS256" },
      signAs: "PS256",
      claims: { iss: server.issuer },
    });
    expect(await codeOf(verifier.verify(crossed))).toBe("key_not_found");
    expect(keyFetches()).toBe(1);
  });
});

describe("rotation", () => {
  test("R05 two new keys one right after the other are found; only asking in vain has a cool-down", async () => {
    const verifier = verifierFor();
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    for (const kid of ["new-1", "new-2"]) {
      server.keys = [...server.keys, { ...kit.keys.other.jwk, kid }];
      expect(await codeOf(verifier.verify(token({ kid }, kit.keys.other)))).toBe("accept");
    }
    expect(keyFetches()).toBe(3);
    for (const kid of ["none-1", "none-2"])
      expect(await codeOf(verifier.verify(token({ kid }, kit.keys.other)))).toBe("key_not_found");
    expect(keyFetches()).toBe(4);
  });

  test("R04 a new key is accepted after one refetch", async () => {
    const verifier = verifierFor();
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    server.keys = [...server.keys, { ...kit.keys.other.jwk, kid: "new" }];
    const fresh = token({ kid: "new" }, kit.keys.other);
    expect(await Promise.all([1, 2, 3].map(() => codeOf(verifier.verify(fresh))))).toEqual([
      "accept",
      "accept",
      "accept",
    ]);
    expect(keyFetches()).toBe(2);
    expect(names()).toContain("keys_rotated");
    expect(verifier.signingKeys().map(({ kid }) => kid)).toContain("new");
  });

  test("R06 a new key under the old kid is not fetched for a bad signature, but at the next refresh", async () => {
    const verifier = verifierFor();
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    server.keys = [kit.keys.other.jwk];
    const replaced = token({}, kit.keys.other);
    expect(await codeOf(verifier.verify(replaced))).toBe("invalid_signature");
    expect(keyFetches()).toBe(1);
    seconds(600);
    expect(await codeOf(verifier.verify(replaced))).toBe("accept");
    expect(await codeOf(verifier.verify(token()))).toBe("invalid_signature");
  });

  test("R07 a removed key is dropped at the next refresh, with what it had verified", async () => {
    const verifier = verifierFor();
    const known = token();
    expect(await codeOf(verifier.verify(known))).toBe("accept");
    server.keys = [kit.keys.es.jwk];
    expect(await codeOf(verifier.verify(known))).toBe("accept");
    seconds(600);
    expect(await codeOf(verifier.verify(known))).toBe("key_not_found");
    expect(await codeOf(verifier.verify(token()))).toBe("key_not_found");
    expect(verifier.signingKeys().map(({ kid }) => kid)).toEqual(["es-1"]);
  });

  test("R07 a key that comes back serves again, for tokens in the cache too", async () => {
    const verifier = verifierFor();
    const known = token();
    await verifier.verify(known);
    server.keys = [kit.keys.es.jwk];
    seconds(600);
    expect(await codeOf(verifier.verify(known))).toBe("key_not_found");
    server.keys = kit.jwks.keys;
    seconds(600);
    expect(await codeOf(verifier.verify(known))).toBe("accept");
    expect(await codeOf(verifier.verify(known))).toBe("accept");
  });

  test("R07 a refresh ahead of expiry waits for nobody", async () => {
    const verifier = verifierFor();
    await verifier.ready();
    seconds(500);
    const held: (() => void)[] = [];
    server.handlers.set(keysPath, (_request, response) => {
      held.push(() => sendJson(response, { keys: server.keys }));
    });
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    await poll(() => held.length).toBe(1);
    held[0]?.();
    await poll(() => verifier.health().issuers[0]?.ageSeconds).toBe(0);
    expect(keyFetches()).toBe(2);
  });
});

const brokenAnswers: Record<string, Handler> = {
  "status 500": (_request, response) => response.writeHead(500).end('{"keys":[]}'),
  "status 404": (_request, response) => response.writeHead(404).end(),
  "status 204": (_request, response) => response.writeHead(204).end(),
  "status 206": (_request, response) => response.writeHead(206).end(JSON.stringify({ keys: kit.jwks.keys })),
  "a reset connection": (request) => request.socket.destroy(),
  "no answer": () => {},
  "an empty body": (_request, response) => response.writeHead(200).end(),
  HTML: (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
  "JSON cut off": (_request, response) => response.writeHead(200).end('{"keys":['),
  "a body shorter than it says": (_request, response) => {
    response.writeHead(200, { "content-length": "1000" }).write('{"keys":[]}');
    setTimeout(() => response.destroy(), 20);
  },
  "not UTF-8": (_request, response) => response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0x7d])),
  "100 MB": (_request, response) => endless(response, 100_000_000),
  "chunks without end": (_request, response) => endless(response, Number.POSITIVE_INFINITY),
  "a gzip bomb": (_request, response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(50_000_000, 0x20))),
  "one byte a while": (_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(" "), 40);
    response.on("close", () => clearInterval(drip));
  },
  "headers, then nothing": (_request, response) =>
    response.writeHead(200, { "content-length": "10" }).flushHeaders(),
};
function endless(response: Parameters<Handler>[1], bytes: number): void {
  response.writeHead(200, { "content-type": "application/json" });
  const chunk = Buffer.alloc(65_536, 0x20);
  let sent = 0;
  const more = (): void => {
    while (sent < bytes && !response.destroyed) {
      sent += chunk.length;
      if (!response.write(chunk)) {
        response.once("drain", more);
        return;
      }
    }
    if (!response.destroyed) response.end();
  };
  more();
}
const brokenSets: Record<string, unknown> = {
  "keys absent": {},
  "keys null": { keys: null },
  "keys an object": { keys: { "rs-1": {} } },
  "keys a string": { keys: "x" },
  "keys with null": { keys: [null] },
  "keys with a string": { keys: ["x"] },
  "keys with a list": { keys: [[]] },
  "101 keys": { keys: Array.from({ length: 101 }, (_, index) => ({ ...kit.keys.rs.jwk, kid: `k${index}` })) },
  "keys inherited": JSON.parse('{"__proto__":{"keys":[]}}'),
  "a list": [kit.keys.rs.jwk],
  null: null,
};

describe("an outage at start is 503, not 401", () => {
  for (const [what, handler] of Object.entries(brokenAnswers)) {
    for (const path of [metadataPath, keysPath]) {
      const id = /MB|without end|gzip/.test(what)
        ? "R10"
        : /a while|then nothing|no answer/.test(what)
          ? "R11"
          : "R08";
      test.concurrent(`${id} ${path === keysPath ? "the key set" : "the metadata"} with ${what}`, async () => {
        const own = await startKeyServer(kit.jwks.keys);
        try {
          own.handlers.set(path, handler);
          const verifier = createVerifier(
            {
              issuer: own.issuer,
              audience: kit.audience,
              insecureAllowLoopback: true,
              fetchTimeoutSeconds: 1,
            },
            { now: () => kit.nowSeconds * 1000 },
          );
          const honest = kit.token({ claims: { iss: own.issuer } });
          const error = await verifier.verify(honest).catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(AuthError);
          expect(error).toMatchObject({
            status: 503,
            code: path === keysPath ? "jwks_fetch_failed" : "discovery_failed",
          });
          expect((error as AuthError).retryAfterSeconds).toBeGreaterThanOrEqual(1);
          await expect(verifier.ready()).rejects.toMatchObject({ status: 503 });
          expect(verifier.health()).toMatchObject({ ok: false, issuers: [{ keys: 0, state: "empty" }] });
        } finally {
          await own.close();
        }
      });
    }
  }

  test.each(Object.entries(brokenSets))("K21 a key set with %s", async (_what, document) => {
    server.handlers.set(keysPath, (_request, response) => sendJson(response, document));
    const error = await verifierFor()
      .verify(token())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 503 });
  });

  test("K21 a key set of 100,000 keys", async () => {
    server.handlers.set(keysPath, (_request, response) =>
      sendJson(response, { keys: Array.from({ length: 100_000 }, () => ({ kty: "RSA" })) }),
    );
    expect(await codeOf(verifierFor().verify(token()))).toBe("jwks_fetch_failed");
  });

  test("R08 a provider that hangs after a quiet hour holds nobody up until its deadline", async () => {
    const verifier = verifierFor({ fetchTimeoutSeconds: 60 });
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    const fetched = keyFetches();
    let asked = 0;
    const silence = () => {
      asked += 1;
    };
    for (const path of [metadataPath, keysPath]) server.handlers.set(path, silence);
    seconds(3600);
    // Were it waited for, this would take a minute, and the test with it.
    expect(await Promise.all([1, 2, 3].map(() => codeOf(verifier.verify(token()))))).toEqual(
      Array(3).fill("accept"),
    );
    seconds(2);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect([asked, keyFetches()]).toEqual([1, fetched]);
    expect(verifier.health().issuers[0]?.state).toBe("stale");
    verifier.close();
  });

  test("R08 nobody listens", async () => {
    const verifier = verifierFor();
    await server.close();
    expect(await codeOf(verifier.verify(token()))).toBe("discovery_failed");
  });

  test("R08 a provider that failed is not asked again within its cool-down, and then it is", async () => {
    server.handlers.set(keysPath, brokenAnswers["status 500"] as Handler);
    const verifier = verifierFor();
    for (let count = 0; count < 20; count += 1)
      expect(await codeOf(verifier.verify(token()))).toBe("jwks_fetch_failed");
    expect(keyFetches()).toBe(1);
    seconds(5);
    expect(await codeOf(verifier.verify(token()))).toBe("jwks_fetch_failed");
    expect(keyFetches()).toBe(2);
    seconds(5);
    await codeOf(verifier.verify(token()));
    expect(keyFetches()).toBe(2);
    server.handlers.clear();
    seconds(5);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(names()).toEqual(["keys_fetch_failed", "keys_fetch_failed", "keys_recovered"]);
  });

  test("R08 the cool-down grows to a minute and no further", async () => {
    server.handlers.set(keysPath, brokenAnswers["status 500"] as Handler);
    const verifier = verifierFor();
    for (let count = 0; count < 8; count += 1) {
      await codeOf(verifier.verify(token()));
      seconds(60);
    }
    expect(keyFetches()).toBe(8);
    expect(await verifier.verify(token()).catch((error: AuthError) => error.retryAfterSeconds)).toBe(60);
  });
});

describe("an outage later", () => {
  test("R08 an hour: no honest token is refused; past the bound it is 503; then all is well again", async () => {
    const verifier = verifierFor();
    const known = token();
    await verifier.verify(known);
    server.handlers.set(metadataPath, brokenAnswers["status 500"] as Handler);
    for (let minute = 0; minute < 60; minute += 1) {
      seconds(60);
      expect(await codeOf(verifier.verify(known)), `cached, minute ${minute}`).toBe("accept");
      expect(await codeOf(verifier.verify(token())), `new, minute ${minute}`).toBe("accept");
    }
    expect(verifier.health()).toMatchObject({
      ok: true,
      issuers: [{ state: "stale", lastError: { code: "discovery_failed" } }],
    });
    seconds(14_400);
    expect(await codeOf(verifier.verify(known))).toBe("discovery_failed");
    expect(await codeOf(verifier.verify(token()))).toBe("discovery_failed");
    expect(verifier.health()).toMatchObject({ ok: false, issuers: [{ state: "expired" }] });
    server.handlers.clear();
    seconds(60);
    expect(await codeOf(verifier.verify(known))).toBe("accept");
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(verifier.health()).toMatchObject({
      ok: true,
      issuers: [{ state: "fresh", lastError: undefined }],
    });
  });

  test("R08 the bound is exact: the last second and the next", async () => {
    const verifier = verifierFor({ keyLifetimeSeconds: 600, staleKeysSeconds: 1000 });
    await verifier.ready();
    server.handlers.set(keysPath, brokenAnswers["status 500"] as Handler);
    seconds(1600);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    seconds(60.001);
    expect(await codeOf(verifier.verify(token()))).toBe("jwks_fetch_failed");
  });

  test("R08 with no stale bound, keys end with their lifetime", async () => {
    const verifier = verifierFor({ staleKeysSeconds: 0 });
    const known = token();
    await verifier.verify(known);
    server.handlers.set(keysPath, brokenAnswers["status 500"] as Handler);
    seconds(599);
    expect(await codeOf(verifier.verify(known))).toBe("accept");
    seconds(2);
    expect(await codeOf(verifier.verify(known))).toBe("jwks_fetch_failed");
  });

  test.each(Object.entries(brokenSets))(
    "K21 the last good set stays when the next has %s",
    async (_what, document) => {
      const verifier = verifierFor();
      await verifier.ready();
      server.handlers.set(keysPath, (_request, response) => sendJson(response, document));
      seconds(700);
      expect(await codeOf(verifier.verify(token()))).toBe("accept");
      expect(names()).toContain("keys_fetch_failed");
    },
  );

  test("R08 an unknown kid while the provider fails is 503, not 401", async () => {
    const verifier = verifierFor();
    await verifier.ready();
    server.handlers.set(keysPath, brokenAnswers["status 500"] as Handler);
    seconds(700);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(await codeOf(verifier.verify(token({ kid: "new" })))).toBe("jwks_fetch_failed");
  });

  test("R19 a failure is never kept as an answer, nor for ever", async () => {
    const verifier = verifierFor();
    server.handlers.set(keysPath, (_request, response) => sendJson(response, { error: "down" }));
    expect(await codeOf(verifier.verify(token()))).toBe("jwks_error");
    expect(verifier.health().issuers[0]).toMatchObject({ keys: 0, state: "empty" });
    server.handlers.clear();
    seconds(5);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
  });

  test("R23 the provider's clock has no say", async () => {
    server.headers = {
      date: "Thu, 01 Jan 1970 00:00:00 GMT",
      expires: "Thu, 01 Jan 1970 00:00:00 GMT",
      age: "99999999",
    };
    const verifier = verifierFor();
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    seconds(400);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(keyFetches()).toBe(1);
  });

  test("R23 a clock that goes back does not freeze the keys", async () => {
    const verifier = verifierFor({ clockToleranceSeconds: 300 });
    await verifier.ready();
    seconds(-200);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(keyFetches()).toBe(2);
  });
});

describe("lifetimes", () => {
  const lifetimes: [header: string, least: number, most: number][] = [
    ["max-age=315360000", 3600, 3600],
    ["public, max-age=999999999999", 3600, 3600],
    ["max-age=0", 60, 60],
    ["no-store", 60, 60],
    ["no-cache, max-age=3000", 60, 60],
    ['no-cache="set-cookie", max-age=1200', 1200, 1200],
    ["max-age=1200", 1200, 1200],
    ["max-age=-5", 600, 600],
    ["s-maxage=3000", 600, 600],
    ["max-age=abc", 600, 600],
  ];
  test.each(lifetimes)("R20 Cache-Control: %s", async (header, lifetime) => {
    server.headers = { "cache-control": header };
    const verifier = verifierFor();
    await verifier.ready();
    server.keys = [kit.keys.es.jwk];
    seconds(lifetime * 0.74);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(keyFetches()).toBe(1);
    seconds(lifetime * 0.26 + 0.001);
    expect(await codeOf(verifier.verify(token()))).toBe("key_not_found");
    expect(keyFetches()).toBe(2);
  });

  test("R20 Age counts against max-age", async () => {
    server.headers = { "cache-control": "max-age=1200", age: "1000" };
    const verifier = verifierFor();
    await verifier.ready();
    seconds(201);
    await verifier.verify(token());
    expect(keyFetches()).toBe(2);
  });
});

describe("documents that should not be believed", () => {
  const redirects: Record<string, string> = {
    "to another host": "http://localhost:9/keys",
    "to the metadata service": "http://169.254.169.254/latest/meta-data",
    "to https elsewhere": "https://evil.example/keys",
    "to itself": keysPath,
    "to a file": "file:///etc/passwd",
  };
  test.each(Object.entries(redirects))("R12 a redirect %s is not followed", async (_what, location) => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const path of [metadataPath, keysPath]) {
        server.requests.length = 0;
        server.handlers.clear();
        server.handlers.set(path, (_request, response) => response.writeHead(status, { location }).end());
        expect(await codeOf(verifierFor().verify(token()))).toBe(
          path === keysPath ? "jwks_fetch_failed" : "discovery_failed",
        );
        expect(server.requests).toHaveLength(path === keysPath ? 2 : 1);
      }
    }
  });

  const uris: unknown[] = [
    "http://evil.example/keys",
    "http://127.0.0.1.evil.example/keys",
    "http://localhost.evil.example/keys",
    "http://2130706433.evil.example/",
    "file:///etc/passwd",
    'data:application/json,{"keys":[]}',
    "ftp://evil.example/keys",
    "javascript:0",
    "//evil.example/keys",
    "/keys",
    "keys",
    "",
    null,
    7,
    undefined,
    ["https://evil.example/keys"],
    { href: "https://evil.example" },
    "https://10.0.0.1/keys",
    "https://172.16.0.1/keys",
    "https://192.168.1.1/keys",
    "https://169.254.169.254/keys",
    "https://100.64.0.1/keys",
    "https://0.0.0.0/keys",
    "https://0x0a000001/keys",
    "https://167772161/keys",
    "https://[fd00::1]/keys",
    "https://[fe80::1]/keys",
    "https://[::ffff:10.0.0.1]/keys",
    "https://[::]/keys",
    "https://[::127.0.0.1]/keys",
    "https://[64:ff9b::a00:1]/keys",
    "https://[2002:a00:1::]/keys",
    "https://[2001::1]/keys",
    "https://[2001:0:a00:1::]/keys",
    "https://[2001:db8::1]/keys",
    "https://[fec0::1]/keys",
    "https://[ff02::1]/keys",
    "https://localhost.localdomain/keys",
    "https://localhost6/keys",
    "https://db.localhost/keys",
    "https://localhost./keys",
    "https://db.localhost./keys",
    "https://198.18.0.1/keys",
    "https://192.0.0.1/keys",
    "https://224.0.0.1/keys",
    "https://255.255.255.255/keys",
  ];
  test.each(uris)("R13 jwks_uri %j", async (uri) => {
    const asked: string[] = [];
    const verifier = createVerifier(
      { issuer: "https://issuer.example", audience: kit.audience, insecureAllowLoopback: false },
      {
        now: () => clock,
        fetch: (async (url: string) => {
          asked.push(url);
          return Response.json({ issuer: "https://issuer.example", jwks_uri: uri });
        }) as typeof fetch,
      },
    );
    expect(await codeOf(verifier.verify(kit.token()))).toBe("discovery_failed");
    expect(asked).toEqual(["https://issuer.example/.well-known/openid-configuration"]);
  });

  const elsewhere = [
    "https://keys.example/keys",
    "https://[2a00:1450:4001::1]/keys",
    "https://203.0.113.9/keys",
  ];
  test.each(elsewhere)("R13 jwks_uri at another public host is what some providers have: %s", async (uri) => {
    const asked: string[] = [];
    const verifier = createVerifier(
      { issuer: "https://issuer.example", audience: kit.audience },
      {
        now: () => clock,
        fetch: (async (url: string) => {
          asked.push(url);
          return url.endsWith("/keys")
            ? Response.json(kit.jwks)
            : Response.json({ issuer: "https://issuer.example", jwks_uri: uri });
        }) as typeof fetch,
      },
    );
    expect(await codeOf(verifier.verify(kit.token()))).toBe("accept");
    expect(asked[1]).toBe(uri);
  });

  const issuers: Record<string, unknown> = {
    "R15 another": "https://evil.example",
    "R15 missing": undefined,
    "R15 null": null,
    "R15 a number": 7,
    "R15 empty": "",
    "R15 the template of another provider": "https://login.microsoftonline.com/{tenantid}/v2.0",
  };
  test.each(Object.entries(issuers))("%s issuer in the metadata", async (_what, issuer) => {
    server.metadata = { issuer };
    expect(await codeOf(verifierFor().verify(token()))).toBe("discovery_failed");
    expect(keyFetches()).toBe(0);
  });
  test.each(["/", "?", "#", "/."])("R16 the issuer in the metadata with %s added", async (added) => {
    server.metadata = { issuer: `${server.issuer}${added}` };
    expect(await codeOf(verifierFor().verify(token()))).toBe("discovery_failed");
  });
  test("R15 a list with the right issuer", async () => {
    server.metadata = { issuer: [server.issuer] };
    expect(await codeOf(verifierFor().verify(token()))).toBe("discovery_failed");
  });

  test("R17 other endpoints in the metadata are nobody's business here", async () => {
    server.metadata = { token_endpoint: "https://evil.example/token", authorization_endpoint: 7 };
    expect(await codeOf(verifierFor().verify(token()))).toBe("accept");
  });

  test("R18 metadata cannot widen the algorithms", async () => {
    server.metadata = { id_token_signing_alg_values_supported: ["none", "HS256", "RS512"] };
    const verifier = verifierFor();
    const unsigned = kit.token({ header: { alg: "none" }, claims: { iss: server.issuer }, sign: () => "AA" });
    expect(await codeOf(verifier.verify(unsigned))).toBe("disallowed_alg");
    seconds(700);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(await codeOf(verifier.verify(unsigned))).toBe("disallowed_alg");
  });

  test("R22 prototype keys in metadata and key set pollute nothing", async () => {
    const poison =
      '"__proto__":{"polluted":1,"jwks_uri":"https://evil.example","keys":[]},"constructor":{"prototype":{"polluted":1}}';
    server.handlers.set(metadataPath, (_request, response) =>
      response.end(`{${poison},"issuer":"${server.issuer}","jwks_uri":"${server.issuer}${keysPath}"}`),
    );
    server.handlers.set(keysPath, (_request, response) => {
      const keys = JSON.stringify(server.keys).replaceAll('{"', `{${poison},"`);
      response.end(`{${poison},"keys":${keys}}`);
    });
    expect(await codeOf(verifierFor().verify(token()))).toBe("accept");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("R22 jwks_uri only in __proto__ is none", async () => {
    server.handlers.set(metadataPath, (_request, response) =>
      response.end(`{"__proto__":{"jwks_uri":"${server.issuer}${keysPath}"},"issuer":"${server.issuer}"}`),
    );
    expect(await codeOf(verifierFor().verify(token()))).toBe("discovery_failed");
  });

  test("R15 a discoveryUrl of one's own is no way around the issuer", async () => {
    server.handlers.set("/elsewhere", (_request, response) =>
      sendJson(response, { issuer: "https://evil.example", jwks_uri: `${server.issuer}${keysPath}` }),
    );
    expect(await codeOf(verifierFor({ discoveryUrl: `${server.issuer}/elsewhere` }).verify(token()))).toBe(
      "discovery_failed",
    );
  });

  test("K12 a private key in the set is told, and never handed out", async () => {
    server.keys = [{ ...kit.keys.rs.jwk, ...kit.keys.rs.privateKey.export({ format: "jwk" }) }];
    const verifier = verifierFor();
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    expect(names()).toContain("private_key_published");
    const seen = JSON.stringify([verifier.signingKeys(), verifier.health(), events]);
    for (const member of ["d", "p", "q", "dp", "dq", "qi"] as const) {
      expect(seen).not.toContain(kit.keys.rs.privateKey.export({ format: "jwk" })[member]);
    }
    expect(verifier.signingKeys()).toEqual([{ issuer: server.issuer, kid: "rs-1", algorithm: "RS256" }]);
  });

  test("K13 an encryption key beside the signing key is nothing to warn of; a broken one is", async () => {
    server.keys = [
      { ...kit.keys.other.jwk, use: "enc", alg: "RSA-OAEP" },
      { ...kit.keys.other.jwk, n: "!!" },
      ...kit.jwks.keys,
    ];
    await verifierFor().ready();
    expect(names()).toEqual(["key_refused"]);
  });
});

describe("limits that really end the request", () => {
  test("R10 the connection of an endless answer is closed", async () => {
    let open = 0;
    server.handlers.set(keysPath, (_request, response) => {
      open += 1;
      response.on("close", () => {
        open -= 1;
      });
      endless(response, Number.POSITIVE_INFINITY);
    });
    expect(await codeOf(verifierFor().verify(token()))).toBe("jwks_fetch_failed");
    await poll(() => open).toBe(0);
  });

  test("R11 the connection of a dripping answer is closed at the deadline, whatever arrives", async () => {
    let open = 0;
    server.handlers.set(keysPath, (request, response) => {
      open += 1;
      response.on("close", () => {
        open -= 1;
      });
      brokenAnswers["one byte a while"]?.(request, response);
    });
    expect(await codeOf(verifierFor({ fetchTimeoutSeconds: 1 }).verify(token()))).toBe("jwks_fetch_failed");
    await poll(() => open).toBe(0);
  });

  test("R11 a server that accepts and says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const verifier = verifierFor({ jwksUri: `http://127.0.0.1:${port}/keys`, fetchTimeoutSeconds: 1 });
    expect(await codeOf(verifier.verify(token()))).toBe("jwks_fetch_failed");
    silent.close();
  });

  test("R11 a fetch of one's own that ignores its signal is left at the deadline, and its stream ended", async () => {
    let cancelled = false;
    let drip: ReturnType<typeof setInterval> | undefined;
    const body = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          drip = setInterval(() => controller.enqueue(new Uint8Array(1)), 20);
        },
        cancel() {
          clearInterval(drip);
          cancelled = true;
        },
      });
    const verifier = createVerifier(
      {
        issuer: "https://issuer.example",
        jwksUri: "https://issuer.example/keys",
        audience: "x",
        fetchTimeoutSeconds: 1,
      },
      { fetch: (async () => new Response(body())) as typeof fetch },
    );
    expect(await codeOf(verifier.ready())).toBe("jwks_fetch_failed");
    await poll(() => cancelled).toBe(true);
  });

  test("R11 a fetch of one's own that never answers", async () => {
    const verifier = createVerifier(
      { issuer: "https://issuer.example", audience: "x", fetchTimeoutSeconds: 1 },
      { fetch: (() => new Promise(() => {})) as typeof fetch },
    );
    expect(await codeOf(verifier.ready())).toBe("discovery_failed");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["answers nothing", () => undefined],
    ["rejects with nothing", () => Promise.reject()],
  ])("R08 a fetch of one's own that %s", async (_what, fetch) => {
    const verifier = createVerifier(
      { issuer: "https://issuer.example", audience: kit.audience },
      { fetch: fetch as unknown as typeof globalThis.fetch, now: () => clock },
    );
    const error = await verifier.verify(kit.token()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "AuthError", status: 503 });
  });

  test("R10 a document of exactly the limit, and one byte more", async () => {
    const text = JSON.stringify({ keys: kit.jwks.keys });
    for (const [more, expected] of [
      [0, "accept"],
      [1, "jwks_fetch_failed"],
    ] as const) {
      server.handlers.set(keysPath, (_request, response) => response.end(text.padEnd(4096 + more)));
      expect(await codeOf(verifierFor({ limits: { documentBytes: 4096 } }).verify(token()))).toBe(expected);
    }
  });

  test("close ends what is in flight, and the answer is 503", async () => {
    let closed = false;
    server.handlers.set(keysPath, (_request, response) => {
      response.on("close", () => {
        closed = true;
      });
    });
    const verifier = verifierFor({ fetchTimeoutSeconds: 60 });
    const waiting = codeOf(verifier.verify(token()));
    await poll(keyFetches).toBe(1);
    verifier.close();
    expect(await waiting).toMatch(/closed|jwks_fetch_failed/);
    await poll(() => closed).toBe(true);
    expect(await codeOf(verifier.verify(token()))).toBe("closed");
    expect(await codeOf(verifier.ready())).toBe("closed");
  });
});

test("a background refresh is handed to waitUntil, whose failure hurts nobody", async () => {
  const work: Promise<unknown>[] = [];
  for (const waitUntil of [
    (one: Promise<unknown>) => void work.push(one),
    () => {
      throw new Error("not here");
    },
  ]) {
    const verifier = createVerifier(
      { issuer: server.issuer, audience: kit.audience, insecureAllowLoopback: true },
      { now: () => clock, waitUntil },
    );
    await verifier.ready();
    seconds(500);
    expect(await codeOf(verifier.verify(token()))).toBe("accept");
    seconds(-500);
  }
  expect(work).toHaveLength(1);
  await work[0];
});
