// What is kept of a stranger's error, and told of one: names and codes, and nothing that it holds.
import { expect, test } from "vitest";
import { AuthError, createVerifier } from "../../src/index.ts";
import { firstCode, outline } from "../../src/outline.ts";
import { tellConfusion } from "../../src/verify/tell.ts";
import { verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

test.each<[unknown, string]>([
  ["s3cret", "something that is not an error"],
  [{ name: "TypeError", message: "s3cret" }, "something that is not an error"],
  [undefined, "something that is not an error"],
  [new TypeError("s3cret"), "TypeError"],
  [Object.assign(new Error("s3cret"), { name: "s3cret" }), "Error"],
  [new TypeError("s3cret", { cause: "s3cret" }), "TypeError, caused by something that is not an error"],
  [
    new TypeError("s3cret", { cause: Object.assign(new Error("s3cret"), { code: "ECONNRESET" }) }),
    "TypeError, caused by Error ECONNRESET",
  ],
  [Object.assign(new Error("s3cret"), { code: "57P01" }), "Error 57P01"],
])("%s", async (thrown, message) => {
  expect(outline(thrown).message).toBe(message);
});

test("the first code that is one", async () => {
  const inner = Object.assign(new Error(), { code: "ECONNRESET" });
  expect(firstCode(Object.assign(new Error("", { cause: inner }), { code: "s3cret" }))).toBe("ECONNRESET");
  expect(firstCode("ECONNRESET")).toBeUndefined();
});

test("a schema that throws is a refusal, and its cause says what it was", async () => {
  const kit = createKit();
  const verifier = createVerifier(
    { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
    {
      now: () => kit.nowSeconds * 1000,
      claims: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: () => {
            throw new RangeError("s3cret");
          },
        },
      },
    },
  );
  try {
    await verifyHere(verifier, kit.token());
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: "invalid_token" });
    expect(String((error as AuthError).cause)).toBe("Error: RangeError");
  }
});

test("only a refusal of ours is told as a confusion: the message of any other error is a stranger's", async () => {
  const told: unknown[] = [];
  const code = "invalid_audience";
  tellConfusion(
    (event) => told.push(event),
    Object.assign(new Error("s3cret"), { code }),
    "https://a.example",
  );
  tellConfusion((event) => told.push(event), undefined, "https://a.example");
  tellConfusion((event) => told.push(event), new AuthError("token_expired", "late"), "https://a.example");
  expect(told).toEqual([]);
  tellConfusion((event) => told.push(event), new AuthError(code, "not ours"), "https://a.example");
  expect(told).toMatchObject([{ name: "audience_confusion", issuer: "https://a.example" }]);
});
