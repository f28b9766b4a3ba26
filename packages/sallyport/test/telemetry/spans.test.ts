// Spans: of what takes time, within the request's own trace, and without a word of the token.
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCore, type SallyportDeps } from "../../src/sallyport.ts";
import { type OpenTelemetryOptions, openTelemetry } from "../../src/telemetry/opentelemetry.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { startApplication } from "./application.ts";
import { openTelemetryClient, recordSpans, told } from "./clients.ts";

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
});
afterAll(() => context.disable());

/** A wired core, an issuer, and the spans of what one does inside a span of the caller's own. */
function scene(options: OpenTelemetryOptions = {}, deps: SallyportDeps = {}) {
  const { tracer, finished } = recordSpans();
  const idp = fakeIssuer({ audience: "my-api" });
  const telemetry = openTelemetry({ tracer, meter: false, ...options });
  const core = createCore(idp.config, { audit: [], ...idp.deps, telemetry, ...deps });
  const guard = core.guard({ scopes: ["orders:read"] });
  const ask = async (authorization: string | undefined) => {
    await tracer.startActiveSpan("request", async (span) => {
      await guard({
        authorization,
        method: "GET",
        url: "/",
        route: "/",
        scheme: "Bearer",
        header: () => undefined,
        requestId: undefined,
      });
      span.end();
    });
  };
  return { idp, core, tracer, finished, ask };
}

const tree = (spans: readonly ReadableSpan[]) => {
  const nameOf = (id: string | undefined) => spans.find((span) => span.spanContext().spanId === id)?.name;
  return spans.map(({ name, parentSpanContext }) => [name, nameOf(parentSpanContext?.spanId)]);
};
const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === name);

describe("a token that is new", () => {
  test("has a span in the request's, and the fetch of its key one in that", async () => {
    const { idp, finished, ask } = scene();
    const { authorization } = await idp.bearer({ scopes: ["orders:read"] });
    await ask(authorization);
    await ask(authorization);
    expect(tree(finished())).toEqual([
      ["sallyport fetch keys", "sallyport verify"],
      ["sallyport verify", "request"],
      ["request", undefined],
      ["request", undefined],
    ]);
    const [verification] = named(finished(), "sallyport verify");
    expect(verification?.attributes).toEqual({
      "sallyport.issuer": idp.issuer,
      "sallyport.cached": false,
      "sallyport.key_id": (await idp.key()).kid,
      "sallyport.outcome": "accepted",
    });
    expect(verification?.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(named(finished(), "sallyport fetch keys")[0]?.attributes).toEqual({
      "sallyport.issuer": idp.issuer,
      "sallyport.outcome": "ok",
    });
  });

  test("that is refused says by which code, and no more", async () => {
    const { idp, finished, ask } = scene();
    await ask((await idp.bearer({ audience: "another" })).authorization);
    const [verification] = named(finished(), "sallyport verify");
    expect(verification?.attributes).toEqual({
      "sallyport.outcome": "refused",
      "sallyport.code": "invalid_audience",
      "error.type": "invalid_audience",
    });
    expect(verification?.status).toEqual({ code: SpanStatusCode.ERROR, message: "invalid_audience" });
    expect(verification?.events).toEqual([]);
  });

  test("in an outage: both spans say so", async () => {
    const { idp, finished, ask } = scene();
    idp.fail("down");
    await ask((await idp.bearer()).authorization);
    expect(named(finished(), "sallyport fetch keys")[0]).toMatchObject({
      attributes: { "sallyport.outcome": "failed", "sallyport.code": "discovery_failed" },
      status: { code: SpanStatusCode.ERROR },
    });
    expect(named(finished(), "sallyport verify")[0]).toMatchObject({
      attributes: { "sallyport.outcome": "unavailable", "sallyport.code": "discovery_failed" },
    });
  });

  test("what an instrumented fetch traces is within the fetch of the keys", async () => {
    const active: (string | undefined)[] = [];
    const idp = fakeIssuer({ audience: "my-api" });
    const { finished, core } = scene(
      {},
      {
        ...idp.deps,
        fetch: (...request) => {
          active.push(trace.getActiveSpan()?.spanContext().spanId);
          return idp.deps.fetch(...request);
        },
      },
    );
    await core.ready();
    const [keys] = named(finished(), "sallyport fetch keys");
    expect(active).toEqual([keys?.spanContext().spanId, keys?.spanContext().spanId]);
  });
});

describe("a token that the cache has", () => {
  test("gets a span by option: with the decision's outcome, within the request", async () => {
    const { idp, finished, ask } = scene({ cacheHits: true });
    const good = await idp.bearer({ scopes: ["orders:read"] });
    const lacking = await idp.bearer();
    for (const { authorization } of [good, good, lacking, lacking]) await ask(authorization);
    const hits = named(finished(), "sallyport verify").filter((span) => span.attributes["sallyport.cached"]);
    expect(hits.map(({ attributes }) => attributes)).toMatchObject([
      { "sallyport.outcome": "allowed", "sallyport.code": "none", "sallyport.issuer": idp.issuer },
      { "sallyport.outcome": "refused", "sallyport.code": "insufficient_scope" },
    ]);
    expect(tree(finished()).filter(([name]) => name === "sallyport verify")).toEqual(
      Array.from({ length: 4 }, () => ["sallyport verify", "request"]),
    );
  });
});

test("a tracer that fails can't hurt a request", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const fails = () => {
    throw new Error("no");
  };
  const failing: SpanProcessor[] = [
    { onStart: fails, onEnd() {}, async forceFlush() {}, async shutdown() {} },
    { onStart() {}, onEnd: fails, async forceFlush() {}, async shutdown() {} },
  ];
  for (const processor of failing) {
    const { tracer } = recordSpans(processor);
    const telemetry = openTelemetry({ tracer, meter: false, cacheHits: true });
    const { get } = await startApplication({ telemetry }, {}, idp);
    const token = await idp.token();
    expect([await get("/me", token), await get("/me", token), await get("/me", "x.y.z")]).toEqual([
      200, 200, 401,
    ]);
  }
});

test("metrics and traces together; without an SDK neither does anything, and nothing fails", async () => {
  const { tracer, finished } = recordSpans();
  const client = openTelemetryClient();
  const telemetry = [openTelemetry({ tracer, meter: false }), client.telemetry, openTelemetry()];
  const { idp, get } = await startApplication({ telemetry });
  const token = await idp.token();
  expect([await get("/me", token), await get("/me", token)]).toEqual([200, 200]);
  expect(named(finished(), "sallyport verify")).toHaveLength(1);
  expect(await told(client)).toMatchObject({
    'sallyport_decisions_total{code="none",outcome="allowed",status="none"}': 2,
    'sallyport_verification_seconds_count{outcome="accepted"}': 1,
  });
});

test("misuse is told at once", () => {
  const wrong: [object, string][] = [
    [{ meter: {} }, "openTelemetry: `meter` takes a Meter of OpenTelemetry, or false"],
    [{ tracer: 1 }, "openTelemetry: `tracer` takes a Tracer of OpenTelemetry, or false"],
    [{ meter: false, tracer: false }, "openTelemetry: `meter` and `tracer` can't both be false"],
    [{ cacheHit: true }, "openTelemetry has no option `cacheHit`; did you mean `cacheHits`?"],
  ];
  for (const [options, message] of wrong)
    expect(() => openTelemetry(options)).toThrow(new TypeError(message));
});
