// docs/sender-constrained-tokens.md shows code that is compiled and run here: each block is a file of `pages/sender/`, to the letter.
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeJwt } from "jose";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificateThumbprint, createMtlsFetch } from "../../src/client/mtls-fetch.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { createTlsIdentity } from "../support/certificate.ts";
import { build } from "./pages/sender/api.ts";
import { apiWith, key } from "./pages/sender/client.ts";
import { serve } from "./pages/sender/mtls.ts";
import { authBehindProxy } from "./pages/sender/proxy.ts";
import { replayStoreIn } from "./pages/sender/redis.ts";
import { fetchToken } from "./pages/sender/token.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the page shows the code that runs", () => {
  const files = readdirSync(new URL("./pages/sender/", import.meta.url)).map((file) =>
    read(`./pages/sender/${file}`),
  );
  const blocks = [...read("../../../../docs/sender-constrained-tokens.md").matchAll(/```ts\n([\s\S]*?)```/g)];
  expect(blocks.map(([, code]) => code).toSorted()).toEqual(files.toSorted());
});

test("the client of the page is let in by the API of the page", async () => {
  const idp = fakeIssuer();
  const app = build(idp.config, idp.deps);
  // The API listens on loopback; callers know it by its public URL.
  const port = new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port;
  onTestFinished(() => app.close());
  const original = globalThis.fetch;
  globalThis.fetch = (async (request: Request) => {
    const { pathname } = new URL(request.url);
    return original(`http://127.0.0.1:${port}${pathname}`, { headers: request.headers });
  }) as typeof fetch;
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  const token = await idp.token({ claims: { cnf: { jkt: key.thumbprint } } });
  const answer = await apiWith(async () => token)("https://api.example.org/orders");
  expect([answer.status, await answer.json()]).toEqual([200, { of: "user-1" }]);
});

test("the challenges of the page's API name a document that is there", async () => {
  const idp = fakeIssuer();
  const app = build(idp.config, idp.deps);
  onTestFinished(() => app.close());
  const { headers } = await app.inject("/orders");
  const named = /resource_metadata="https:\/\/api\.example\.org([^"]+)"/.exec(
    String(headers["www-authenticate"]),
  );
  expect((await app.inject(named?.[1] ?? "")).json()).toMatchObject({ resource: "https://api.example.org" });
});

// dev-idp's own tests ask a real provider, which wants no nonce.
describe("the token request of the page", () => {
  async function provider(answers: ((proof: Record<string, unknown>) => [number, object])[]) {
    const seen: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      const proof = decodeJwt(String(request.headers.dpop));
      const [status, body] = (answers[seen.push(proof) - 1] ?? (() => [500, {}]))(proof);
      response.writeHead(status, { "content-type": "application/json", "dpop-nonce": "n1" });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, seen };
  }
  const wantsNonce = (): [number, object] => [400, { error: "use_dpop_nonce" }];
  const gives = (token_type: string) => (): [number, object] => [200, { access_token: "t", token_type }];

  test("is repeated with the provider's nonce", async () => {
    const { url, seen } = await provider([wantsNonce, gives("DPoP")]);
    expect(await fetchToken(key, url, "machine", "s")).toBe("t");
    expect(seen).toMatchObject([{ htm: "POST", htu: url }, { nonce: "n1" }]);
    expect(seen[0]).not.toHaveProperty("nonce");
    expect(seen[1]?.jti).not.toBe(seen[0]?.jti);
  });

  test("takes no bearer token, and asks twice at most", async () => {
    const bearer = await provider([gives("Bearer")]);
    await expect(fetchToken(key, bearer.url, "machine", "s")).rejects.toThrow("No bound token");
    const never = await provider([wantsNonce, wantsNonce]);
    await expect(fetchToken(key, never.url, "machine", "s")).rejects.toThrow("No bound token");
    expect(never.seen).toHaveLength(2);
  });
});

test("the store of the page lets a proof in once", async () => {
  const kept = new Map<string, number>();
  const store = replayStoreIn({
    async set(key, _value, unit, at, condition) {
      expect([unit, condition]).toEqual(["PXAT", "NX"]);
      if (kept.has(key)) return null;
      kept.set(key, at);
      return "OK";
    },
  });
  expect([await store.add("k", 1000), await store.add("k", 1000)]).toEqual([true, false]);
  expect([...kept]).toEqual([["dpop:k", 1000]]);
});

test("the certificate of the page: from the handshake, and from a proxy", async () => {
  const idp = fakeIssuer();
  const [tls, client] = [createTlsIdentity(["localhost"]), createTlsIdentity(["client"])];
  const server = serve(idp.config, idp.deps, tls);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const cnf = { "x5t#S256": certificateThumbprint(client.cert) };
  const accessToken = await idp.token({ claims: { cnf } });
  const api = createMtlsFetch({ ...client, ca: tls.ca, accessToken });
  expect((await api(`https://localhost:${(server.address() as AddressInfo).port}/`)).status).toBe(200);
  const auth = authBehindProxy(idp.config, idp.deps);
  const der = client.cert.replace(/-----.*-----|\s/g, "");
  const headers = { authorization: `Bearer ${accessToken}`, "client-cert": `:${der}:` };
  const answer = await auth.required(() => new Response("in"))(new Request("https://a.example", { headers }));
  expect(answer.status).toBe(200);
});
