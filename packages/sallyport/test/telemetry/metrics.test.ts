// What each metric means, by real requests, and that both clients say the same.
import { Registry } from "prom-client";
import { describe, expect, test, vi } from "vitest";
import { AuthError, refusals } from "../../src/errors.ts";
import { createCore } from "../../src/sallyport.ts";
import { openTelemetry } from "../../src/telemetry/opentelemetry.ts";
import { prometheus } from "../../src/telemetry/prom-client.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { joinWatches } from "../../src/watch.ts";
import { startApplication } from "./application.ts";
import { clients, promClient, recordSpans, seriesOf, told } from "./clients.ts";

const verifications = (outcome: string) => `sallyport_verification_seconds_count{outcome="${outcome}"}`;
const decisions = (outcome: string, code: keyof typeof refusals | "none" = "none", route = "") => {
  const status = outcome === "refused" && code !== "none" ? refusals[code].status : "none";
  return `sallyport_decisions_total{code="${code}",outcome="${outcome}",${route}status="${status}"}`;
};
const lookups = (result: string) => `sallyport_token_cache_requests_total{result="${result}"}`;

describe.each(clients)("%s", (_, makeClient) => {
  test("decisions by outcome and code, verifications of new tokens alone, the cache", async () => {
    const client = makeClient();
    const { idp, get } = await startApplication({ telemetry: client.telemetry });
    const good = await idp.token();
    const expired = await idp.token({ expiresInSeconds: -100 });
    const other = await idp.token({ audience: "another" });
    expect(await get("/me", good)).toBe(200);
    expect(await get("/me", good)).toBe(200);
    expect(await get("/me", good)).toBe(200);
    expect(await get("/orders/7", good)).toBe(403);
    expect(await get("/me")).toBe(401);
    expect(await get("/feed")).toBe(200);
    expect(await get("/me", expired)).toBe(401);
    expect(await get("/me", other)).toBe(401);
    expect(await get("/lenient", other)).toBe(200);
    expect(await get("/me", "no.token.atall")).toBe(401);

    const found = await told(client);
    expect(found).toMatchObject({
      [decisions("allowed")]: 3,
      [decisions("anonymous")]: 1,
      [decisions("anonymous", "invalid_audience")]: 1,
      [decisions("refused", "insufficient_scope")]: 1,
      [decisions("refused", "missing_token")]: 1,
      [decisions("refused", "token_expired")]: 1,
      [decisions("refused", "invalid_audience")]: 1,
      [decisions("refused", "malformed_token")]: 1,
      [verifications("accepted")]: 1,
      [verifications("refused")]: 4,
      [lookups("hit")]: 3,
      [lookups("miss")]: 5,
      sallyport_token_cache_entries: 1,
      sallyport_token_cache_size_bytes: good.length,
      [`sallyport_security_events_total{issuer="${idp.issuer}",name="audience_confusion"}`]: 2,
      [`sallyport_key_fetches_total{code="none",issuer="${idp.issuer}",outcome="ok"}`]: 1,
      [`sallyport_provider_request_seconds_count{issuer="${idp.issuer}",outcome="ok",request="keys"}`]: 1,
      [`sallyport_keys_state{issuer="${idp.issuer}",state="fresh"}`]: 1,
    });
    expect(Object.keys(found).filter((name) => name.startsWith("sallyport_decisions_total"))).toHaveLength(8);
  });

  test("every refusal, key fetch, event and cache result has its series before the first one", async () => {
    const client = makeClient();
    const { idp } = await startApplication({ telemetry: client.telemetry });
    const series = seriesOf(await client.text());
    for (const code of Object.keys(refusals) as (keyof typeof refusals)[])
      expect(series.get(decisions("refused", code)), code).toBe(0);
    for (const name of [decisions("allowed"), decisions("anonymous"), lookups("hit"), lookups("miss")]) {
      expect(series.get(name), name).toBe(0);
    }
    expect(
      series.get(`sallyport_key_fetches_total{code="jwks_error",issuer="${idp.issuer}",outcome="failed"}`),
    ).toBe(0);
    expect(
      series.get(`sallyport_security_events_total{issuer="${idp.issuer}",name="private_key_published"}`),
    ).toBe(0);
  });

  test("an outage: failed fetches by code, the keys' age and state, 503", async () => {
    const client = makeClient();
    const { idp, auth, get } = await startApplication({ telemetry: client.telemetry });
    const at = `issuer="${idp.issuer}"`;
    idp.fail("down");
    expect(await get("/me", await idp.token())).toBe(503);
    expect(await told(client)).toMatchObject({
      [`sallyport_key_fetches_total{code="discovery_failed",${at},outcome="failed"}`]: 1,
      [`sallyport_provider_request_seconds_count{${at},outcome="failed",request="keys"}`]: 1,
      [`sallyport_keys_failing{${at}}`]: 1,
      [`sallyport_keys_state{${at},state="empty"}`]: 1,
      [decisions("refused", "discovery_failed")]: 1,
      [verifications("unavailable")]: 1,
    });
    expect(seriesOf(await client.text()).has(`sallyport_keys_age_seconds{${at}}`)).toBe(false);

    idp.fail(null);
    idp.clock.advance({ minutes: 2 });
    await auth.ready();
    idp.clock.advance({ hours: 1 });
    const recovered = await told(client);
    expect(recovered).toMatchObject({
      [`sallyport_keys_age_seconds{${at}}`]: 3600,
      [`sallyport_keys_state{${at},state="stale"}`]: 1,
      [`sallyport_security_events_total{${at},name="keys_recovered"}`]: 1,
    });
    expect(recovered).not.toHaveProperty([`sallyport_keys_failing{${at}}`]);
    expect(recovered).not.toHaveProperty([`sallyport_keys_state{${at},state="empty"}`]);
  });

  test("closing ends what was in flight, which is no failure, and takes the gauges away", async () => {
    const client = makeClient();
    const idp = fakeIssuer({ audience: "my-api" });
    const core = createCore(idp.config, { audit: [], ...idp.deps, telemetry: client.telemetry });
    idp.fail("slow");
    const waiting = core.verifier.verify(await idp.token());
    await core.close();
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
    const found = Object.keys(await told(client));
    expect(found.filter((name) => /key_fetches|provider_request|keys_/.test(name))).toEqual([]);
    expect(found).toEqual([verifications("unavailable"), lookups("miss")].toSorted());
  });

  test("audit events by sink, which outlive the application that they were of", async () => {
    const client = makeClient();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sinks = [
      { name: "good", write() {} },
      {
        name: "bad",
        write() {
          throw new Error("no");
        },
      },
      { name: "hanging", write: () => released },
    ];
    const first = await startApplication({ telemetry: client.telemetry, audit: sinks.slice(0, 2) });
    await first.get("/me");
    await first.close();
    await first.close();
    const second = await startApplication({ telemetry: client.telemetry, audit: sinks });
    await second.get("/me");
    await second.get("/me");
    await vi.waitFor(async () => {
      expect(await told(client)).toMatchObject({
        'sallyport_audit_written_events_total{sink="good"}': 3,
        'sallyport_audit_failed_events_total{sink="bad"}': 3,
        'sallyport_audit_waiting_events{sink="hanging"}': 2,
      });
    });
    release();
  });

  test("a sink that hangs drops what its queue cannot hold", async () => {
    const client = makeClient();
    const idp = fakeIssuer({ audience: "my-api" });
    const hanging = { name: "hanging", write: () => new Promise<void>(() => {}) };
    const core = createCore(idp.config, { audit: hanging, ...idp.deps, telemetry: client.telemetry });
    const guard = core.guard(undefined);
    const facts = {
      authorization: undefined,
      method: "GET",
      url: "/",
      route: "/",
      scheme: "Bearer" as const,
      header: () => undefined,
      requestId: undefined,
    };
    for (let request = 0; request < 10_100; request += 1) guard(facts);
    expect(await told(client)).toMatchObject({
      'sallyport_audit_dropped_events_total{sink="hanging"}': 100,
      [decisions("refused", "missing_token")]: 10_100,
    });
  });

  test("applications that share a registry add up; the same issuer's keys are as old as the oldest", async () => {
    const client = makeClient();
    const idp = fakeIssuer({ audience: "my-api" });
    const first = await startApplication({ telemetry: client.telemetry }, {}, idp);
    await first.auth.ready();
    idp.clock.advance({ seconds: 90 });
    const second = await startApplication({ telemetry: client.telemetry }, {}, idp);
    await second.auth.ready();
    await first.get("/me");
    await second.get("/me", await idp.token());
    expect(await told(client)).toMatchObject({
      [decisions("refused", "missing_token")]: 1,
      [decisions("allowed")]: 1,
      sallyport_token_cache_entries: 1,
      [`sallyport_keys_age_seconds{issuer="${idp.issuer}"}`]: 90,
    });
    await first.close();
    const rest = await told(client);
    expect(rest[decisions("refused", "missing_token")]).toBe(1);
    expect(rest).not.toHaveProperty([`sallyport_keys_age_seconds{issuer="${idp.issuer}"}`]);
  });

  test("without a cache nothing is looked for in it", async () => {
    const client = makeClient();
    const { idp, get } = await startApplication({ telemetry: client.telemetry }, { cache: false });
    const token = await idp.token();
    await get("/me", token);
    await get("/me", token);
    expect(await told(client)).toMatchObject({ [verifications("accepted")]: 2 });
    expect(Object.keys(await told(client)).filter((name) => /cache/.test(name))).toEqual([]);
  });

  test("a token whose key was dropped is verified anew", async () => {
    const client = makeClient();
    const { idp, get } = await startApplication({ telemetry: client.telemetry });
    const token = await idp.token();
    await get("/me", token);
    idp.rotateKeys({ keepOld: false });
    idp.clock.advance({ seconds: 30 });
    await get("/me", await idp.token());
    expect(await get("/me", token)).toBe(401);
    expect(await told(client)).toMatchObject({
      [lookups("hit")]: 1,
      [lookups("miss")]: 2,
      [verifications("accepted")]: 2,
      [verifications("refused")]: 1,
      [decisions("refused", "key_not_found")]: 1,
    });
  });

  test("routes are told apart by option, by their patterns", async () => {
    const client = makeClient({ routes: true });
    const { idp, get } = await startApplication({ telemetry: client.telemetry });
    expect(await client.text()).not.toContain("sallyport_decisions_total{");
    await get("/orders/7");
    await get("/orders/8?x=9", await idp.token({ scopes: ["orders:read"] }));
    const found = await told(client);
    expect(found).toMatchObject({
      [decisions("refused", "missing_token", 'route="/orders/:id",')]: 1,
      [decisions("allowed", "none", 'route="/orders/:id",')]: 1,
    });
  });
});

