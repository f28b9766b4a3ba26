// Who asks, as a real server sees it over HTTP: three ways to prove it, and nothing of the token anywhere but in the body.
import type { IncomingHttpHeaders } from "node:http";
import { createLocalJWKSet, type JWK, jwtVerify } from "jose";
import { expect, onTestFinished, test } from "vitest";
import {
  AuthError,
  type AuthEvent,
  createVerifier,
  type IntrospectionOptions,
  type VerifierOptions,
} from "../../src/index.ts";
import { bodyText, listen } from "../support/listen.ts";
import { createTestKey } from "../support/signing.ts";
import { audience, honest, opaque } from "./kit.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
}

const canary = "canary:s3cr3t & ü+%/=";

/** A provider that lets nobody ask whom `knows` does not know. */
async function start(knows: (seen: Seen) => boolean | Promise<boolean>) {
  const seen: Seen[] = [];
  const { port, close } = await listen(async (request, response) => {
    const { method, url, headers } = request;
    const asked = { method, url, headers, form: new URLSearchParams(await bodyText(request)) };
    if (url === "/elsewhere") throw new Error("The redirect was followed");
    seen.push(asked);
    if (asked.form.get("token")?.startsWith("redirect")) {
      response.writeHead(307, { location: "/elsewhere" }).end();
    } else if (await knows(asked)) {
      const now = Math.floor(Date.now() / 1000);
      const { iss: _, ...said } = honest;
      const active = asked.form.get("token") === opaque;
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(active ? { ...said, iat: now, exp: now + 300 } : { active: false }));
    } else response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid_client"}');
  });
  onTestFinished(async () => {
    await close();
  });
  const base = `http://127.0.0.1:${port}`;
  const events: AuthEvent[] = [];
  const verifierFor = (own: Partial<IntrospectionOptions>, options: VerifierOptions = {}) =>
    createVerifier(
      {
        issuer: base,
        audience,
        insecureAllowLoopback: true,
        introspection: { endpoint: `${base}/introspect?x=1`, tokens: "all", clientId: "api", ...own },
        ...options,
      },
      { onEvent: (event) => events.push(event) },
    );
  return { seen, base, events, verifierFor };
}

const refusalOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (error instanceof AuthError) return error;
  throw new Error(`not refused: ${String(error)}`);
};

