// The clock and the signing function of `sallyport/testing`.
import { decodeProtectedHeader, importJWK, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { createTestClock, createTestKey, signJws, testAlgorithms } from "../../src/testing/index.ts";

test("a clock starts where it is told, or at the machine's full second, and stands still", async () => {
  const clock = createTestClock("2030-01-01T00:00:00Z");
  expect(clock.now()).toBe(Date.UTC(2030, 0, 1));
  expect(createTestClock(new Date(5)).now()).toBe(5);
  expect(createTestClock(7).now()).toBe(7);
  const machine = createTestClock();
  const started = machine.now();
  expect(started % 1000).toBe(0);
  expect(Math.abs(Date.now() - started)).toBeLessThan(5000);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(machine.now()).toBe(started);
});

test("a clock is advanced by the sum of the parts, and set", () => {
  const clock = createTestClock(0);
  clock.advance({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 });
  expect(clock.now()).toBe(93_784_005);
  clock.advance({ seconds: -4 });
  expect(clock.now()).toBe(93_780_005);
  const { now } = clock;
  clock.set("1970-01-01T00:00:01Z");
  expect(now()).toBe(1000);
});

test("a clock refuses what is no moment", () => {
  expect(() => createTestClock("soon")).toThrow(TypeError);
  expect(() => createTestClock(0).set(Number.NaN)).toThrow(
    "A clock takes a date, milliseconds or ISO 8601 text",
  );
});

test.each(testAlgorithms)("%s: another library verifies what signJws signs", async (algorithm) => {
  const key = await createTestKey(algorithm, "k1");
  expect(key.jwk).toMatchObject({ kid: "k1", alg: algorithm, use: "sig" });
  expect(key.jwk).not.toHaveProperty("d");
  const token = await signJws({ alg: algorithm, kid: "k1" }, { sub: "s1" }, key);
  const { payload } = await jwtVerify(token, await importJWK(key.jwk, algorithm));
  expect(payload).toEqual({ sub: "s1" });
});

test.each([
  ["HS256", 32],
  ["HS384", 48],
  ["HS512", 64],
] as const)("%s: bytes are a secret", async (alg, length) => {
  const secret = new Uint8Array(length).fill(7);
  const token = await signJws({ alg }, { sub: "s1" }, secret);
  expect((await jwtVerify(token, secret)).payload.sub).toBe("s1");
});

test("signJws takes exact text and bytes, adds nothing, and signs without a key too", async () => {
  const key = await createTestKey("ES256");
  const twice = '{"sub":"admin","sub":"user-1"}';
  const token = await signJws({ alg: "ES256" }, twice, key);
  expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256" });
  expect(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).toBe(twice);
  const bytes = await signJws(new Uint8Array([0xff]), new Uint8Array([1, 2]), null);
  expect(bytes).toBe("_w.AQI.");
});

test("an empty secret is HMAC's own empty secret", async () => {
  const { createHmac } = await import("node:crypto");
  const token = await signJws({ alg: "HS256" }, {}, new Uint8Array());
  const end = token.lastIndexOf(".");
  expect(token.slice(end + 1)).toBe(createHmac("sha256", "").update(token.slice(0, end)).digest("base64url"));
});

test("createTestKey refuses an algorithm it has no keys for", async () => {
  await expect(createTestKey("HS256" as never)).rejects.toThrow(/`algorithm` takes one of RS256/);
  await expect(createTestKey("constructor" as never)).rejects.toThrow(TypeError);
});
