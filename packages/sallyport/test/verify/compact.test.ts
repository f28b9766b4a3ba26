// The three segments of a token, by the sentence of each refusal; and headers that are parsed once.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import { createCompactParser, readTokenHeader } from "../../src/verify/token/compact.ts";
import { createKit } from "../support/kit.ts";
import { base64url } from "../support/signing.ts";

const parserOf = () => createCompactParser({ tokenBytes: 16_384, depth: 32 }, readTokenHeader);
const [header, payload, signature] = createKit().token().split(".") as [string, string, string];

test.each<[string, string]>([
  ["nothing", ""],
  ["no dot", header],
  ["one dot", `${header}.${payload}`],
  ["dots alone", ".."],
  ["no header", `.${payload}.${signature}`],
  ["no payload", `${header}..${signature}`],
  ["no signature", `${header}.${payload}.`],
  ["four segments", `${header}.${payload}.${signature}.${signature}`],
])("%s: three non-empty segments are missing", (_name, token) => {
  expect(() => parserOf().parse(token)).toThrow(
    new AuthError("malformed_token", "The token is not a JWS of three non-empty segments"),
  );
});

describe("a header that was found good", () => {
  const tokenWith = (kid: string) =>
    `${base64url(JSON.stringify({ alg: "RS256", kid }))}.${payload}.${signature}`;

  test("is known only once a signature under it was", () => {
    const parser = parserOf();
    const first = parser.parse(tokenWith("a"));
    expect(first.headerKnown).toBe(false);
    expect(parser.parse(tokenWith("a")).headerKnown).toBe(false);
    parser.remember(first);
    expect(parser.parse(tokenWith("a"))).toMatchObject({ headerKnown: true, header: first.header });
  });

  test("does not push the others out when it comes again", () => {
    const parser = parserOf();
    const kids = Array.from({ length: 256 }, (_, index) => `kid-${index}`);
    for (const kid of kids) parser.remember(parser.parse(tokenWith(kid)));
    parser.remember(parser.parse(tokenWith("kid-5")));
    expect(kids.filter((kid) => !parser.parse(tokenWith(kid)).headerKnown)).toEqual([]);
  });

  test("is forgotten, the eldest first, when one more comes: there is a bound", () => {
    const parser = parserOf();
    for (let index = 0; index <= 256; index += 1) parser.remember(parser.parse(tokenWith(`kid-${index}`)));
    expect(parser.parse(tokenWith("kid-0")).headerKnown).toBe(false);
    expect(parser.parse(tokenWith("kid-1")).headerKnown).toBe(true);
    expect(parser.parse(tokenWith("kid-256")).headerKnown).toBe(true);
  });
});