describe("a registry of prom-client", () => {
  test("is prom-client's own where none is given", async () => {
    const { register } = await import("prom-client");
    await startApplication({ telemetry: prometheus() });
    expect(register.getSingleMetric("sallyport_decisions_total")).toBeDefined();
    register.clear();
  });

  test("takes the module loaded anew, which counts on where the first was", async () => {
    const registry = new Registry();
    const text = () => registry.metrics();
    const first = await startApplication({ telemetry: prometheus({ registry }) });
    await first.get("/me");
    vi.resetModules();
    const again = await import("../../src/telemetry/prom-client.ts");
    expect(again.prometheus).not.toBe(prometheus);
    const second = await startApplication({ telemetry: again.prometheus({ registry }) });
    await second.get("/me", await second.idp.token());
    await first.get("/me", await first.idp.token());
    expect(await told({ telemetry: prometheus({ registry }), text })).toMatchObject({
      [decisions("refused", "missing_token")]: 1,
      [decisions("allowed")]: 2,
      [verifications("accepted")]: 2,
    });
  });

  test("that was cleared, or holds another's metric of the same name, is written to again", async () => {
    const registry = new Registry();
    const { Counter } = await import("prom-client");
    new Counter({ name: "sallyport_decisions_total", help: "Another's", registers: [registry] });
    const client = { telemetry: prometheus({ registry }), text: () => registry.metrics() };
    const first = await startApplication({ telemetry: client.telemetry });
    await first.get("/me");
    expect((await told(client))[decisions("refused", "missing_token")]).toBe(1);
    registry.clear();
    const second = await startApplication({ telemetry: client.telemetry });
    await second.get("/me");
    expect((await told(client))[decisions("refused", "missing_token")]).toBe(2);
  });

  test("may speak OpenMetrics", async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const { get } = await startApplication({ telemetry: prometheus({ registry }) });
    await get("/me");
    await registry.metrics();
    expect(await registry.metrics()).toContain(
      'sallyport_decisions_total{outcome="refused",code="missing_token",status="401"} 1',
    );
  });
});

