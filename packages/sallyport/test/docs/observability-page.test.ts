// docs/observability.md shows code that runs here, and names every metric that there is, and no other.
import { readdirSync, readFileSync } from "node:fs";
import { context, metrics, trace } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, expect, test } from "vitest";
import {
  metricRows,
  prometheusName,
  requestTimer,
  verificationTimer,
} from "../../src/telemetry/catalogue.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { startTelemetry } from "./pages/observability/instrumentation.ts";
import { build as buildScraped } from "./pages/observability/metrics.ts";
import { build as buildTraced } from "./pages/observability/traced.ts";

const page = readFileSync(new URL("../../../../docs/observability.md", import.meta.url), "utf8");
const folder = new URL("./pages/observability/", import.meta.url);
const plain = (code: string) => code.replace(/\s+/g, " ").trim();

afterAll(() => {
  metrics.disable();
  trace.disable();
  context.disable();
});

test("the page shows the code that runs", () => {
  const files = readdirSync(folder).map((file) => plain(readFileSync(new URL(file, folder), "utf8")));
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => plain(code));
  expect(blocks.toSorted()).toEqual(files.toSorted());
});

test("the page has a row for every metric, and none for what is not there", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| `sallyport_"));
  const told = rows.flatMap((row) => {
    const [, names = ""] = row.split("|");
    const [first = "", ...others] = [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    return [first, ...others.map((name) => name.replace("…", "sallyport_audit"))];
  });
  const there = [...metricRows, verificationTimer, requestTimer].map(prometheusName);
  expect(told.toSorted()).toEqual(there.toSorted());
});

test("prom-client: the page's application tells of its requests", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const app = buildScraped(idp.config, { ...idp.deps, audit: [] });
  await app.inject({ url: "/me", headers: await idp.bearer() });
  const { headers, body } = await app.inject("/metrics");
  expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(body).toContain('sallyport_decisions_total{outcome="allowed",code="none",status="none"} 1');
  await app.close();
});

test("OpenTelemetry: the page's application, by the global providers", async () => {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const spans = new InMemorySpanExporter();
  startTelemetry([reader], [new SimpleSpanProcessor(spans)]);
  const idp = fakeIssuer({ audience: "my-api" });
  const app = buildTraced(idp.config, { ...idp.deps, audit: [] });
  expect((await app.request("/me", { headers: await idp.bearer() })).status).toBe(200);
  expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual([
    "sallyport fetch keys",
    "sallyport verify",
  ]);
  const { scopeMetrics } = (await reader.collect()).resourceMetrics;
  expect(scopeMetrics.map(({ scope }) => scope.name)).toEqual(["sallyport"]);
  expect(scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name)).toContain("sallyport.keys.age");
});
