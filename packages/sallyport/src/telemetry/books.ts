// What metrics are read from: counts that the requests raise, and the applications that are asked when metrics are collected.
// Every client reads the same books, so that what a name means is decided once; and a request only adds to a number, which
// costs a twentieth of what a client's own counter takes.
import { refusals } from "../errors.ts";
import type { SecurityEvent } from "../events.ts";
import type { Decided, ProviderRequest, ToldSession, Watched, WatchedHealth } from "../watch.ts";

/** The labels of a series, by name. */
export type Labels = Readonly<Record<string, string>>;

/** One series. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Series of one metric that only grow. */
export interface Counts {
  /** The series with these labels; they begin at 0, since the rise from nothing to 1 would be no increase. */
  of(labels: Labels): { value: number };
  samples(): Sample[];
}

/** The counts of all applications that share a registry, and the applications themselves. */
export interface Books {
  readonly applications: Set<Watched>;
  /** Whether decisions are counted without their routes: then it is known which series there will be. */
  withoutRoutes: boolean;
  readonly decisions: Counts;
  readonly lookups: Counts;
  readonly keyFetches: Counts;
  readonly introspections: Counts;
  readonly sessions: Counts;
  readonly security: Counts;
  /** Of audit sinks whose application was closed, by what became of the events. */
  readonly audit: Readonly<Record<AuditResult, Counts>>;
  /** The cell of a decision. */
  decision(decided: Pick<Decided, "outcome" | "code">, route: string | undefined): { value: number };
  /** The cell of a request to a provider. */
  request(request: ProviderRequest, code: string): { value: number };
  /** The cell of a sign-in, a renewal or a logout. */
  session(told: ToldSession): { value: number };
}

/** What can become of an event in a sink. */
export type AuditResult = "written" | "dropped" | "failed";
export const auditResults: readonly AuditResult[] = ["written", "dropped", "failed"];

/** Every security event: a row more in `events.ts` is asked for here by the compiler. */
export const securityEvents = Object.keys({
  keys_fetch_failed: 0,
  keys_recovered: 0,
  keys_rotated: 0,
  key_refused: 0,
  unknown_kid_flood: 0,
  audience_confusion: 0,
  token_type_confusion: 0,
  private_key_published: 0,
  preset_inferred: 0,
  dpop_replay: 0,
  replay_store_failed: 0,
  introspection_failed: 0,
  introspection_recovered: 0,
  introspection_refused_us: 0,
  introspection_flood: 0,
  client_secret_old: 0,
} satisfies Record<SecurityEvent["name"], 0>);

/** The label of what has no code. */
export const noCode = "none";

/** Routes told apart; those beyond are `other`. Routers know their patterns, but a route may be whatever a caller of ours says. */
const mostRoutes = 500;

export function createBooks(): Books {
  const decisions = createCounts();
  const keyFetches = createCounts();
  const introspections = createCounts();
  const sessions = createCounts();
  const routes = new Map<string | undefined, Route>();

  function cellsOf(route: string | undefined): Route {
    const known = routes.get(route);
    if (known) return known;
    const full = routes.size >= mostRoutes && route !== undefined && route !== "other";
    if (full) return cellsOf("other");
    const made = { name: route, allowed: new Map(), anonymous: new Map(), refused: new Map() };
    routes.set(route, made);
    return made;
  }

  return {
    applications: new Set(),
    withoutRoutes: false,
    decisions,
    lookups: createCounts(),
    keyFetches,
    introspections,
    sessions,
    security: createCounts(),
    audit: { written: createCounts(), dropped: createCounts(), failed: createCounts() },
    decision({ outcome, code }, route) {
      const { name, [outcome]: cells } = cellsOf(route);
      const known = cells.get(code);
      if (known) return known;
      const status = outcome === "refused" && code ? String(refusals[code].status) : noCode;
      const labels = { outcome, code: code ?? noCode, status };
      const made = decisions.of(name === undefined ? labels : { ...labels, route: name });
      cells.set(code, made);
      return made;
    },
    request({ kind, issuer }, code) {
      const counts = kind === "keys" ? keyFetches : introspections;
      return counts.of({ issuer, outcome: code === noCode ? "ok" : "failed", code });
    },
    session: ({ name, outcome, code = noCode, issuer = noCode }) =>
      sessions.of({ name, outcome, code, issuer }),
  };
}

/** The cells of one route's decisions, by outcome and code. */
interface Route extends Record<Decided["outcome"], Map<Decided["code"], { value: number }>> {
  readonly name: string | undefined;
}

/** All applications' health at once. */
export function healths({ applications }: Books): WatchedHealth[] {
  return [...applications].map((application) => application.health());
}

/** A closed application takes its sinks with it; what they counted stays. */
export function keepAudit(books: Books, { audit }: WatchedHealth): void {
  for (const stats of audit) {
    for (const result of auditResults) books.audit[result].of({ sink: stats.sink }).value += stats[result];
  }
}

/** Adds up samples with the same labels, or keeps the greatest. */
export function merge(samples: Iterable<Sample>, how: "sum" | "max"): Sample[] {
  const merged = new Map<string, { labels: Labels; value: number }>();
  for (const { labels, value } of samples) {
    const key = keyOf(labels);
    const known = merged.get(key);
    if (!known) merged.set(key, { labels, value });
    else known.value = how === "sum" ? known.value + value : Math.max(known.value, value);
  }
  return [...merged.values()];
}

function createCounts(): Counts {
  const cells = new Map<string, { readonly labels: Labels; value: number }>();
  return {
    of(labels) {
      const key = keyOf(labels);
      const known = cells.get(key);
      if (known) return known;
      const made = { labels, value: 0 };
      cells.set(key, made);
      return made;
    },
    samples: () => [...cells.values()],
  };
}

function keyOf(labels: Labels): string {
  return JSON.stringify(labels);
}
