// Signing people in at applications that listen.
import type { AddressInfo } from "node:net";
import express from "express";
import Fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { sallyport as sallyportExpress } from "../../src/frameworks/express.ts";
import { sallyport as sallyportFastify } from "../../src/frameworks/fastify.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";

const secret = "c2Vzc2lvbnMgb2YgdGhlIHRlc3RzIGFyZSBzZWFsZWQgYnkgaXQ";

test("applications that listen", async () => {
  for (const make of [listeningExpress, listeningFastify]) {
    const idp: FakeIssuer = fakeIssuer();
    const url = await make(idp);
    const headers = await idp.signIn(url, { subject: "s1" });
    expect(await (await fetch(`${url}/me`, { headers })).text()).toBe("s1");
  }
});

const optionsOf = (idp: FakeIssuer, publicUrl: string) => ({
  ...idp.config,
  ...idp.client,
  publicUrl,
  insecureAllowLoopback: true,
  session: { secret },
});

async function listeningExpress(idp: FakeIssuer): Promise<string> {
  const app = express();
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const auth = sallyportExpress(optionsOf(idp, url), idp.deps);
  app.use(auth.router());
  app.get("/me", auth.required(), (request, response) => void response.send(auth.identity(request).subject));
  return url;
}

async function listeningFastify(idp: FakeIssuer): Promise<string> {
  const app = Fastify();
  onTestFinished(() => app.close());
  const auth = sallyportFastify(optionsOf(idp, "https://app.example"), idp.deps);
  await app.register(auth.plugin());
  await app.register(auth.router());
  app.get("/me", auth.required(), (request) => auth.identity(request).subject);
  return app.listen({ port: 0, host: "127.0.0.1" });
}
