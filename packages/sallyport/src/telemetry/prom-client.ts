// `sallyport/prom-client`: the metrics in a registry of prom-client, for a `/metrics` of the application's own.
//
// Counters and gauges are filled from the books when they are collected; a request raises plain numbers, and only the two
// histograms, which a token from the cache never reaches, are prom-client's own from the start.
import { Counter, Gauge, Histogram, register } from "prom-client";
import { checkOptions, isBoolean, isFunction, type OptionTable } from "../options.ts";
import type { Telemetry } from "../watch.ts";
import type { Books } from "./books.ts";
import {
  type MetricRow,
  metricRows,
  prometheusName,
  requestTimer,
  type TimerRow,
  verificationTimer,
} from "./catalogue.ts";
import { booksOf, counting, type Shared } from "./counting.ts";

export type { Telemetry } from "../watch.ts";

/** A registry of prom-client, as far as it is used here. */
export interface PrometheusRegistry {
  getSingleMetric(name: string): unknown;
  registerMetric(metric: never): void;
  removeSingleMetric(name: string): void;
}

/** Options of {@link prometheus}. */
export interface PrometheusOptions {
  /** Where the metrics are registered. Default: prom-client's own `register`. */
  readonly registry?: PrometheusRegistry;
  /** Whether decisions are told apart by the route's pattern too: at most 500, the rest is `other`. Default: false. */
  readonly routes?: boolean;
}

const isRegistry = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  (["getSingleMetric", "registerMetric", "removeSingleMetric"] as const).every((name) =>
    isFunction((value as Partial<PrometheusRegistry>)[name]),
  );

const optionTable = {
  registry: {
    check: isRegistry,
    takes: "a Registry of prom-client",
    doc: "Where the metrics are registered.",
    default: "prom-client's own `register`",
  },
  routes: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether decisions are told apart by the route's pattern too.",
    default: "`false`",
  },
} as const satisfies OptionTable;

/**
 * Metrics for Prometheus. Applications that share a registry share its metrics: their counts are added up.
 *
 * @throws TypeError where an option is unknown or of the wrong form
 *
 * @example
 * ```ts
 * const auth = sallyport(options, { telemetry: prometheus({ registry }) });
 * app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
 * ```
 */
export function prometheus(options: PrometheusOptions = {}): Telemetry {
  if (isRegistry(options)) {
    throw new TypeError("prometheus takes options: did you mean prometheus({ registry })?");
  }
  checkOptions("prometheus", options, optionTable);
  const { registry = register as unknown as PrometheusRegistry, routes } = options;
  return counting(() => share(registry), { routes });
}

/** The registry's books and timers. What is registered already, by whatever copy of this module, is left as it is. */
function share(registry: PrometheusRegistry): Shared {
  const books = booksOf(registry);
  for (const row of metricRows) once(registry, books, prometheusName(row), () => readFrom(books, row));
  const timer = (row: TimerRow) => once(registry, books, prometheusName(row), () => histogram(row));
  const verification = timer(verificationTimer);
  const request = timer(requestTimer);
  return {
    books,
    timers: {
      verification: (seconds, outcome) => verification.observe({ outcome }, seconds),
      request: (seconds, labels) => request.observe(labels, seconds),
    },
  };
}

const owners = Symbol.for("sallyport.telemetry.owner");

/** The registry's metric of this name, made where there is none, or none that reads these books. */
function once<Metric extends object>(
  registry: PrometheusRegistry,
  books: Books,
  name: string,
  make: () => Metric,
): Metric {
  const known = registry.getSingleMetric(name) as (Metric & { [owners]?: Books }) | undefined;
  if (known?.[owners] === books) return known;
  if (known) registry.removeSingleMetric(name);
  const made = Object.assign(make(), { [owners]: books });
  registry.registerMetric(made as never);
  return made;
}

function readFrom(books: Books, row: MetricRow): object {
  const { help, labels, aggregate, read } = row;
  const shape = { name: prometheusName(row), help, labelNames: labels, registers: [], aggregator: aggregate };
  if (row.type === "counter") {
    return new Counter({
      ...shape,
      collect() {
        this.reset();
        for (const sample of read(books)) this.inc({ ...sample.labels }, sample.value);
      },
    });
  }
  return new Gauge({
    ...shape,
    collect() {
      this.reset();
      for (const sample of read(books)) this.set({ ...sample.labels }, sample.value);
    },
  });
}

function histogram(row: TimerRow) {
  const { help, labels, buckets } = row;
  return new Histogram({
    name: prometheusName(row),
    help,
    labelNames: labels,
    buckets: [...buckets],
    registers: [],
  });
}
