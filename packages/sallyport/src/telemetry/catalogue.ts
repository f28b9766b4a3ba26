// Every metric, a row each: its name, what it means, and how it is read from the books.
//
// The number of series is bounded by the configuration: a label is an outcome, one of our codes or event names, or the name of
// a configured issuer or sink; a route only by option, and then its pattern. Nothing that a caller sends becomes a label.
import { refusals } from "../errors.ts";
import { auditResults, type Books, healths, merge, noCode, type Sample, securityEvents } from "./books.ts";
import { sessionRows } from "./session-metrics.ts";

/** A counter or gauge, read when metrics are collected. */
export interface MetricRow {
  /** Dotted, as OpenTelemetry has it; {@link prometheusName} makes the other one. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  /** A unit of UCUM that ends the Prometheus name; a `{…}` of things counted does not. */
  readonly unit: "s" | "By" | `{${string}}`;
  readonly help: string;
  readonly labels: readonly string[];
  /** How the processes of a cluster are joined (prom-client's `aggregator`). */
  readonly aggregate: "sum" | "max";
  read(books: Books): readonly Sample[];
}

/** A histogram, written as requests come. */
export interface TimerRow extends Pick<MetricRow, "name" | "help" | "labels"> {
  readonly unit: "s";
  readonly buckets: readonly number[];
}

const auditWords = {
  written: "that a sink took",
  dropped: "that a sink never got, because its queue was full or the trail was closed",
  failed: "that a sink was handed and failed to write",
};
const keyStates = ["static", "unused", "empty", "fresh", "stale", "expired"];
/** Keys that are never fetched. */
const atRest = ["static", "unused"];
const fetchFailures = ["jwks_fetch_failed", "jwks_error", "discovery_failed"];

/** A token that is new takes 30 µs and more of a processor; one that waits for keys, as long as the provider takes. */
export const verificationTimer: TimerRow = {
  name: "sallyport.verification",
  unit: "s",
  help: "Time from a token that the cache did not have to its identity or its refusal, waiting for keys included.",
  labels: ["outcome"],
  buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
};

