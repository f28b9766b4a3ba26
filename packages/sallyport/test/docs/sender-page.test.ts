// docs/sender-constrained-tokens.md shows code that is compiled and run here: each block is a file of `pages/sender/`, to the letter.
import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { certificateThumbprint, createMtlsFetch } from "../../src/client/mtls-fetch.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { createTlsIdentity } from "../support/certificate.ts";
import { build } from "./pages/sender/api.ts";
import { apiWith, proofForProvider, thumbprint } from "./pages/sender/client.ts";
import { serve } from "./pages/sender/mtls.ts";
import { authBehindProxy } from "./pages/sender/proxy.ts";
import { replayStoreIn } from "./pages/sender/redis.ts";

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
  expect((await proofForProvider("https://idp.example/token")).split(".")).toHaveLength(3);
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
  const token = await idp.token({ claims: { cnf: { jkt: thumbprint } } });
  const answer = await apiWith(token)("https://api.example.org/orders");
  expect([answer.status, await answer.json()]).toEqual([200, { of: "user-1" }]);
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
