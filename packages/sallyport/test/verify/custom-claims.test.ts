// Typed claims: any Standard Schema, and a mismatch is a refusal.
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import { AuthError, createVerifier, type StandardSchema } from "../../src/index.ts";
import { atOnce } from "../support/at-once.ts";
import { foreignPromise } from "../support/foreign-promise.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const options = { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks };
const verifierWith = <Claims>(claims: StandardSchema<Claims>) =>
  createVerifier(options, { now: () => kit.nowSeconds * 1000, claims });
const good = kit.token({ claims: { tenant: "acme", level: 3 } });
const bad = kit.token({ claims: { tenant: 7, level: "three" } });
async function codeOf(work: Promise<unknown>) {
  try {
    await work;
    return "accept";
  } catch (error) {
    return error instanceof AuthError ? error.code : error;
  }
}

interface Own {
  tenant: string;
  level: number;
}
const schemas: [string, StandardSchema<Own>][] = [
  ["zod", z.object({ tenant: z.string(), level: z.number() })],
  ["zod/mini", mini.object({ tenant: mini.string(), level: mini.number() })],
  ["valibot", v.object({ tenant: v.string(), level: v.number() })],
  ["arktype", type({ tenant: "string", level: "number" })],
];
describe.each(schemas)("%s", (_library, schema) => {
  test("types and hands out the application's claims, and keeps the rest", async () => {
    const identity = await verifierWith(schema).verify(good);
    expectTypeOf(identity.claims).toEqualTypeOf<Own>();
    expect(identity.claims).toMatchObject({ tenant: "acme", level: 3, iss: kit.issuer });
    expect(Object.isFrozen(identity.claims)).toBe(true);
  });

  test("a mismatch is 401 invalid_token, and tells nothing of the values", async () => {
    const error = await verifierWith(schema)
      .verify(bad)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "AuthError", code: "invalid_token", status: 401 });
    const { cause } = error as AuthError;
    expect(`${error} ${String(cause)} ${JSON.stringify(cause)}`).not.toMatch(/three|acme/);
  });

  test("answers at once, and from the cache", () => {
    const verifier = verifierWith(schema);
    if (!atOnce) return expect(() => verifier.verifySync(good)).toThrow("use verify()");
    expect(verifier.verifySync(good)).toBe(verifier.verifySync(good));
    expect(() => verifier.verifySync(bad)).toThrow(expect.objectContaining({ code: "invalid_token" }));
  });
});

describe("schemas of one's own", () => {
  const schema = (validate: (value: unknown) => unknown): StandardSchema<unknown> => ({
    "~standard": { version: 1, vendor: "own", validate: validate as never },
  });
  const cases: [string, (value: unknown) => unknown, string][] = [
    ["asynchronous, good", async () => ({ value: { tenant: "x" } }), "accept"],
    ["asynchronous, bad", async () => ({ issues: [{ message: "no" }] }), "invalid_token"],
    ["another library's promise, good", () => foreignPromise({ value: { tenant: "x" } }), "accept"],
    [
      "another library's promise, bad",
      () => foreignPromise({ issues: [{ message: "no" }] }),
      "invalid_token",
    ],
    [
      "throws",
      () => {
        throw new Error("no");
      },
      "invalid_token",
    ],
    [
      "rejects",
      async () => {
        throw new Error("no");
      },
      "invalid_token",
    ],
    ["answers nothing", () => undefined, "invalid_token"],
    ["answers null", () => null, "invalid_token"],
    ["answers a text", () => "fine", "invalid_token"],
    ["answers nothing, later", async () => undefined, "invalid_token"],
    ["an empty list of issues is a refusal all the same", () => ({ issues: [] }), "invalid_token"],
  ];
  test.each(cases)("%s", async (_what, validate, expected) => {
    expect(await codeOf(verifierWith(schema(validate)).verify(good))).toBe(expected);
  });

  test("an asynchronous schema cannot be awaited by verifySync", () => {
    const verifier = verifierWith(schema(async () => ({ value: {} })));
    expect(() => verifier.verifySync(good)).toThrow(expect.objectContaining({ code: "sync_unavailable" }));
  });

  test("a schema that needs its own this", async () => {
    class Schema {
      readonly version = 1 as const;
      readonly vendor = "own";
      readonly tenant = "acme";
      validate(value: unknown) {
        return (value as Own).tenant === this.tenant
          ? { value: { tenant: this.tenant } }
          : { issues: [{ message: "no" }] };
      }
    }
    expect(await codeOf(verifierWith({ "~standard": new Schema() }).verify(good))).toBe("accept");
  });

  test("is asked only about tokens that are good otherwise", async () => {
    let asked = 0;
    const counting = schema((value) => {
      asked += 1;
      return { value };
    });
    const verifier = verifierWith(counting);
    await codeOf(verifier.verify(kit.token({ key: kit.keys.attacker })));
    await codeOf(verifier.verify(kit.token({ claims: { aud: "x" } })));
    expect(asked).toBe(0);
  });

  test("cannot change who is calling", async () => {
    const identity = await verifierWith(
      schema(() => ({ value: { sub: "admin", iss: "https://evil.example" } })),
    ).verify(good);
    expect(identity).toMatchObject({ subject: "248289761001", issuer: kit.issuer });
  });
});
