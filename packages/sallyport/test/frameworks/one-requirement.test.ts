// `required()` takes one requirement: a second one is not passed over without a word.
import { expect, test } from "vitest";
import * as express from "../../src/frameworks/express.ts";
import * as fastify from "../../src/frameworks/fastify.ts";
import * as hono from "../../src/frameworks/hono.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

const idp = fakeIssuer();

test.each([
  ["fastify", fastify.sallyport],
  ["hono", hono.sallyport],
  ["express", express.sallyport],
] as const)("%s", (_name, sallyport) => {
  const required = sallyport(idp.config, { ...idp.deps, audit: [] }).required as (
    ...given: unknown[]
  ) => unknown;
  expect(() => required()).not.toThrow();
  expect(() => required(fastify.role("Admin"))).not.toThrow();
  expect(() => required(fastify.role("a"), fastify.scope("b"))).toThrow(/join several by allOf\(\)/);
  // As a framework calls it where somebody wrote `auth.required` for `auth.required()`.
  const next = () => {};
  for (const call of [
    [{}, next],
    [{}, {}, next],
  ])
    expect(() => required(...call)).toThrow(/did you mean auth\.required\(\), with the parentheses\?/);
  expect(() => required("admin")).toThrow(/A requirement is an object/);
});
