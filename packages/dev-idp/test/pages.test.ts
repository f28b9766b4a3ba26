import { describe, expect, it } from "vitest";
import { type Person, seededPeople } from "../src/index.ts";
import { authorizeUrl, Browser, pkce, start } from "./support.ts";

const hostile = `"><script>alert(1)</script>'&`;

describe("the pages", () => {
  it("run no script, load nothing, and can't be framed", async () => {
    const idp = await start();
    const signIn = await new Browser().go(authorizeUrl(idp, {}, pkce().challenge));
    for (const page of [
      signIn,
      await new Browser().go(`${idp.issuer}/device`),
      await new Browser().go(`${idp.issuer}/`),
    ]) {
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*|script-src/);
      expect(page.text).not.toMatch(/<script|<img|<link|\son\w+=|style="|@import|url\(/);
      expect(page.text).toMatch(/<html lang="en">.*<title>[^<]+<\/title>.*<main.*<h1>/s);
    }
    expect(signIn.headers.get("content-security-policy")).toContain(
      "form-action 'self' http://127.0.0.1:3999;",
    );
    expect(signIn.headers.get("cache-control")).toBe("no-store");
  });

  it("show how to get a token in one line, quoted for a shell", async () => {
    const line = async (username?: string) => {
      const person = { ...(seededPeople[0] as Person), username: username ?? "" };
      const idp = await start(username === undefined ? { people: [] } : { people: [person] });
      const { text } = await new Browser().go(idp.issuer);
      return text.match(/<dt>A token<\/dt><dd><code>([^<]*)<\/code>/)?.[1]?.replace(idp.issuer, "");
    };
    expect(await line("alice")).toBe("curl -s -d &#39;person=alice&#39; /control/token");
    expect(await line("o'neill & co")).toBe(
      "curl -s -d &#39;person=o%27neill%20%26%20co&#39; /control/token",
    );
    expect(await line()).toBeUndefined();
  });

  it("escape what comes from outside", async () => {
    const people = [
      {
        username: hostile,
        password: "p",
        name: hostile,
        email: hostile,
        roles: [hostile],
        groups: [],
        permissions: [],
      },
    ];
    const idp = await start({ people });
    const page = await new Browser().go(
      authorizeUrl(idp, { params: { login_hint: hostile } }, pkce().challenge),
    );
    expect(page.text).not.toContain("<script>");
    expect(page.text).toContain("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;");
    const home = await new Browser().go(idp.issuer);
    expect(home.text).not.toContain("<script>");
    const query = new URLSearchParams({ client_id: hostile, response_type: hostile, redirect_uri: hostile });
    const error = await fetch(`${idp.issuer}/authorize?${query}`, { headers: { accept: "text/html" } });
    expect(error.status).toBe(400);
    expect(await error.text()).not.toContain("<script>");
  });

  it("label every field", async () => {
    const idp = await start();
    for (const url of [authorizeUrl(idp, {}, pkce().challenge), `${idp.issuer}/device`]) {
      const { text } = await new Browser().go(url);
      const fields = [...text.matchAll(/<input(?![^>]*type="hidden")[^>]* id="([^"]+)"/g)].map(
        ([, id]) => id,
      );
      expect(fields.length).toBeGreaterThan(0);
      for (const id of fields) expect(text).toContain(`<label for="${id}">`);
    }
  });

  it("say what is wrong with a request, to browsers as a page and to others as JSON", async () => {
    const idp = await start();
    const url = authorizeUrl(idp, { redirectUri: "https://elsewhere.example/" }, pkce().challenge);
    const page = await (await fetch(url, { headers: { accept: "text/html" } })).text();
    expect(page).toContain("This request can't be answered".replace("'", "'"));
    expect(page).toContain("invalid_redirect_uri");
    const json = await fetch(`${idp.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "x" }),
    });
    expect(await json.json()).toMatchObject({ error: "invalid_request" });
  });

  it("know nothing of a sign-in that has expired or belongs to another browser", async () => {
    const idp = await start();
    const page = await new Browser().go(authorizeUrl(idp, {}, pkce().challenge));
    const other = await new Browser().go(page.url);
    expect(other.status).toBe(400);
    expect(other.text).toContain("This sign-in has expired. Please start again.");
  });

  it("list on the home page who can sign in, and which clients there are", async () => {
    const idp = await start();
    const { text } = await new Browser().go(`${idp.issuer}/`);
    for (const known of [
      idp.issuer,
      "my-api",
      "alice",
      "bob",
      "carol",
      "web-secret",
      "machine-secret",
      "native",
    ]) {
      expect(text).toContain(known);
    }
  });

  it("keep two providers on one machine apart", async () => {
    const browser = new Browser();
    const [one, two] = [await start(), await start()];
    for (const idp of [one, two]) await browser.go(authorizeUrl(idp, {}, pkce().challenge));
    const ports = new Set(browser.cookieNames().map((name) => name.match(/^dev_idp_(\d+)_/)?.[1]));
    expect(ports).toEqual(new Set([String(one.port), String(two.port)]));
  });
});

describe("the home page's buttons", () => {
  it("make the provider fail, heal it, and rotate its key", async () => {
    const idp = await start();
    const browser = new Browser();
    const home = await browser.go(`${idp.issuer}/`);
    const failing = await browser.submit(home, { mode: "500" });
    expect(failing.text).toContain("Failing at the moment: 500");
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(500);
    expect((await browser.submit(failing, { mode: "" })).text).toContain("All is well at the moment.");
    await browser.go(`${idp.issuer}/control/rotate`, { method: "POST", body: new URLSearchParams() });
    const { keys } = (await (await fetch(`${idp.issuer}/jwks`)).json()) as { keys: unknown[] };
    expect(keys).toHaveLength(2);
  });

  it("take options from a script, and complain in a sentence", async () => {
    const idp = await start();
    const send = (form: Record<string, string>) =>
      fetch(`${idp.issuer}/control/fail`, {
        method: "POST",
        body: new URLSearchParams(form),
        redirect: "manual",
      });
    expect((await send({ mode: "500", path: "jwks" })).status).toBe(303);
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(500);
    expect((await fetch(`${idp.issuer}/.well-known/openid-configuration`)).status).toBe(200);
    const refused = await send({ mode: "sideways" });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("fail() takes one of");
  });

  it("can't be pressed from another site", async () => {
    const idp = await start();
    const response = await fetch(`${idp.issuer}/control/fail`, {
      method: "POST",
      headers: { origin: "https://evil.example" },
      body: new URLSearchParams({ mode: "500" }),
    });
    expect(response.status).toBe(403);
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(200);
    expect((await fetch(`${idp.issuer}/control/fail`)).status).toBe(405);
  });
});
