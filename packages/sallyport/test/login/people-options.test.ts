// Options of an application that people sign in to: what goes together, and what refuses to start alone.
import { expect, test } from "vitest";
import { type PeopleOptions, splitOptions } from "../../src/people-options.ts";

const issuer = "https://idp.example.org";
const session = { secret: "kR4wZx81TbQv93LmYp6cN0eUfJ27Gd5sHa3VtB8qXo1W" };

test.each<[string, object, RegExp]>([
  [
    "a client beside several issuers",
    { issuers: [{ issuer }], clientId: "web", session },
    /`clientId` belongs into each of the `issuers`/,
  ],
  ["a secret without its client", { issuer, clientSecret: "a" }, /`clientSecret` needs `clientId`/],
  ["the same of one of several", { issuers: [{ issuer, login: {} }] }, /`login` needs `clientId`/],
  ["a client without sessions", { issuer, clientId: "web" }, /`clientId` needs `session`.*openssl rand/],
  ["sessions without a client", { issuer, session }, /`session` needs `clientId`/],
  ["a router without a client", { issuer, router: {} }, /`router` needs `clientId`/],
])("%s refuses to start", (_what, options, message) => {
  expect(() => splitOptions(options as never)).toThrow(TypeError);
  expect(() => splitOptions(options as never)).toThrow(message);
});

test("each room gets its own", () => {
  const { verifier, clients, ...rest } = splitOptions({ issuer, audience: "api", clientId: "web", session });
  expect([verifier, clients, rest.session]).toEqual([
    { issuer, audience: "api" },
    [{ clientId: "web" }],
    session,
  ]);
  const issuers = [{ issuer, clientId: "web" }, { issuer: "https://b.example" }];
  const several = splitOptions({ issuers, session } as PeopleOptions);
  expect(several.clients).toEqual([{ clientId: "web" }, {}]);
  expect(several.verifier.issuers).toEqual([{ issuer }, { issuer: "https://b.example" }]);
});
