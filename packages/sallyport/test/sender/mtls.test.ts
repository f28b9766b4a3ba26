// Tokens bound to a client certificate (RFC 8705 §3), over real TLS: in the handshake, resumed, over HTTP/2, and behind a proxy.

import type { RequestListener } from "node:http";
import { createSecureServer, connect as http2Connect } from "node:http2";
import { createServer, get } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { connect, type SecureVersion } from "node:tls";
import { createAdaptorServer } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { certificateThumbprint, createMtlsFetch } from "../../src/client/mtls-fetch.ts";
import * as onExpress from "../../src/frameworks/express.ts";
import * as onFastify from "../../src/frameworks/fastify.ts";
import * as onFetch from "../../src/frameworks/fetch.ts";
import * as onHono from "../../src/frameworks/hono.ts";
import * as onNode from "../../src/frameworks/node.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";
import { createTlsIdentity } from "../support/certificate.ts";

const server = createTlsIdentity(["localhost"]);
const client = createTlsIdentity(["client"]);
const stranger = createTlsIdentity(["stranger"]);
const thumbprint = certificateThumbprint(client.cert);
// Whoever issued it: the token says which certificate it has to be (RFC 8705 §6.2, §7.3).
const tls = { key: server.key, cert: server.cert, requestCert: true, rejectUnauthorized: false };
let idp: FakeIssuer;
let bound: string;
const open: Server[] = [];

beforeAll(async () => {
  idp = fakeIssuer();
  bound = await idp.token({ claims: { cnf: { "x5t#S256": thumbprint } } });
});
afterEach(() => Promise.all(open.splice(0).map((one) => new Promise((resolve) => one.close(resolve)))));

async function listen(one: Server): Promise<number> {
  open.push(one);
  await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
  return (one.address() as AddressInfo).port;
}
const fetchWith = (identity: { cert: string; key: string }, accessToken = bound) =>
  createMtlsFetch({ ...identity, ca: server.ca, accessToken });

const frameworks: Record<string, () => Promise<number> | number> = {
  node: () => {
    const auth = onNode.sallyport(idp.config, idp.deps);
    return listen(
      createServer(
        tls,
        auth.required((request, response) => response.end(auth.identity(request).subject)),
      ),
    );
  },
  express: () => {
    const auth = onExpress.sallyport(idp.config, idp.deps);
    const app = express();
    app.get("/", auth.required(), (request, response) => void response.end(auth.identity(request).subject));
    return listen(createServer(tls, app as RequestListener));
  },
  fastify: async () => {
    const auth = onFastify.sallyport(idp.config, idp.deps);
    const app = fastify({ https: tls });
    app.get("/", auth.required(), (request) => auth.identity(request).subject);
    await app.ready();
    return listen(app.server);
  },
  hono: () => {
    const auth = onHono.sallyport(idp.config, idp.deps);
    const app = new Hono();
    app.get("/", auth.required(), (c) => c.text(c.var.identity.subject));
    return listen(createAdaptorServer({ fetch: app.fetch, createServer, serverOptions: tls }) as Server);
  },
};

