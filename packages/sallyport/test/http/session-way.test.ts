// What the table over HTTP can't show: where an application lies below a path, http on loopback, and mistakes of ours.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import {
  type Answer,
  createGuard,
  type GuardSessions,
  nodeFacts,
  Refused,
  webFacts,
} from "../../src/http/index.ts";
import { isNavigation, pageOf, targetOf } from "../../src/http/navigation.ts";
import { createVerifier } from "../../src/verify/index.ts";
import { createKit } from "../support/kit.ts";
import { createSessions } from "./session-scene.ts";

const kit = createKit();
const verifier = createVerifier({ issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks }, {});
const guardWith = (sessions: GuardSessions<never>) =>
  createGuard(undefined, {}, {
    verifier,
    challenge: {},
    now: Date.now,
    emit: undefined,
    sessions,
  } as never);
const request = (headers: Record<string, string>, url = "/orders?page=2") =>
  nodeFacts({ method: "GET", url, headers, rawHeaders: Object.entries(headers).flat() });
const withReferrer = (referer: string) => request({ Referer: referer });

test.each([
  ["https://app.example.org", "/orders?page=2", "/orders?page=2"],
  ["https://app.example.org/", "/orders", "/orders"],
  ["https://app.example.org/shop/", "/orders?page=2", "/shop/orders?page=2"],
  ["https://app.example.org/shop", "/", "/shop/"],
  ["https://app.example.org", "http://evil.example/orders?x=1", "/orders?x=1"],
  ["https://app.example.org", "http://evil.example", "/"],
  ["https://app.example.org", "http://evil.example?x=1", "/?x=1"],
  ["https://app.example.org", "/orders#part", "/orders"],
  ["https://app.example.org", "*", "/*"],
])("behind %s the target of %s is %s: the host is nobody's to name", (publicUrl, url, target) => {
  expect(targetOf({ url }, new URL(publicUrl))).toBe(target);
});

test.each([
  ["https://app.example.org/shop", "https://app.example.org/shop/orders?page=2#top", "/shop/orders?page=2"],
  ["https://app.example.org/shop", "https://app.example.org/shop", "/shop"],
  ["https://app.example.org/shop", "https://app.example.org/shopping", "/shop/"],
  ["https://app.example.org/shop", "https://app.example.org/other", "/shop/"],
  ["https://app.example.org", "https://user:secret@app.example.org/orders", "/orders"],
  ["https://app.example.org", "https://app.example.org:8443/orders", "/"],
  ["https://app.example.org", "javascript:alert(1)", "/"],
  ["https://app.example.org", "", "/"],
])("the page behind %s by the referrer %s is %s", (publicUrl, referer, page) => {
  expect(pageOf(withReferrer(referer), new URL(publicUrl))).toBe(page);
});

test.each([
  [{ "sec-fetch-mode": "navigate" }, true],
  [{ "sec-fetch-mode": "cors", accept: "text/html" }, false],
  [{ "sec-fetch-mode": "no-cors", accept: "text/html" }, false],
  [{ "sec-fetch-mode": "websocket" }, false],
  [{ accept: "TEXT/HTML;q=0.9" }, true],
  [{ accept: "application/json" }, false],
  [{ accept: "*/*" }, false],
  [{}, false],
] as const)("%j is a way to a page: %s", (headers, expected) => {
  expect(isNavigation(webFacts(new Request("https://app.example.org/", { headers })))).toBe(expected);
});

describe("a guard", () => {
  test("S13: on http (loopback alone) cookies have no Secure, which browsers would drop", async () => {
    const facts = request({ cookie: "sid=old" });
    const answer = await guardWith({ ...createSessions(false), publicUrl: "http://localhost:3000" })(facts);
    expect((answer as Answer).cookies).toEqual(["__Host-sid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]);
  });

  test("without CSRF tokens takes no header for one", async () => {
    const { csrf: _csrf, ...without } = createSessions(false);
    const headers = { cookie: "sid=ada", "x-csrf-token": "1" };
    const rawHeaders = Object.entries(headers).flat();
    const answer = await guardWith(without)(nodeFacts({ method: "POST", url: "/", headers, rawHeaders }));
    expect((answer as Refused).error.code).toBe("cross_site_request");
  });

  test("whose sign-in has no address refuses all the same", async () => {
    const { leaf, ...rest } = createSessions(false);
    const failing = {
      ...leaf,
      loginUrl: () => {
        throw new Error("a mistake of ours");
      },
    };
    const answer = await guardWith({ ...rest, leaf: failing })(request({ "sec-fetch-mode": "navigate" }));
    expect(answer).toBeInstanceOf(Refused);
    expect((answer as Refused).body).toEqual({
      error: "login_required",
      error_description: "Signing in is required",
    });
  });

  test("tells why somebody who is signed in may not come in, with the cookies of the session", async () => {
    const { leaf, ...rest } = createSessions(false);
    const refusing = {
      ...leaf,
      visit: () => ({
        verified: undefined,
        content: undefined,
        expiresAt: undefined,
        changes: [{ name: "__Host-sid", value: "renewed" }],
        refused: new AuthError("insufficient_scope", "A scope is missing"),
      }),
    };
    const answer = await guardWith({ ...rest, leaf: refusing })(request({ cookie: "sid=ada" }));
    expect((answer as Refused).error.code).toBe("insufficient_scope");
    expect((answer as Refused).cookies).toEqual([expect.stringMatching(/^__Host-sid=renewed;/)]);
  });

  test("in front of the sign-in itself refuses, and sends nobody round in circles", async () => {
    const guard = guardWith(createSessions(false));
    const navigation = { "sec-fetch-mode": "navigate" };
    const first = (await guard(request(navigation))) as Answer;
    expect(first.headers.location).toMatch(/^\/auth\/v2\/login\?/);
    expect(await guard(request(navigation, first.headers.location))).toBeInstanceOf(Refused);
  });

  test("of which a leaf says that someone is signed in, and not who, lets nobody in", async () => {
    const { leaf, ...rest } = createSessions(false);
    const verified = { identity: { subject: "ada" } } as never;
    const half = {
      ...leaf,
      visit: () => ({ verified, content: undefined, expiresAt: undefined, changes: [] }),
    };
    const answer = await guardWith({ ...rest, leaf: half })(request({ cookie: "sid=ada" }));
    expect((answer as Refused).error.code).toBe("session_ended");
  });
});
