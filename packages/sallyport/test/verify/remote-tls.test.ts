// A name that leads to the wrong place: what counts is whether the server at the end of the connection can prove its name.
import dns from "node:dns";
import { createServer, request as httpsRequest, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { createTlsIdentity } from "../support/certificate.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const identity = createTlsIdentity(["right.example"]);
const asked: string[] = [];
let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer({ key: identity.key, cert: identity.cert }, (request, response) => {
    const base = `https://${request.headers.host}`;
    asked.push(`${base}${request.url}`);
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify(request.url === "/keys" ? kit.jwks : { issuer: base, jwks_uri: `${base}/keys` }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A `fetch` of the user's own: trusts the test's authority, and finds every name on loopback. */
const ownFetch = ((url: string, init: RequestInit) =>
  new Promise<Response>((resolve, reject) => {
    const lookup = (_name: string, options: { all?: boolean }, done: (...found: unknown[]) => void) =>
      options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
    const request = httpsRequest(
      url,
      { ca: identity.ca, lookup: lookup as never, signal: init.signal as AbortSignal },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500 })),
        );
      },
    );
    request.on("error", reject);
    request.end();
  })) as unknown as typeof fetch;

const verifyAt = (name: string, fetch?: typeof globalThis.fetch) => {
  const issuer = `https://${name}:${port}`;
  const verifier = createVerifier(
    { issuer, audience: kit.audience },
    { now: () => kit.nowSeconds * 1000, ...(fetch ? { fetch } : {}) },
  );
  return verifier.verify(kit.token({ claims: { iss: issuer } })).catch((error: unknown) => error);
};
const causes = (error: unknown): string => {
  const { cause, message } = (error ?? {}) as { cause?: unknown; message?: string };
  return [message, ...(cause ? [causes(cause)] : [])].join(" ");
};

test("R24 deps.fetch carries an authority and a way of one's own, and its name is proven", async () => {
  asked.length = 0;
  expect(await verifyAt("right.example", ownFetch)).toMatchObject({ subject: "248289761001" });
  expect(asked).toHaveLength(2);
});

test("R14 a name that resolves to loopback, whose server proves another name", async () => {
  asked.length = 0;
  const error = await verifyAt("wrong.example", ownFetch);
  expect(error).toMatchObject({ code: "discovery_failed", status: 503 });
  expect(causes(error)).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
  expect(asked).toEqual([]);
});

test("R14 the global fetch, and a name that resolves to loopback between two requests", async () => {
  asked.length = 0;
  const lookup = vi
    .spyOn(dns, "lookup")
    .mockImplementation(((_name: string, options: { all?: boolean }, done: (...found: unknown[]) => void) =>
      options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4)) as never);
  try {
    const error = await verifyAt("right.example");
    expect(error).toMatchObject({ code: "discovery_failed", status: 503 });
    expect(lookup).toHaveBeenCalled();
    expect(causes(error)).toMatch(/SELF_SIGNED|UNABLE_TO|SIGNATURE|CERT/);
    expect(asked).toEqual([]);
  } finally {
    lookup.mockRestore();
  }
});
