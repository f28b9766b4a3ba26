// Sign-ins that begin elsewhere: at the provider, and at a page that wants a stronger one.
import { describe, expect, test } from "vitest";
import {
  comeBack,
  crossSitePost,
  lastCode,
  onlySession,
  publicUrl,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";

describe("a sign-in that somebody else starts", () => {
  test("L42: goes to the named issuer with the hint, and to a target that is ours", async () => {
    const app = await startLoginApp();
    const form = {
      iss: app.provider.issuer,
      login_hint: "ada",
      target_link_uri: `${publicUrl}/orders?page=2`,
    };
    for (const method of ["GET", "POST"]) {
      const browser = app.browser();
      const query = method === "GET" ? `?${new URLSearchParams(form)}` : "";
      const answer = await browser.send(`/auth/v2/login${query}`, {
        method,
        headers: crossSitePost,
        ...(method === "POST" && { form }),
      });
      const url = answer.headers.location as string;
      expect(new URL(url).searchParams.get("login_hint")).toBe("ada");
      expect((await comeBack(app, browser, url)).headers.location).toBe("/orders?page=2");
    }
  });

  test("L42: an issuer that is not configured is refused, without a request anywhere", async () => {
    const app = await startLoginApp();
    for (const iss of [
      "https://evil.example",
      `${app.provider.issuer}/`,
      app.provider.issuer.toUpperCase(),
    ]) {
      const answer = await app.browser().send(`/auth/v2/login?${new URLSearchParams({ iss })}`);
      expect([answer.status, lastCode(app)]).toEqual([400, "login_interrupted"]);
      expect(answer.text).not.toContain("evil");
    }
    expect(app.provider.seen).toEqual([]);
  });

  test("L42: a target elsewhere leads home", async () => {
    const app = await startLoginApp();
    const query = new URLSearchParams({ iss: app.provider.issuer, target_link_uri: "https://evil.example/" });
    expect((await signIn(app, app.browser(), `?${query}`)).headers.location).toBe("/");
  });

  test("an empty parameter counts as left out", async () => {
    const app = await startLoginApp();
    expect((await app.browser().send("/auth/v2/login?iss=&prompt=&max_age=")).status).toBe(303);
  });

  test("a POST has a form, or nothing", async () => {
    const app = await startLoginApp();
    const post = (headers: Record<string, string>) =>
      app.browser().send("/auth/v2/login", { method: "POST", headers });
    expect((await post(crossSitePost)).status).toBe(303);
    expect((await post({ ...crossSitePost, "content-type": "application/json" })).status).toBe(400);
    expect(app.log.at(-1)?.message).toBe("The request's body is not a form");
  });

  test("a parameter that is there twice is refused", async () => {
    const app = await startLoginApp();
    for (const name of [
      "iss",
      "issuer",
      "return_to",
      "target_link_uri",
      "acr_values",
      "max_age",
      "prompt",
      "login_hint",
    ]) {
      const answer = await app.browser().send(`/auth/v2/login?${name}=a&${name}=b`);
      expect(answer.status).toBe(400);
    }
  });
});

describe("step-up", () => {
  test("the login URL has what the requirement asks, and the sign-in holds the provider to it", async () => {
    const app = await startLoginApp();
    const url = app.login.loginUrl("/pay?order=7", { acrValues: ["gold"], maxAgeSeconds: 60 });
    expect(url).toBe("/auth/v2/login?return_to=%2Fpay%3Forder%3D7&acr_values=gold&max_age=60");
    const asked = new URL(await app.browser().open(url.slice(url.indexOf("?"))));
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({ acr_values: "gold", max_age: "60" });
    const query = url.slice(url.indexOf("?"));
    expect((await signIn(app, app.browser(), query)).status).toBe(400);
    app.provider.script.idToken = { claims: (good) => ({ ...good, acr: "gold" }) };
    expect((await signIn(app, app.browser(), query)).headers.location).toBe("/pay?order=7");
    expect(app.login.identity(onlySession(app)).acr).toBe("gold");
  });

  test("a request can't ask for less than is configured", async () => {
    const app = await startLoginApp({ login: { acrValues: ["silver", "gold"], maxAgeSeconds: 60 } });
    const rows: readonly (readonly [string, string, string])[] = [
      ["?acr_values=bronze&max_age=999999", "silver gold", "60"],
      ["?acr_values=bronze+gold&max_age=10", "gold", "10"],
      ["?acr_values=&max_age=-1", "silver gold", "60"],
    ];
    for (const [query, acr, age] of rows) {
      const url = new URL(await app.browser().open(query));
      expect([url.searchParams.get("acr_values"), url.searchParams.get("max_age")]).toEqual([acr, age]);
    }
  });

  test("the login URL holds nothing but what is ours", async () => {
    const app = await startLoginApp();
    expect(app.login.loginUrl("//evil.example")).toBe("/auth/v2/login?return_to=%2F");
    expect(app.login.loginUrl('/a"><script>')).not.toMatch(/[<>"]/);
  });
});
