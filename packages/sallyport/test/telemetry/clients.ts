// Both clients of metrics, read in the same way: the text that a Prometheus would scrape.
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { Registry } from "prom-client";
import { openTelemetry } from "../../src/telemetry/opentelemetry.ts";
import { prometheus } from "../../src/telemetry/prom-client.ts";
import type { Telemetry } from "../../src/watch.ts";

export interface Client {
  readonly telemetry: Telemetry;
  /** What is exposed at the moment. */
  text(): Promise<string>;
}

type MakeClient = (options?: { readonly routes?: boolean }) => Client;

export const promClient: MakeClient = (options) => {
  const registry = new Registry();
  return { telemetry: prometheus({ registry, ...options }), text: () => registry.metrics() };
};

/** By OpenTelemetry's translation to Prometheus: the names are to be those that prom-client has. */
export const openTelemetryClient: MakeClient = (options) => {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const meter = new MeterProvider({ readers: [reader] }).getMeter("test");
  const serializer = new PrometheusSerializer("", false, undefined, true, true);
  return {
    telemetry: openTelemetry({ meter, tracer: false, ...options }),
    async text() {
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw errors[0];
      return serializer.serialize(withUnits(resourceMetrics));
    },
  };
};

/** The unit at the end of the name, as the Collector and Prometheus' own receiver put it; JavaScript's exporter doesn't. */
function withUnits({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  const suffixes: Record<string, string> = { s: "_seconds", By: "_bytes" };
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => {
        const { name, unit } = metric.descriptor;
        return { ...metric, descriptor: { ...metric.descriptor, name: `${name}${suffixes[unit] ?? ""}` } };
      }),
    })),
  };
}

export const clients: readonly (readonly [string, MakeClient])[] = [
  ["prom-client", promClient],
  ["OpenTelemetry", openTelemetryClient],
];

/** Series → value: `name{label="value",…}`, labels in the order of their names. */
export function seriesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, name = "", labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([pair]) => pair).sort();
      return [pairs.length > 0 ? `${name}{${pairs.join(",")}}` : name, Number(value)];
    }),
  );
}

/** Series with a value other than 0, without the histograms' sums and buckets. */
export async function told({ text }: Client): Promise<Record<string, number>> {
  const series = [...seriesOf(await text())];
  return Object.fromEntries(
    series.filter(([name, value]) => value !== 0 && !/_(bucket|sum)(\{|$)|^target_info/.test(name)),
  );
}

/** A tracer, and the spans that ended. */
export function recordSpans(...processors: SpanProcessor[]) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [...processors, new SimpleSpanProcessor(exporter)],
  });
  return { tracer: provider.getTracer("test"), finished: () => exporter.getFinishedSpans() };
}