describe.each(Object.entries(frameworks))("%s", (_, start) => {
  test("lets in the certificate that the token is bound to, and no other", async () => {
    const url = `https://localhost:${await start()}/`;
    const good = await fetchWith(client)(url);
    expect([good.status, await good.text()]).toEqual([200, "user-1"]);
    const other = await fetchWith(stranger)(url);
    expect([other.status, other.headers.get("www-authenticate")]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
    const none = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${bound}` };
      get(url, { ca: server.ca, headers, agent: false }, (message) => {
        message.resume();
        resolve(message.statusCode);
      }).on("error", reject);
    });
    expect(none).toBe(401);
    const unbound = await fetchWith(client, await idp.token())(url);
    expect(unbound.status).toBe(200);
  });
});

test("where certificates are required, a token that is bound to none is refused", async () => {
  const auth = onNode.sallyport({ ...idp.config, mtls: "required" }, idp.deps);
  const port = await listen(
    createServer(
      tls,
      auth.required((_, response) => response.end()),
    ),
  );
  expect((await fetchWith(client)(`https://localhost:${port}/`)).status).toBe(200);
  expect((await fetchWith(client, await idp.token())(`https://localhost:${port}/`)).status).toBe(401);
});

test("where they are off, a bound token is refused", async () => {
  const auth = onNode.sallyport({ ...idp.config, mtls: "off" }, idp.deps);
  const port = await listen(
    createServer(
      tls,
      auth.required((_, response) => response.end()),
    ),
  );
  expect((await fetchWith(client)(`https://localhost:${port}/`)).status).toBe(401);
});

test.each<SecureVersion>(["TLSv1.2", "TLSv1.3"])(
  "a resumed session (%s) still has the certificate",
  async (version) => {
    const auth = onNode.sallyport(idp.config, idp.deps);
    const port = await listen(
      createServer(
        { ...tls, ca: client.ca, minVersion: version, maxVersion: version },
        auth.required((_, response) => response.end()),
      ),
    );
    let session: Buffer | undefined;
    const ask = () =>
      new Promise<{ status: string; resumed: boolean | undefined }>((resolve, reject) => {
        const socket = connect({
          host: "127.0.0.1",
          port,
          servername: "localhost",
          ca: server.ca,
          cert: client.cert,
          key: client.key,
          ...(session && { session }),
        });
        let text = "";
        let resumed: boolean | undefined;
        socket.on("secureConnect", () => {
          resumed = socket.isSessionReused();
        });
        socket.on("session", (one) => {
          session = one;
        });
        socket.on("error", reject);
        socket.on("data", (chunk) => {
          text += String(chunk);
        });
        socket.on("close", () => resolve({ status: text.slice(9, 12), resumed }));
        socket.write(
          `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${bound}\r\n\r\n`,
        );
      });
    expect(await ask()).toEqual({ status: "200", resumed: false });
    expect(await ask()).toEqual({ status: "200", resumed: true });
  },
);

test("over HTTP/2", async () => {
  const auth = onNode.sallyport(idp.config, idp.deps);
  const guarded = auth.required((_, response) => response.end("in"));
  const port = await listen(createSecureServer(tls, guarded as never));
  const ask = (identity: { cert: string; key: string }) =>
    new Promise((resolve, reject) => {
      const session = http2Connect(`https://localhost:${port}`, {
        ca: server.ca,
        cert: identity.cert,
        key: identity.key,
      });
      session.on("error", reject);
      const stream = session.request({ ":path": "/", authorization: `Bearer ${bound}` });
      stream.on("response", (headers) => {
        session.destroy();
        resolve(headers[":status"]);
      });
      stream.end();
    });
  expect([await ask(client), await ask(stranger)]).toEqual([200, 401]);
});

describe("deps.clientCertificate, behind a proxy that ends TLS", () => {
  const ask = async (
    clientCertificate: (request: object) => unknown,
    headers: Record<string, string> = {},
  ) => {
    const auth = onFetch.sallyport(idp.config, {
      ...idp.deps,
      clientCertificate: clientCertificate as never,
    });
    const handler = auth.required(() => new Response("in"));
    const request = new Request("https://api.example/", {
      headers: { authorization: `Bearer ${bound}`, ...headers },
    });
    return (await handler(request)).status;
  };
  // As RFC 9440 has it: DER in base64 between colons.
  const der = Buffer.from(client.cert.replace(/-----.*-----|\s/g, ""), "base64");
  const fromProxy = (request: object) => {
    const value = (request as Request).headers.get("client-cert");
    return value === null ? undefined : new Uint8Array(Buffer.from(value.slice(1, -1), "base64"));
  };

  test.each<[string, (request: object) => unknown, Record<string, string>, number]>([
    ["reads what the proxy wrote", fromProxy, { "client-cert": `:${der.toString("base64")}:` }, 200],
    ["finds nothing", fromProxy, {}, 401],
    ["finds another certificate", fromProxy, { "client-cert": ":AAAA:" }, 401],
    ["knows the thumbprint", () => thumbprint, {}, 200],
    ["knows another thumbprint", () => certificateThumbprint(stranger.cert), {}, 401],
    ["answers later, which is too late", async () => thumbprint, {}, 503],
    ["answers with something else", () => ({ thumbprint }), {}, 503],
    [
      "throws",
      () => {
        throw new Error("no");
      },
      {},
      503,
    ],
  ])("that %s", async (_, clientCertificate, headers, expected) => {
    expect(await ask(clientCertificate, headers)).toBe(expected);
  });

  test("takes the place of the socket, whose certificate is the proxy's", async () => {
    const auth = onNode.sallyport(idp.config, { ...idp.deps, clientCertificate: () => undefined });
    const port = await listen(
      createServer(
        tls,
        auth.required((_, response) => response.end()),
      ),
    );
    expect((await fetchWith(client)(`https://localhost:${port}/`)).status).toBe(401);
  });
});

test("without a request there is no certificate", async () => {
  const { verifier } = onFetch.sallyport(idp.config, idp.deps);
  await expect(verifier.verify(bound)).rejects.toMatchObject({ code: "sender_constrained" });
  const presented = { scheme: "Bearer", method: "GET", url: "/" } as const;
  await expect(verifier.verify(bound, { ...presented, certificate: thumbprint })).resolves.toBeDefined();
  const withDep = onFetch.sallyport(idp.config, {
    ...idp.deps,
    clientCertificate: () => thumbprint,
  }).verifier;
  await expect(withDep.verify(bound, presented)).rejects.toMatchObject({ code: "sender_constrained" });
  await expect(withDep.verify(bound, { ...presented, request: {} })).resolves.toBeDefined();
});

test("a token bound by both has to be proven by both", async () => {
  const publicUrl = "https://api.example";
  const { verifier } = onFetch.sallyport({ ...idp.config, publicUrl }, idp.deps);
  const { authorization, dpop: proof } = await idp.dpop({
    method: "GET",
    url: `${publicUrl}/`,
    claims: { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "x5t#S256": thumbprint } },
  });
  const token = authorization.slice(5);
  const presented = { scheme: "DPoP", method: "GET", url: "/", proof } as const;
  await expect(verifier.verify(token, presented)).rejects.toThrow("client certificate");
  await expect(verifier.verify(token, { ...presented, certificate: thumbprint })).rejects.toThrow(
    "another key",
  );
});
