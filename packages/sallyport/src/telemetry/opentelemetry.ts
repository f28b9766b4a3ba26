// `sallyport/opentelemetry`: metrics by an OpenTelemetry Meter, and spans for what takes time, by a Tracer.
import { type Meter, metrics as metricsApi, type Tracer, trace } from "@opentelemetry/api";
import { checkOptions, isBoolean, isFunction, type OptionTable } from "../options.ts";
import { joinWatches, type Telemetry, type Watch } from "../watch.ts";
import { meterTelemetry } from "./meter.ts";
import { createSpans } from "./spans.ts";

export type { Telemetry } from "../watch.ts";

/** Options of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** Makes the metrics; `false` for none. Default: the global provider's meter named `sallyport`. */
  readonly meter?: Meter | false;
  /** Makes the spans; `false` for none. Default: the global provider's tracer named `sallyport`. */
  readonly tracer?: Tracer | false;
  /** Whether decisions are counted by the route's pattern too: at most 500, the rest is `other`. Default: false. */
  readonly routes?: boolean;
  /** Whether a request that the cache of verified tokens answered gets a span too, of no length. Default: false. */
  readonly cacheHits?: boolean;
}

const has = (method: string) => (value: unknown) =>
  value === false ||
  (typeof value === "object" && value !== null && isFunction((value as Record<string, unknown>)[method]));

const optionTable = {
  meter: {
    check: has("createObservableCounter"),
    takes: "a Meter of OpenTelemetry, or false",
    doc: "Makes the metrics.",
    default: "the global provider's",
  },
  tracer: {
    check: has("startSpan"),
    takes: "a Tracer of OpenTelemetry, or false",
    doc: "Makes the spans.",
    default: "the global provider's",
  },
  routes: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether decisions are counted by the route's pattern too.",
    default: "`false`",
  },
  cacheHits: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether answers from the cache get a span too.",
    default: "`false`",
  },
} as const satisfies OptionTable;

/**
 * Metrics and traces for OpenTelemetry. The global providers are asked when an application is made, so the SDK has to be
 * started before that; without an SDK nothing is measured and nothing fails.
 *
 * @throws TypeError where an option is unknown or of the wrong form, or nothing is left to make
 *
 * @example
 * ```ts
 * const auth = sallyport(options, { telemetry: openTelemetry() });
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  checkOptions("openTelemetry", options, optionTable);
  const { meter, tracer, routes, cacheHits = false } = options;
  if (meter === false && tracer === false) {
    throw new TypeError("openTelemetry: `meter` and `tracer` can't both be false");
  }
  const measured =
    meter !== false && meterTelemetry(() => meter ?? metricsApi.getMeter("sallyport"), { routes });
  return {
    watch() {
      const watches: Watch[] = [];
      if (tracer !== false) watches.push(createSpans(tracer ?? trace.getTracer("sallyport"), { cacheHits }));
      if (measured) watches.push(measured.watch());
      return joinWatches(watches) as Watch;
    },
  };
}