test("a request to a provider has failed where it rejects, or where what it gave says so", async () => {
  const client = promClient();
  const { tracer, finished } = recordSpans();
  const telemetry = [openTelemetry({ tracer, meter: false }), client.telemetry].map((one) => one.watch());
  const watch = joinWatches(telemetry);
  const request = { kind: "introspection", issuer: "https://idp.example.org" } as const;
  const failure = new AuthError("check_failed", "The provider can't be asked");
  const failureOf = (reply: { readonly error?: AuthError }) => reply.error;
  expect(await watch?.request(request, async () => ({}), failureOf)).toEqual({});
  expect(await watch?.request(request, async () => ({ error: failure }), failureOf)).toEqual({
    error: failure,
  });
  await expect(watch?.request(request, () => Promise.reject(failure))).rejects.toBe(failure);
  const at = `issuer="${request.issuer}"`;
  expect(await told(client)).toEqual({
    [`sallyport_introspections_total{code="none",${at},outcome="ok"}`]: 1,
    [`sallyport_introspections_total{code="check_failed",${at},outcome="failed"}`]: 2,
    [`sallyport_provider_request_seconds_count{${at},outcome="ok",request="introspection"}`]: 1,
    [`sallyport_provider_request_seconds_count{${at},outcome="failed",request="introspection"}`]: 2,
  });
  expect(finished().map(({ name, attributes }) => [name, attributes["sallyport.outcome"]])).toEqual([
    ["sallyport introspect", "ok"],
    ["sallyport introspect", "failed"],
    ["sallyport introspect", "failed"],
  ]);
});