test("client_secret_basic: id and secret are form-encoded, then base64 (RFC 6749 §2.3.1)", async () => {
  const clientId = "a:p i+ü";
  const { seen, verifierFor } = await start(({ headers, form }) => {
    const [scheme, value = ""] = headers.authorization?.split(" ") ?? [];
    const [id = "", secret = ""] = Buffer.from(value, "base64").toString("latin1").split(":");
    const decode = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
    return (
      scheme === "Basic" && decode(id) === clientId && decode(secret) === canary && !form.has("client_secret")
    );
  });
  const verifier = verifierFor({ clientId, clientSecret: canary });
  expect((await verifier.verify(opaque)).subject).toBe(honest.sub);
  expect(seen[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from("a%3Ap+i%2B%C3%BC:canary%3As3cr3t+%26+%C3%BC%2B%25%2F%3D").toString("base64")}`,
  );
});

test("the token stands in the body of a POST, and nowhere else", async () => {
  const { seen, verifierFor } = await start(() => true);
  await verifierFor({ clientSecret: canary }).verify(opaque);
  const [{ method, url, headers, form } = {} as Seen] = seen;
  expect([method, url]).toEqual(["POST", "/introspect?x=1"]);
  expect(Object.fromEntries(form)).toEqual({ token: opaque, token_type_hint: "access_token" });
  expect(headers).toMatchObject({
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(JSON.stringify(headers)).not.toContain(opaque);
});

test("client_secret_post: both in the body, and no header", async () => {
  const { seen, verifierFor } = await start(
    ({ headers, form }) =>
      headers.authorization === undefined &&
      form.get("client_id") === "api" &&
      form.get("client_secret") === canary,
  );
  const verifier = verifierFor({ clientSecret: canary, authMethod: "client_secret_post" });
  expect((await verifier.verify(opaque)).subject).toBe(honest.sub);
  expect(seen).toHaveLength(1);
});

const keys = ["RS256", "PS256", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"].map((alg) => {
  const key = createTestKey("k1", alg);
  return {
    alg,
    jwk: key.jwk as JWK,
    privateKey: { ...key.privateKey.export({ format: "jwk" }), ...{ alg, kid: "k1" } },
  };
});

test.each(keys)("private_key_jwt with $alg (RFC 7523 §3)", async ({ alg, jwk, privateKey }) => {
  const ids = new Set<unknown>();
  const { seen, base, verifierFor } = await start(async ({ headers, form }) => {
    const { payload, protectedHeader } = await jwtVerify(
      form.get("client_assertion") ?? "",
      createLocalJWKSet({ keys: [jwk] }),
      { issuer: "api", subject: "api", audience: base, algorithms: [alg] },
    );
    expect(protectedHeader).toEqual({ alg, kid: "k1", typ: "JWT" });
    expect(Object.keys(payload).sort()).toEqual(["aud", "exp", "iat", "iss", "jti", "sub"]);
    expect((payload.exp as number) - (payload.iat as number)).toBe(60);
    ids.add(payload.jti);
    return headers.authorization === undefined && form.get("client_id") === "api";
  });
  const verifier = verifierFor({ privateKey });
  expect((await verifier.verify(opaque)).subject).toBe(honest.sub);
  expect((await refusalOf(verifier.verify("another"))).code).toBe("token_inactive");
  expect(ids.size).toBe(2);
  expect(seen[0]?.form.get("client_assertion_type")).toBe(
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  );
  expect(JSON.stringify(seen.map(({ form }) => [...form]))).not.toContain(String(privateKey.d));
});

test("a key without alg has its curve's; its aud is the endpoint where that is wanted; ids differ without chance", async () => {
  const key = createTestKey("k1", "ES384");
  const { d, crv, kty, x, y } = key.privateKey.export({ format: "jwk" });
  const ids: unknown[] = [];
  const { base, verifierFor } = await start(async ({ form }) => {
    const { payload, protectedHeader } = await jwtVerify(form.get("client_assertion") ?? "", key.publicKey);
    expect(protectedHeader).toEqual({ alg: "ES384", typ: "JWT" });
    expect(payload.aud).toBe(`${base}/introspect?x=1`);
    ids.push(payload.jti);
    return true;
  });
  const privateKey = { d, crv, kty, x, y, key_ops: ["sign"], ext: false, use: "sig" };
  await verifierFor({ privateKey, assertionAudience: "endpoint" }).verify(opaque);
  const still = createVerifier(
    {
      issuer: base,
      audience,
      insecureAllowLoopback: true,
      introspection: {
        endpoint: `${base}/introspect?x=1`,
        tokens: "all",
        clientId: "api",
        privateKey,
        assertionAudience: "endpoint",
      },
    },
    { random: () => 7 },
  );
  await Promise.all([refusalOf(still.verify("a")), refusalOf(still.verify("b"))]);
  expect(new Set(ids).size).toBe(3);
});

test("a key that the runtime refuses is an outage of ours, which says no more than that", async () => {
  const key = createTestKey("k1", "ES256");
  const other = createTestKey("k2", "ES256");
  const { verifierFor, seen } = await start(() => true);
  const { d } = other.privateKey.export({ format: "jwk" });
  const privateKey = { ...key.privateKey.export({ format: "jwk" }), d: `${d}AAAA` };
  const error = await refusalOf(verifierFor({ privateKey }).verify(opaque));
  expect([error.code, error.status]).toEqual(["introspection_failed", 503]);
  expect(error.message).toMatch(/The question cannot be put \(asked: https?:\/\/[^/]+\)$/);
  expect(`${error.message}${error.cause}`).not.toContain(String(d));
  expect(seen).toEqual([]);
});

test("wrong credentials: 503, an event, and neither the secret nor the token in any of it", async () => {
  const { verifierFor, events } = await start(() => false);
  const verifier = verifierFor({ clientSecret: canary });
  const error = await refusalOf(verifier.verify(opaque));
  expect([error.code, error.status]).toEqual(["introspection_failed", 503]);
  expect(events).toMatchObject([{ type: "security", name: "introspection_refused_us" }]);
  const told = JSON.stringify([
    events,
    verifier.health(),
    error.message,
    String(error.cause),
    error.description,
  ]);
  for (const secret of [opaque, canary, "s3cr3t"]) expect(told).not.toContain(secret);
});

test("a redirect is not followed, with the token in the body least of all", async () => {
  const { verifierFor, seen } = await start(() => true);
  const error = await refusalOf(verifierFor({ clientSecret: canary }).verify("redirect-me"));
  expect([error.code, error.message]).toEqual([
    "introspection_failed",
    expect.stringMatching(
      /^The provider has no answer about the token: The answer was 307, not 200 \(asked: http:\/\/127\.0\.0\.1:\d+\)$/,
    ),
  ]);
  expect(seen.map(({ url }) => url)).toEqual(["/introspect?x=1", "/introspect?x=1"]);
});

test("a provider that is started again is asked again", async () => {
  const { port, close } = await listen((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"active":false}');
  });
  let at = Date.now();
  const verifier = createVerifier(
    {
      issuer: "http://127.0.0.1:9",
      audience,
      insecureAllowLoopback: true,
      introspection: {
        endpoint: `http://127.0.0.1:${port}/introspect`,
        clientId: "api",
        clientSecret: "s",
        tokens: "all",
      },
    },
    { now: () => at },
  );
  await verifier.ready();
  await close();
  expect((await refusalOf(verifier.verify("a"))).message).toContain(
    `failed before an answer came (ECONNREFUSED) (asked: http://127.0.0.1:${port})`,
  );
  const again = await new Promise<import("node:http").Server>((resolve) => {
    import("node:http").then(({ createServer }) => {
      const server = createServer((_request, response) => {
        response.writeHead(200).end('{"active":false}');
      }).listen(port, "127.0.0.1", () => resolve(server));
    });
  });
  onTestFinished(() => {
    again.close();
  });
  at += 1_000;
  expect((await refusalOf(verifier.verify("a"))).code).toBe("token_inactive");
  expect(verifier.health().ok).toBe(true);
});
