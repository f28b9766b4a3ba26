// DPoP with parts that were not written here: oauth4webapi as the client, oidc-provider to issue the token, and Sallyport's API.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import fastify from "fastify";
import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";
import { createDpopFetch, createDpopKey } from "sallyport/client";
import { sallyport } from "sallyport/fastify";
import { afterEach, expect, test } from "vitest";
import { start } from "./support.ts";

const insecure = { [oauth.allowInsecureRequests]: true };
const open: { close(): Promise<unknown> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

/** An API on a port that is known before its `publicUrl` has to be. */
async function startApi(issuer: string, nonce: boolean, port: number): Promise<string> {
  const publicUrl = `http://127.0.0.1:${port}`;
  const auth = sallyport(
    { issuer, audience: "my-api", publicUrl, insecureAllowLoopback: true, dpop: { mode: "required", nonce } },
    { audit: [] },
  );
  const app = fastify();
  open.push(app);
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  await app.listen({ port, host: "127.0.0.1" });
  return publicUrl;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

test.each([false, true])("a bound token lets its holder in, and nobody else (nonces: %s)", async (nonce) => {
  const idp = await start();
  const publicUrl = await startApi(idp.issuer, nonce, await freePort());
  const issuer = new URL(idp.issuer);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const machine = idp.clients.find(({ type }) => type === "machine");
  const client: oauth.Client = { client_id: machine?.id ?? "" };
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  const response = await oauth.clientCredentialsGrantRequest(
    as,
    client,
    oauth.ClientSecretBasic(machine?.secret ?? ""),
    new URLSearchParams(),
    { DPoP, ...insecure },
  );
  const { access_token: token, token_type: type } = await oauth.processClientCredentialsResponse(
    as,
    client,
    response,
  );
  expect(type).toBe("dpop");

  const ask = () =>
    oauth.protectedResourceRequest(token, "GET", new URL("/me", publicUrl), new Headers(), null, {
      DPoP,
      ...insecure,
    });
  const answer = await ask().catch((error: unknown) => {
    // What its documentation says to do: the handle has taken note of the nonce.
    if (nonce && oauth.isDPoPNonceError(error)) return ask();
    throw error;
  });
  expect(await answer.json()).toEqual({ sub: machine?.id });
  expect((await ask()).status).toBe(200);

  const thief = createDpopFetch({ key: await createDpopKey(), accessToken: token });
  const stolen = await thief(`${publicUrl}/me`);
  expect(stolen.status).toBe(401);
  expect(stolen.headers.get("www-authenticate")).toMatch(/^DPoP realm="api", .*error="invalid_token"/);
  const asBearer = await fetch(`${publicUrl}/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(asBearer.status).toBe(401);
});

test("the token request that the documentation shows gets a token bound to its key", async () => {
  const idp = await start();
  const page = new URL("../../sallyport/test/docs/pages/sender/token.ts", import.meta.url);
  const { fetchToken } = await import(page.href);
  const key = await createDpopKey();
  const token = await fetchToken(key, `${idp.issuer}/token`, "machine", "machine-secret");
  expect(decodeJwt(token)).toMatchObject({ sub: "machine", cnf: { jkt: key.thumbprint } });
});
