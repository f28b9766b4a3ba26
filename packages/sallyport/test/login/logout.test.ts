// Who asks to sign out: here, and at the provider.
import { describe, expect, test } from "vitest";
import { crossSitePost, lastCode, signedIn, signIn, startLoginApp } from "../support/login-app.ts";

const sameOrigin = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };

describe("O01: a logout", () => {
  const rows: readonly {
    readonly name: string;
    readonly method: "GET" | "POST";
    readonly headers: Record<string, string>;
    readonly status: number;
    readonly ends: boolean;
  }[] = [
    {
      name: "posted by this origin acts at once",
      method: "POST",
      headers: sameOrigin,
      status: 303,
      ends: true,
    },
    {
      name: "posted by this origin in an older browser",
      method: "POST",
      headers: { accept: "text/html", origin: "https://app.example" },
      status: 303,
      ends: true,
    },
    {
      name: "fetched ahead, for a link that nobody has clicked yet",
      method: "GET",
      headers: { ...sameOrigin, "sec-purpose": "prefetch;prerender" },
      status: 200,
      ends: false,
    },
    {
      name: "posted by another site is refused",
      method: "POST",
      headers: crossSitePost,
      status: 403,
      ends: false,
    },
    {
      name: "posted by a sibling is refused",
      method: "POST",
      headers: { ...crossSitePost, "sec-fetch-site": "same-site" },
      status: 403,
      ends: false,
    },
    {
      name: "posted by another origin in an older browser is refused",
      method: "POST",
      headers: { accept: "text/html", origin: "https://evil.example" },
      status: 403,
      ends: false,
    },
    {
      name: "posted by who knows whom is refused",
      method: "POST",
      headers: { accept: "text/html" },
      status: 403,
      ends: false,
    },
    {
      name: "posted from origin null is refused",
      method: "POST",
      headers: { accept: "text/html", origin: "null" },
      status: 403,
      ends: false,
    },
    {
      name: "as a link of this application acts",
      method: "GET",
      headers: sameOrigin,
      status: 303,
      ends: true,
    },
    {
      name: "as a link of another site asks",
      method: "GET",
      headers: { ...sameOrigin, "sec-fetch-site": "cross-site" },
      status: 200,
      ends: false,
    },
    {
      name: "typed into the address bar asks",
      method: "GET",
      headers: { ...sameOrigin, "sec-fetch-site": "none" },
      status: 200,
      ends: false,
    },
    {
      name: "as an image of this application asks",
      method: "GET",
      headers: { "sec-fetch-mode": "no-cors", "sec-fetch-site": "same-origin", "sec-fetch-dest": "image" },
      status: 200,
      ends: false,
    },
    {
      name: "as an image of another site asks",
      method: "GET",
      headers: { "sec-fetch-mode": "no-cors", "sec-fetch-site": "cross-site" },
      status: 200,
      ends: false,
    },
    {
      name: "in an older browser asks",
      method: "GET",
      headers: { accept: "text/html" },
      status: 200,
      ends: false,
    },
  ];
  test.each(rows)("$name", async ({ method, headers, status, ends }) => {
    const { app, browser } = await signedIn();
    const answer = await browser.send("/auth/v2/logout", {
      method,
      headers,
      ...(method === "POST" && { form: {} }),
    });
    expect(answer.status).toBe(status);
    expect(app.sessions.live.size).toBe(ends ? 0 : 1);
    if (status === 403) expect(lastCode(app)).toBe("cross_site_request");
    if (status === 200) expect(answer.text).toContain('<form method="post" action="/auth/v2/logout">');
  });
});

describe("logout at the provider", () => {
  test("O04: goes on with the session's own ID token and the registered address, and gives the tokens back", async () => {
    const { app, browser } = await signedIn();
    const [content] = app.sessions.live.values();
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    const url = new URL(answer.headers.location as string);
    expect(url.origin + url.pathname).toBe(`${app.provider.issuer}/end-session`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      id_token_hint: content?.tokens.idToken,
      post_logout_redirect_uri: "https://app.example/",
      client_id: "web",
      state: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(browser.jar.has("plain-session")).toBe(false);
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
    const revoked = app.provider.seen.find(({ path }) => path === "/revoke")?.form;
    expect(Object.fromEntries(revoked ?? [])).toMatchObject({
      token: content?.tokens.refreshToken,
      token_type_hint: "refresh_token",
    });
  });

  test("O03: what comes back with a state, or none, has no effect", async () => {
    const { app, browser } = await signedIn();
    for (const query of ["", "?state=other", "?state=a&state=b"]) {
      const answer = await browser.send(`/auth/v2/logout${query}`, { headers: crossSitePost });
      expect([answer.status, app.sessions.live.size]).toEqual([200, 1]);
    }
  });

  test("a fetch is told where to go on", async () => {
    const { app, browser } = await signedIn();
    const headers = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers, form: {} });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text as string).logout_url).toMatch(
      new RegExp(`^${app.provider.issuer}/end-session`),
    );
  });

  test("without such a place at the provider, people land where they wanted to, here", async () => {
    const { app, browser } = await signedIn({
      script: { metadata: ({ end_session_endpoint: _, ...rest }) => rest },
    });
    const answer = await browser.send("/auth/v2/logout", {
      method: "POST",
      headers: sameOrigin,
      form: { return_to: "/bye" },
    });
    expect([answer.headers.location, app.sessions.live.size]).toEqual(["/bye", 0]);
    await signIn(app, browser);
    const away = await browser.send("/auth/v2/logout", {
      method: "POST",
      headers: sameOrigin,
      form: { return_to: "//evil.example" },
    });
    expect(away.headers.location).toBe("/");
    expect(app.log).toEqual([]);
  });

  test("of a provider that is configured no more ends the session here", async () => {
    const { app, browser } = await signedIn();
    for (const [id, content] of app.sessions.live)
      app.sessions.live.set(id, { ...content, provider: "https://gone.example" });
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    expect([answer.headers.location, app.sessions.live.size]).toEqual(["/", 0]);
  });

  test("S15: a session ends here though the provider can't be asked", async () => {
    const { app, browser } = await signedIn();
    await app.provider.stop();
    app.clock.now += 7_200_000;
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    expect([answer.status, app.sessions.live.size]).toEqual([303, 0]);
  });

  test("who is not signed in is sent home, and nobody to the provider", async () => {
    const app = await startLoginApp();
    const answer = await app
      .browser()
      .send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    expect(answer.headers.location).toBe("/");
  });
});