test("both clients expose the same metrics, types and texts of help", async () => {
  const heads = await Promise.all(
    clients.map(async ([, make]) => {
      const client = make();
      const { idp, get } = await startApplication({
        telemetry: client.telemetry,
        audit: { name: "own", write() {} },
      });
      await get("/me", await idp.token());
      const lines = (await client.text()).split("\n");
      // OpenTelemetry is silent about a metric without series.
      return lines
        .filter((line) =>
          /^# (HELP|TYPE) sallyport_(?!introspections|session_events|client_secret)/.test(line),
        )
        .toSorted();
    }),
  );
  expect(heads[0]?.length).toBeGreaterThan(25);
  expect(heads[1]).toEqual(heads[0]);
});

test("telemetry takes what prometheus() and openTelemetry() return, and nothing is hurt by one that throws", async () => {
  const idp = fakeIssuer();
  for (const telemetry of [prometheus, {}, [promClient().telemetry, 1]]) {
    expect(() => createCore(idp.config, { telemetry: telemetry as never })).toThrow(
      "sallyport's deps: `telemetry` takes what prometheus() or openTelemetry() returns ({ watch }), or a list of such",
    );
  }
  expect(() => prometheus({ registry: {} as never })).toThrow(
    "prometheus: `registry` takes a Registry of prom-client",
  );
  expect(() => prometheus(new Registry() as never)).toThrow(
    new TypeError("prometheus takes options: did you mean prometheus({ registry })?"),
  );
  expect(() => prometheus({ registr: 1 } as never)).toThrow("prometheus has no option `registr`");
  const throwing = promClient().telemetry.watch();
  const deps = {
    audit: [],
    ...idp.deps,
    telemetry: {
      watch: () => ({
        ...throwing,
        decision() {
          throw new Error("no");
        },
        security() {
          throw new Error("no");
        },
      }),
    },
  };
  const core = createCore(idp.config, deps);
  const facts = {
    ...(await idp.bearer()),
    method: "GET",
    url: "/",
    route: "/",
    scheme: "Bearer" as const,
    header: () => undefined,
    requestId: undefined,
  };
  expect(await core.guard(undefined)(facts)).toMatchObject({ issuer: idp.issuer });
});
