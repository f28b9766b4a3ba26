// Where a sign-in may lead: a path of this origin, whatever anyone writes.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownTarget, ownUrlTarget, type TargetRules } from "../../src/login/return-to.ts";
import { signIn, startLoginApp } from "../support/login-app.ts";
import { describeVectors, vectorJson } from "../support/vectors.ts";

const rules: TargetRules = {
  origin: "https://app.example",
  home: "/",
  forbidden: ["/api/auth/v2/login", "/api/auth/v2/callback", "/api/auth/v2/logout"],
};
const own = (target: unknown) => ownTarget(target, rules);

describe("L36: a target of this application", () => {
  const good: readonly (readonly [string, string])[] = [
    ["/", "/"],
    ["/orders", "/orders"],
    ["/orders/?page=2&sort=a%26b#row-7", "/orders/?page=2&sort=a%26b#row-7"],
    ["/a/../b", "/b"],
    ["/a/./b//c", "/a/b//c"],
    ["/caf%C3%A9", "/caf%C3%A9"],
    ["/redirect?to=https://evil.example", "/redirect?to=https://evil.example"],
    ["/a:b@c", "/a:b@c"],
    ["/100%", "/100%"],
    ["/?//evil.example", "/?//evil.example"],
    ["/#//evil.example", "/#//evil.example"],
  ];
  test.each(good)("%s is %s", (target, expected) => expect(own(target)).toBe(expected));
});

/** Where an attacker wants people to be. */
const hosts = [
  "evil.example",
  "evil.example:443",
  "user@evil.example",
  "app.example.evil.example",
  "app.example@evil.example",
  "[::1]",
];
/** What stands before it: each is, to some parser, a way out of this origin. */
const ways = [
  "//",
  "///",
  "////",
  "/\\",
  "\\/",
  "\\\\",
  "/\t/",
  "/\n/",
  "/\r/",
  "\t//",
  " //",
  "/ /",
  "/%09/",
  "/%0a/",
  "/%0d%0a/",
  "/%2f",
  "/%2F%2F",
  "/%5c",
  "/%5C%5C",
  "/%252f",
  "/%252f%252f",
  "/%255c",
  "/%00/",
  "/..//",
  "/.//",
  "/a/..//",
  "/a/../\\",
  "/%2e%2e//",
  "/%2e//",
  "/a/%2e%2e%2f/",
  "http://",
  "https://",
  "https:",
  "https:/",
  "https:\\\\",
  "HTTPS://",
  "ftp://",
  "//https://",
  "/https://../..//",
  "\u3002//",
  "/\u3002/",
  "//\u3002",
  "/\u2215/",
  "/\uff0f/",
  "\uff0f\uff0f",
  "/\u00a0/",
  "/\ufeff/",
  "/\u2028/",
  "\u0000//",
  "javascript:alert(1)//",
  "JaVaScRiPt:",
  "java\tscript:",
  "data:text/html,",
  "vbscript:",
  "file:///",
  "blob:https://",
  "@",
  "?//",
  "#//",
  "",
];
const payloads = ways.flatMap((way) => hosts.map((host) => `${way}${host}`));

