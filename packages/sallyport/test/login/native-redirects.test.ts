// Where a native client's sign-in may come back to: this machine, or what is on the list; everything else gets a page.
import { describe, expect, test } from "vitest";
import { lastCode } from "../support/login-app.ts";
import { caught, query, signInNatively, startNativeApp, token } from "../support/native-client.ts";

describe("loopback, any port and path (RFC 8252 §7.3)", () => {
  test.each([
    "http://localhost:53100/callback",
    "http://localhost:53105/callback",
    "http://127.0.0.1:1/",
    "http://127.0.0.1:65535/a/b.c",
    "http://[::1]:8080/callback",
    "http://localhost/callback",
    "http://localhost:8080",
  ])("%s", async (redirectUri) => {
    const app = await startNativeApp();
    const url = await signInNatively(app, { redirect_uri: redirectUri });
    expect(url.href.startsWith(redirectUri)).toBe(true);
    const form = { ...caught(url), redirect_uri: redirectUri };
    expect((await token(app, form)).status).toBe(200);
  });
});

/** L36 and RFC 9700 §4.11: what somebody else's place may look like. */
const elsewhere = [
  "https://localhost:53100/callback",
  "http://evil.example/callback",
  "http://evil.example:53100/callback",
  "http://localhost.evil.example:53100/callback",
  "http://localhost:53100.evil.example/callback",
  "http://127.0.0.1.evil.example/callback",
  "http://127.0.0.1.nip.io/callback",
  "http://localhost@evil.example/callback",
  "http://localhost:53100@evil.example/callback",
  "http://user@localhost:53100/callback",
  "http://user:pw@localhost:53100/callback",
  "http://localhost\\@evil.example/",
  "http://localhost:53100\\@evil.example/callback",
  "http://localhost#@evil.example/",
  "http://localhost?@evil.example/",
  "http://localhost:53100/callback#fragment",
  "http://localhost:53100/callback?next=https://evil.example",
  "http://localhost:53100/call%62ack",
  "http://localhost:53100/call back",
  "http://localhost:53100/callback\r\nset-cookie: a=b",
  "http://localhost:53100/\u0000",
  "http://localhost:0/callback",
  "http://localhost:65536/callback",
  "http://localhost:053100/callback",
  "http://localhost:/callback",
  "http://localhost./callback",
  "http://LOCALHOST:53100/callback",
  "HTTP://localhost:53100/callback",
  "http:/localhost:53100/callback",
  "http:localhost:53100/callback",
  "//localhost:53100/callback",
  "http://127.1:53100/callback",
  "http://2130706433/callback",
  "http://0x7f.0.0.1/callback",
  "http://127.0.0.2:53100/callback",
  "http://0.0.0.0:53100/callback",
  "http://[::]:53100/callback",
  "http://[::ffff:127.0.0.1]:53100/callback",
  "http://[0:0:0:0:0:0:0:1]:53100/callback",
  "http://169.254.169.254/callback",
  "http://10.0.0.1:53100/callback",
  "http://ⓛocalhost:53100/callback",
  "http://localhost。evil.example/callback",
  " http://localhost:53100/callback",
  "http://localhost:53100/callback ",
  "javascript:alert(1)",
  "data:text/html,a",
  "file:///etc/passwd",
  "com.example.app:/callback",
  "urn:ietf:wg:oauth:2.0:oob",
  "/callback",
  `http://localhost:53100/${"a".repeat(300)}`,
];

describe("everything else is refused on a page, and sends nobody anywhere", () => {
  test.each(elsewhere)("L36: %j", async (redirectUri) => {
    const app = await startNativeApp();
    const answer = await app.browser().send(`/auth/v2/login${query({ redirect_uri: redirectUri })}`);
    expect(answer.status).toBe(400);
    expect(answer.headers).not.toHaveProperty("location");
    expect(answer.cookies).toEqual([]);
    expect(answer.text).not.toContain("evil");
    expect(lastCode(app)).toBe("login_interrupted");
    expect(app.provider.count("/authorize")).toBe(0);
  });

  test.each([
    ["redirect_uri twice", `${query()}&redirect_uri=${encodeURIComponent("http://localhost:1/")}`],
    ["state twice", `${query({ state: "a" })}&state=b`],
    ["a state with a line break", query({ state: "a\r\nb" })],
    ["an endless state", query({ state: "a".repeat(513) })],
    ["a challenge without its method", query({ code_challenge: "A".repeat(43) })],
    ["a plain challenge", query({ code_challenge: "A".repeat(43), code_challenge_method: "plain" })],
    ["a short challenge", query({ code_challenge: "A".repeat(42), code_challenge_method: "S256" })],
    ["a method without a challenge", query({ code_challenge_method: "S256" })],
  ])("%s", async (_name, search) => {
    const app = await startNativeApp();
    const answer = await app.browser().send(`/auth/v2/login${search}`);
    expect(answer.status).toBe(400);
    expect(answer.headers).not.toHaveProperty("location");
    expect(lastCode(app)).toBe("login_interrupted");
  });
});

describe("with a list", () => {
  const redirectUris = [
    "http://127.0.0.1/callback",
    "com.example.app:/callback",
    "https://app.example/native",
  ];

  test.each([
    ["http://127.0.0.1:53100/callback", true],
    ["http://127.0.0.1/callback", true],
    ["http://127.0.0.1:53100/other", false],
    ["http://127.0.0.1:53100/callback/", false],
    ["http://localhost:53100/callback", false],
    ["com.example.app:/callback", true],
    ["com.example.app:/callback2", false],
    ["com.example.app://callback", false],
    ["https://app.example/native", true],
    ["https://app.example:8443/native", false],
    ["https://app.example/native/", false],
    ["https://app.example.evil.example/native", false],
  ])("%s: %s", async (redirectUri, good) => {
    const app = await startNativeApp({}, { redirectUris });
    const answer = await app.browser().send(`/auth/v2/login${query({ redirect_uri: redirectUri })}`);
    expect(answer.status).toBe(good ? 303 : 400);
    if (!good) return;
    const url = await signInNatively(app, { redirect_uri: redirectUri });
    expect(url.href.startsWith(`${redirectUri}?code=`)).toBe(true);
    expect((await token(app, { ...caught(url), redirect_uri: redirectUri })).status).toBe(200);
  });

  test.each([
    "http://evil.example/callback",
    "http://localhost:53100/callback",
    "https://app.example/native?a=b",
    "https://app.example/native#a",
    "https://user@app.example/native",
    "app:/callback",
    "javascript:/alert",
    "",
  ])("%j can't be on it", async (uri) => {
    await expect(startNativeApp({}, { redirectUris: [uri] })).rejects.toThrow(
      /^nativeClients: `redirectUris` takes a non-empty list of loopback addresses/,
    );
  });
});

test.each([
  [{ codeSeconds: 5 }, "codeSeconds"],
  [{ refreshSeconds: "60" }, "refreshSeconds"],
  [{ absoluteSeconds: 0 }, "absoluteSeconds"],
  [{ requestsPerMinute: 0 }, "requestsPerMinute"],
  [{ scopes: ["a b"] }, "scopes"],
  [{ redirectUrls: [] }, "redirectUris"],
])("%j is refused by name", async (options, name) => {
  await expect(startNativeApp({}, options as object)).rejects.toThrow(
    new RegExp(`nativeClients.*\`${name}\``),
  );
});