export const requestTimer: TimerRow = {
  name: "sallyport.provider_request",
  unit: "s",
  help: "Time of requests to a provider, all documents of one together.",
  labels: ["request", "issuer", "outcome"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
};

export const metricRows: readonly MetricRow[] = [
  {
    name: "sallyport.decisions",
    type: "counter",
    unit: "{decision}",
    help: "Guarded requests by outcome (allowed, anonymous, refused), and by code and HTTP status of the refusal.",
    labels: ["outcome", "code", "status", "route"],
    aggregate: "sum",
    read(books) {
      if (books.withoutRoutes) {
        for (const outcome of ["allowed", "anonymous"] as const)
          books.decision({ outcome, code: undefined }, undefined);
        for (const code of Object.keys(refusals) as (keyof typeof refusals)[])
          books.decision({ outcome: "refused", code }, undefined);
      }
      return books.decisions.samples();
    },
  },
  {
    name: "sallyport.token_cache.requests",
    type: "counter",
    unit: "{request}",
    help: "Tokens looked for in the cache of verified tokens: hit, or miss and verified anew.",
    labels: ["result"],
    aggregate: "sum",
    read(books) {
      for (const result of ["hit", "miss"]) books.lookups.of({ result });
      return books.lookups.samples();
    },
  },
  {
    name: "sallyport.token_cache.entries",
    type: "gauge",
    unit: "{token}",
    help: "Verified tokens held.",
    labels: [],
    aggregate: "sum",
    read: (books) => total(healths(books).map(({ cachedTokens }) => cachedTokens)),
  },
  {
    name: "sallyport.token_cache.size",
    type: "gauge",
    unit: "By",
    help: "Characters of the verified tokens held.",
    labels: [],
    aggregate: "sum",
    read: (books) => total(healths(books).map(({ cachedBytes }) => cachedBytes)),
  },
  {
    name: "sallyport.key_fetches",
    type: "counter",
    unit: "{fetch}",
    help: "Fetches of an issuer's keys by outcome (ok, failed) and by the code of the failure.",
    labels: ["issuer", "outcome", "code"],
    aggregate: "sum",
    read(books) {
      for (const { issuer, state } of issuersOf(books)) {
        if (atRest.includes(state)) continue;
        for (const code of [noCode, ...fetchFailures]) books.request({ kind: "keys", issuer }, code);
      }
      return books.keyFetches.samples();
    },
  },
  {
    name: "sallyport.introspections",
    type: "counter",
    unit: "{request}",
    help: "Introspection requests by outcome (ok, failed) and by the code of the failure.",
    labels: ["issuer", "outcome", "code"],
    aggregate: "sum",
    read: (books) => books.introspections.samples(),
  },
  {
    name: "sallyport.keys.age",
    type: "gauge",
    unit: "s",
    help: "Time since an issuer's keys were last fetched; nothing until they were.",
    labels: ["issuer"],
    aggregate: "max",
    read: (books) =>
      merge(
        issuersOf(books).flatMap(({ issuer, ageSeconds: value }) =>
          value === undefined ? [] : [{ labels: { issuer }, value }],
        ),
        "max",
      ),
  },
  {
    name: "sallyport.keys.state",
    type: "gauge",
    unit: "{state}",
    help: "1 for the state that an issuer's keys are in (fresh, stale, expired, empty, static, unused), 0 for the others.",
    labels: ["issuer", "state"],
    aggregate: "max",
    read: (books) =>
      merge(
        issuersOf(books).flatMap(({ issuer, state: current }) =>
          keyStates.map((state) => ({ labels: { issuer, state }, value: state === current ? 1 : 0 })),
        ),
        "max",
      ),
  },
  {
    name: "sallyport.keys.failing",
    type: "gauge",
    unit: "{issuer}",
    help: "1 while the last fetch of an issuer's keys failed, else 0.",
    labels: ["issuer"],
    aggregate: "max",
    read: (books) =>
      merge(
        issuersOf(books).map(({ issuer, lastError }) => ({ labels: { issuer }, value: lastError ? 1 : 0 })),
        "max",
      ),
  },
  ...sessionRows,
  {
    name: "sallyport.security_events",
    type: "counter",
    unit: "{event}",
    help: "Security events of the audit trail by name.",
    labels: ["name", "issuer"],
    aggregate: "sum",
    read(books) {
      for (const { issuer } of issuersOf(books))
        for (const name of securityEvents) books.security.of({ name, issuer });
      return books.security.samples();
    },
  },
  ...auditResults.map(
    (result): MetricRow => ({
      name: `sallyport.audit.${result}_events`,
      type: "counter",
      unit: "{event}",
      help: `Audit events ${auditWords[result]}, by sink.`,
      labels: ["sink"],
      aggregate: "sum",
      read: (books) =>
        merge(
          [
            ...books.audit[result].samples(),
            ...sinksOf(books).map((stats) => ({ labels: { sink: stats.sink }, value: stats[result] })),
          ],
          "sum",
        ),
    }),
  ),
  {
    name: "sallyport.audit.waiting_events",
    type: "gauge",
    unit: "{event}",
    help: "Audit events that wait for their sink.",
    labels: ["sink"],
    aggregate: "sum",
    read: (books) =>
      merge(
        sinksOf(books).map(({ sink, waiting: value }) => ({ labels: { sink }, value })),
        "sum",
      ),
  },
];

/** The name that Prometheus and OpenTelemetry's translation to it give a metric. */
export function prometheusName({
  name,
  unit,
  type,
}: Pick<MetricRow, "name" | "unit"> & { readonly type?: MetricRow["type"] }): string {
  const suffix = { s: "_seconds", By: "_bytes" }[unit as string] ?? "";
  return `${name.replaceAll(".", "_")}${suffix}${type === "counter" ? "_total" : ""}`;
}

function issuersOf(books: Books) {
  return healths(books).flatMap(({ issuers }) => issuers);
}

function sinksOf(books: Books) {
  return healths(books).flatMap(({ audit }) => audit);
}

function total(values: readonly number[]): Sample[] {
  return [{ labels: {}, value: values.reduce((sum, value) => sum + value, 0) }];
}
