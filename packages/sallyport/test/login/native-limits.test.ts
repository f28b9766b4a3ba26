// How much native clients may ask: in all, with one handle, and what stays bounded.
import { describe, expect, test } from "vitest";
import { createBucket, createBuckets, createPaces } from "../../src/login/native/limits.ts";
import { bent, device, startNativeApp, token, tokensOf } from "../support/native-client.ts";

describe("a process lets through so much, and says when there is room again", () => {
  test("POST /device", async () => {
    const app = await startNativeApp({}, { requestsPerMinute: 2 });
    expect([(await device(app)).status, (await device(app)).status]).toEqual([200, 200]);
    const { status, headers, body } = await device(app);
    expect({
      status,
      error: body.error,
      retry: headers["retry-after"],
      cache: headers["cache-control"],
    }).toEqual({
      status: 429,
      error: "temporarily_unavailable",
      retry: "30",
      cache: "no-store",
    });
    expect(app.provider.count("/device")).toBe(2);
    app.clock.now += 30_000;
    expect((await device(app)).status).toBe(200);
  });

  test("POST /token: what does not open is not counted, so that nobody is shut out by it", async () => {
    const app = await startNativeApp({}, { requestsPerMinute: 2 });
    const first = await tokensOf(app);
    for (let times = 0; times < 5; times += 1) {
      const { body } = await token(app, { refresh_token: bent(first.refresh_token as string) });
      expect(body.error).toBe("invalid_grant");
    }
    const second = await token(app, { refresh_token: first.refresh_token as string });
    expect(second.status).toBe(200);
    const third = await token(app, { refresh_token: second.body.refresh_token as string });
    expect({ status: third.status, error: third.body.error }).toEqual({
      status: 429,
      error: "temporarily_unavailable",
    });
    app.clock.now += 30_000;
    expect((await token(app, { refresh_token: second.body.refresh_token as string })).status).toBe(200);
  });

  test("a device that polls is told to slow down, which keeps it waiting", async () => {
    const app = await startNativeApp({}, { requestsPerMinute: 1 });
    const one = (await device(app)).body.device_code as string;
    app.clock.now += 60_000;
    const other = (await device(app)).body.device_code as string;
    expect((await token(app, { "device-code": one })).status).toBe(200);
    const { status, headers, body } = await token(app, { "device-code": other });
    expect({ status, error: body.error, retry: headers["retry-after"] }).toEqual({
      status: 429,
      error: "slow_down",
      retry: "60",
    });
  });

  test("devices that poll, as anybody may, keep nobody who has signed in waiting", async () => {
    const app = await startNativeApp({}, { requestsPerMinute: 2 });
    const { refresh_token } = await tokensOf(app);
    for (let times = 0; times < 3; times += 1) {
      const polled = (await device(app)).body.device_code as string | undefined;
      if (polled) await token(app, { "device-code": polled });
    }
    expect((await token(app, { refresh_token: refresh_token as string })).status).toBe(200);
  });
});

test("one sign-in renews ten times a minute at most, whatever handles it has by then, and no other suffers", async () => {
  const app = await startNativeApp();
  const other = await tokensOf(app);
  let handle = (await tokensOf(app)).refresh_token as string;
  for (let times = 0; times < 10; times += 1) {
    const { status, body } = await token(app, { refresh_token: handle });
    expect(status).toBe(200);
    handle = body.refresh_token as string;
  }
  const { status, headers } = await token(app, { refresh_token: handle });
  expect({ status, retry: headers["retry-after"] }).toEqual({ status: 429, retry: "6" });
  expect((await token(app, { refresh_token: other.refresh_token as string })).status).toBe(200);
  app.clock.now += 6_000;
  expect((await token(app, { refresh_token: handle })).status).toBe(200);
});

describe("a bucket", () => {
  test("fills up over a minute, and not beyond", () => {
    const clock = { now: 0 };
    const bucket = createBucket(60, () => clock.now);
    for (let times = 0; times < 60; times += 1) expect(bucket.take()).toBe(0);
    expect(bucket.take()).toBe(1);
    clock.now += 1000;
    expect([bucket.take(), bucket.take()]).toEqual([0, 1]);
    clock.now += 3_600_000;
    for (let times = 0; times < 60; times += 1) expect(bucket.take()).toBe(0);
    expect(bucket.take()).toBe(1);
  });

  test("neither fills nor empties when the clock is set back", () => {
    const clock = { now: 1_000_000 };
    const bucket = createBucket(2, () => clock.now);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 30]);
    clock.now = 0;
    expect(bucket.take()).toBe(30);
    clock.now = 30_000;
    expect(bucket.take()).toBe(0);
  });
});

describe("memory is bounded", () => {
  test("of buckets: the one that was used the longest ago goes", () => {
    const buckets = createBuckets(1, { now: () => 0, most: 2 });
    expect(["a", "b", "a"].map((name) => buckets.take(name))).toEqual([0, 0, 60]);
    expect(buckets.take("c")).toBe(0);
    // `a` was used after `b`, and is remembered.
    expect(["a", "b"].map((name) => buckets.take(name))).toEqual([60, 0]);
  });

  test("of paces", () => {
    const paces = createPaces({ now: () => 0, most: 1 });
    expect([paces.inTime("a", 5), paces.inTime("a", 5)]).toEqual([true, false]);
    expect(paces.inTime("b", 5)).toBe(true);
    expect(paces.inTime("a", 5)).toBe(true);
  });
});