describe("L36: a way out of this origin leads nowhere", () => {
  test("there are more than 324 of them", () => expect(payloads.length).toBeGreaterThan(324));

  test.each(payloads.map((payload) => [payload]))("%j", (payload) => {
    const target = own(payload);
    // A few are plain paths to every parser; those stay on this origin.
    if (target !== undefined) {
      expect(target).toMatch(/^\/[^/\\]/);
      expect(new URL(target, rules.origin).origin).toBe(rules.origin);
      expect(decodeURIComponent(target)).not.toMatch(/^\/[/\\\s]/);
    }
    if (!/^\/https:/.test(payload)) expect(target).toBeUndefined();
  });

  const forms: readonly (readonly [string, unknown])[] = [
    ["nothing", undefined],
    ["null", null],
    ["a number", 7],
    ["a list", ["/a"]],
    ["an empty text", ""],
    ["a relative path", "orders"],
    ["a whole URL of this origin", "https://app.example/orders"],
    ["another line of the header", "/a\r\nset-cookie: a=b"],
    ["an encoded line break at the beginning", "/%0d%0aset-cookie: a=b"],
    ["an encoded space at the beginning", "/%20/evil.example"],
    ["more than 1024 characters", `/${"a".repeat(1024)}`],
    ["more than 1024 characters of which few are left", `/${"a/../".repeat(210)}a`],
    ["more than 1024 characters once it is encoded", `/?${'"'.repeat(500)}`],
    ["letters beyond ASCII", "/café"],
    ["what is encoded three times", "/a%25252f"],
    ["half of a surrogate pair", "/\ud800"],
  ];
  test.each(forms)("%s", (_, target) => expect(own(target)).toBeUndefined());

  test("1024 characters are not too many", () => expect(own(`/${"a".repeat(1023)}`)).toHaveLength(1024));

  test("whatever is written, what comes of it is a path of this origin, and comes of itself", () => {
    const pieces = fc.constantFrom(
      "/",
      "\\",
      "..",
      ".",
      "%2f",
      "%5c",
      "%09",
      ":",
      "@",
      "?",
      "#",
      "a",
      "evil.example",
      "https:",
      "\t",
      "\u3002",
    );
    const written = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.array(pieces, { maxLength: 10 }).map((list) => `/${list.join("")}`),
    );
    fc.assert(
      fc.property(written, (text) => {
        const target = own(text);
        if (target === undefined) return;
        expect(target).toMatch(/^\/(?![/\\])/);
        const url = new URL(target, rules.origin);
        expect(url.origin).toBe(rules.origin);
        expect(own(target)).toBe(target);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("L38: a sign-in never leads to itself", () => {
  const loops = [
    "/api/auth/v2/login",
    "/api/auth/v2/login?return_to=%2F",
    "/api/auth/v2/login/",
    "/api/auth/v2/login#a",
    "/API/Auth/v2/LOGIN",
    "/api//auth/v2/login",
    "/api/auth/v2/%6cogin",
    "/api/auth/v2/%256cogin",
    "/api/auth/v2/x/../login",
    "/api/auth/v2/x/%2e%2e/login",
    "/api/auth/v2%2flogin",
    "/api/auth/v2/callback?code=a&state=b",
    "/api/auth/v2/logout",
  ];
  test.each(loops)("%s", (target) => expect(own(target)).toBeUndefined());
  test.each(["/api/auth/v2/logins", "/login", "/api/auth/v2/session"])("%s is another", (target) =>
    expect(own(target)).toBe(target),
  );
});

describe("a whole URL as the target of a sign-in that somebody else starts", () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["https://app.example", "/"],
    ["https://app.example/", "/"],
    ["https://app.example/orders?page=2", "/orders?page=2"],
    ["https://app.example.evil.example/", undefined],
    ["https://app.example:444/", undefined],
    ["https://app.example@evil.example/", undefined],
    ["https://app.example//evil.example", undefined],
    ["https://app.example/\\evil.example", undefined],
    ["http://app.example/", undefined],
    ["https://evil.example/", undefined],
    ["https://evi.example/as-long-as-ours", undefined],
    ["//app.example/", undefined],
    ["/orders", undefined],
    ["https://app.example/api/auth/v2/logout", undefined],
  ];
  test.each(rows)("%s leads to %s", (url, target) => expect(ownUrlTarget(url, rules)).toBe(target));
});

describeVectors("L36: independent lists of open redirects", 3, (ran) => {
  const folder = new URL("../../../../../shared/vectors/redirects/", import.meta.url);
  for (const file of ["Open-Redirect-payloads.txt", "open_redirect_wordlist.txt", "openredirects.txt"]) {
    ran();
    test(`${file}: no line leads away`, () => {
      const lines = readFileSync(new URL(file, folder), "utf8")
        .split(/\r?\n/)
        .filter((line) => line !== "");
      expect(lines.length).toBeGreaterThan(10);
      for (const line of lines) {
        for (const payload of [line, decodeOnce(line)]) {
          const target = own(payload);
          if (target === undefined) continue;
          expect(new URL(target, rules.origin).origin).toBe(rules.origin);
          expect(target).toMatch(/^\/(?![/\\])/);
        }
      }
    });
  }
});

describeVectors("L36: URLs of the web platform tests", 1, (ran) => {
  ran();
  test("none leads away, whatever browsers make of it", () => {
    const cases = vectorJson<readonly (string | { readonly input: string })[]>("wpt-url/urltestdata.json");
    let looked = 0;
    for (const one of cases) {
      if (typeof one === "string") continue;
      looked += 1;
      const target = own(one.input);
      if (target === undefined) continue;
      expect(new URL(target, rules.origin).origin).toBe(rules.origin);
      expect(target).toMatch(/^\/(?![/\\])/);
    }
    expect(looked).toBeGreaterThan(800);
  });
});

test("L36: what leads away leads to / in a real sign-in", async () => {
  const app = await startLoginApp();
  for (const bad of ["//evil.example", "https://evil.example", "/\\evil.example", "/auth/v2/logout"]) {
    const answer = await signIn(app, app.browser(), `?return_to=${encodeURIComponent(bad)}`);
    expect([answer.status, answer.headers.location]).toEqual([303, "/"]);
  }
});

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
