import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type DevIdp, startDevIdp } from "@sallyport/dev-idp";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../../packages/sallyport/test/support/free-port.ts";
import {
  createPlainBrowser,
  type PlainBrowser,
} from "../../packages/sallyport/test/support/plain-browser.ts";
import { signInAt } from "../../packages/sallyport/test/support/sign-in.ts";
import { buildApp } from "./app.ts";
import { readSettings } from "./settings.ts";

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function start(
  env: Record<string, string> = {},
): Promise<{ app: FastifyInstance; idp: DevIdp; url: string }> {
  const idp = await startDevIdp({ quiet: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = readSettings({
    PORT: String(port),
    OIDC_ISSUER: idp.issuer,
    OIDC_CLIENT_ID: "web",
    OIDC_CLIENT_SECRET: "web-secret",
    OIDC_REDIRECT_URI: `${url}/auth/v2/callback`,
    ...env,
  });
  const app = buildApp(settings);
  closing.push(idp, app);
  await app.listen({ host: "127.0.0.1", port });
  return { app, idp, url };
}

const signIn = (browser: PlainBrowser, url: string) => signInAt(browser, `${url}/auth/v2/login`);

describe("the relying party", () => {
  test("signs in whoever opens the page, says who it is, and forgets them", async () => {
    const { app, url } = await start();
    const browser = createPlainBrowser();
    expect((await browser.load(`${url}/auth/v2/session`)).status).toBe(401);
    const { statusCode, headers } = await app.inject({ url: "/?page=2", headers: { accept: "text/html" } });
    expect([statusCode, headers.location]).toEqual([302, "/auth/v2/login?return_to=%2F%3Fpage%3D2"]);
    const home = await signIn(browser, url);
    expect([home.status, JSON.parse(home.text)]).toMatchObject([
      200,
      { subject: "alice", name: "Alice Admin" },
    ]);
    expect((await browser.load(`${url}/auth/v2/session`)).status).toBe(200);
    const out = await browser.load(`${url}/auth/v2/logout`, "POST", { origin: url });
    expect([out.status, new URL(JSON.parse(out.text).logout_url).pathname]).toEqual([200, "/logout"]);
    expect((await browser.load(`${url}/auth/v2/session`)).status).toBe(401);
  });

  test("calls an API in the name of who signed in, with a bound token where that is asked for", async () => {
    for (const [env, scheme] of [
      [{}, "Bearer"],
      [{ OIDC_LOGIN_DPOP: "true", OIDC_PAR: "true" }, "DPoP"],
    ] as const) {
      const seen: (string | undefined)[] = [];
      const api = createServer((request, response) => {
        seen.push(request.headers.authorization?.split(" ")[0], typeof request.headers.dpop);
        response.end("hello");
      }).listen(0, "127.0.0.1");
      closing.push(api);
      await new Promise((resolve) => api.once("listening", resolve));
      const resource = `http://127.0.0.1:${(api.address() as AddressInfo).port}/orders`;
      const { url } = await start({ ...env, RESOURCE_URL: resource });
      const home = await signIn(createPlainBrowser(), url);
      expect(JSON.parse(home.text).resource).toEqual({ status: 200, body: "hello" });
      expect(seen).toEqual([scheme, scheme === "DPoP" ? "string" : "undefined"]);
    }
  });

  test("takes the answer by a posted form, over http on this machine as well", async () => {
    const { url } = await start({ OIDC_RESPONSE_MODE: "form_post" });
    const browser = createPlainBrowser();
    const form = await signIn(browser, url);
    expect(form.text).toContain("code");
    const home = await browser.submit(form);
    expect([home.status, JSON.parse(home.text).subject]).toEqual([200, "alice"]);
  });
});

describe("the settings", () => {
  const least = { OIDC_ISSUER: "https://idp.example", OIDC_CLIENT_ID: "web" };

  test("follow from the redirect URI", () => {
    const { port, options, resource } = readSettings({
      ...least,
      OIDC_REDIRECT_URI: "https://rp.example/cb",
      RESOURCE_URL: "https://api.example/",
    });
    expect([port, resource]).toEqual([3000, "https://api.example/"]);
    expect(options).toMatchObject({
      publicUrl: "https://rp.example",
      insecureAllowLoopback: false,
      router: { paths: { callback: "/cb" } },
    });
    expect(readSettings(least).options.login?.redirectUri).toBe("http://localhost:3000/auth/v2/callback");
  });

  test.each([
    [{ ...least, PORT: "many" }, "PORT takes a number"],
    [{ ...least, OIDC_REDIRECT_URI: "callback" }, "OIDC_REDIRECT_URI takes the URL"],
    [{ OIDC_CLIENT_ID: "web" }, "OIDC_ISSUER"],
    [{ ...least, OIDC_RESPONSE_MODE: "fragment" }, "OIDC_RESPONSE_MODE takes"],
  ])("refuse %j", (env, sentence) => {
    expect(() => readSettings(env)).toThrow(sentence);
  });
});
