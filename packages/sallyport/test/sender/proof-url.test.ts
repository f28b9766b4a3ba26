// By what a proof's URL differs is said in kinds; the URLs themselves are the caller's words.
import { expect, test } from "vitest";
import { createUrlDifference } from "../../src/verify/sender/proof-url.ts";

const difference = createUrlDifference("https://api.example/v1/");

test.each<[unknown, string | undefined]>([
  ["https://api.example/v1/orders", undefined],
  ["HTTPS://API.example:443/v1/%6Frders?a=b#c", undefined],
  ["http://api.example/v1/orders", "another scheme (http or https)"],
  ["https://other.example/v1/orders", "another host"],
  ["https://api.example:8443/v1/orders", "another port"],
  ["https://api.example/orders", "another path (a proxy that adds or removes a prefix?)"],
  ["http://other.example/orders", "another scheme (http or https)"],
  ["/v1/orders", "no http URL"],
  ["https://me@api.example/v1/orders", "no http URL"],
  [undefined, "no text"],
  [["https://api.example/v1/orders"], "no text"],
])("%j has %s", (htu, words) => {
  expect(difference(htu, "/orders?page=1")).toBe(words);
});

test.each(["*", "api.example:443", "", "/or ders", "/\u00f6rders", "/a\\b"])(
  "a target that is no path (%j) is compared with nothing",
  (target) => {
    expect(difference("https://api.example/v1", target)).toMatch(/^nothing to be compared with/);
  },
);
