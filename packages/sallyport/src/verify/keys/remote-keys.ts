// An issuer's keys, fetched and kept so that the provider's outage is not ours (DESIGN, decision 4).
//
//   age:   0 ──────── 3/4 lifetime ──── lifetime ───────────── lifetime + stale ──▶
//          use          use, refresh     refresh first, for a      nothing: 503
//                       behind           second; else use stale
//
// There are no timers: a request starts the refresh that is due. One fetch is in flight at a time.

import { cooldownLeft } from "../../cooldown.ts";
import { AuthError } from "../../errors.ts";
import { outline } from "../../outline.ts";
import { type FetchedDocument, fetchDocument } from "./fetch-document.ts";
import type { VerificationKey } from "./jwk.ts";
import { importKeys, judgeKeySet, type KeySetRules, type KeySource, pickKeys } from "./key-set.ts";

/** What {@link createRemoteKeys} needs. */
export interface RemoteKeysOptions extends KeySetRules {
  /** Finds the key set's URL: from the configuration, or by discovery. */
  readonly locate: (get: (url: string) => Promise<FetchedDocument>) => Promise<string>;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly lifetimeMs: number;
  readonly staleMs: number;
  /** Told of failures, recoveries and changed sets. */
  readonly report: (event: KeysEvent) => void;
  /** Runs each refresh, so that it can be measured. */
  readonly around?: ((refresh: () => Promise<void>) => Promise<void>) | undefined;
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** What happened to the keys. */
export type KeysEvent =
  | { readonly name: "failed"; readonly error: AuthError; readonly serving: boolean }
  | { readonly name: "recovered" }
  | { readonly name: "rotated"; readonly added: number; readonly removed: number }
  | { readonly name: "unknown_kid_flood" };

const leastLifetimeMs = 60_000;
const greatestLifetimeMs = 3_600_000;
/** So long a request waits for a refresh while it could go on with the keys at hand. */
const patienceMs = 1_000;
const unknownKidCooldownMs = 10_000;
const firstCooldownMs = 5_000;
/** Unknown kids refused within one cool-down before it is called a flood. */
const floodThreshold = 100;

export function createRemoteKeys(options: RemoteKeysOptions): KeySource {
  const { now, report, around = (refresh) => refresh() } = options;
  const closing = new AbortController();
  let keys: readonly VerificationKey[] = [];
  let loaded: { at: number; lifetimeMs: number } | undefined;
  let flight: { readonly at: number; readonly work: Promise<void>; patient?: Promise<void> } | undefined;
  let failure: { at: number; error: AuthError; count: number } | undefined;
  let unknownKidAt = Number.NEGATIVE_INFINITY;
  let unknownKids = 0;
  let fetches = 0;
  let closed = false;

  function get(url: string): Promise<FetchedDocument> {
    fetches += 1;
    const { fetch, timeoutMs, maxBytes } = options;
    return fetchDocument(url, {
      fetch,
      timeoutMs,
      maxBytes,
      signal: closing.signal,
      failure: "jwks_fetch_failed",
    });
  }

  async function refresh(): Promise<void> {
    try {
      const { document, maxAgeSeconds } = await get(await options.locate(get));
      const judged = judgeKeySet(document, options);
      replace(await importKeys(judged, keys, options.warn));
      loaded = { at: now(), lifetimeMs: lifetime(maxAgeSeconds, options.lifetimeMs) };
      if (failure) report({ name: "recovered" });
      failure = undefined;
    } catch (thrown) {
      const error =
        thrown instanceof AuthError
          ? thrown
          : new AuthError("jwks_error", "Key fetch failed", { cause: outline(thrown) });
      // What closing the verifier has ended is nobody's failure.
      if (closed) throw new AuthError("closed", "The verifier was closed");
      failure = { at: now(), error, count: (failure?.count ?? 0) + 1 };
      report({ name: "failed", error, serving: phase() !== "expired" });
      throw error;
    }
  }

  function replace(next: readonly VerificationKey[]): void {
    const removed = keys.filter((key) => !next.includes(key));
    const added = next.filter((key) => !keys.includes(key));
    // Whatever was verified with a dropped key is dropped with it: cached tokens look at `active` on every hit.
    for (const key of removed) key.active = false;
    keys = next;
    if (loaded && (removed.length > 0 || added.length > 0)) {
      report({ name: "rotated", added: added.length, removed: removed.length });
    }
  }

  /** Starts a refresh, or joins the one in flight. */
  function load(): Promise<void> {
    if (closed) return Promise.reject(new AuthError("closed", "The verifier was closed"));
    const current = inFlight();
    if (current) return current;
    const started: NonNullable<typeof flight> = {
      at: now(),
      work: around(refresh).finally(() => {
        if (flight === started) flight = undefined;
      }),
    };
    flight = started;
    return started.work;
  }

  /** A runtime that ends with the response may have ended a fetch with it, without a word: such a flight is lost. */
  function inFlight(): Promise<void> | undefined {
    if (flight && Math.abs(now() - flight.at) > options.timeoutMs * 2 + 1_000) flight = undefined;
    return flight?.work;
  }

  function refreshBehind(): void {
    if (inFlight() || coolingDown()) return;
    const work = load().catch(() => {});
    try {
      options.waitUntil?.(work);
    } catch {
      // The refresh goes on; a runtime that can't be told of it must not fail the request.
    }
  }

  function coolingDown(): boolean {
    return retryAfterMs() > 0;
  }

  function retryAfterMs(): number {
    return cooldownLeft(failure, firstCooldownMs, now());
  }

  function phase(at = now()): "fresh" | "due" | "stale" | "expired" {
    if (!loaded) return "expired";
    const age = at - loaded.at;
    if (age > loaded.lifetimeMs + options.staleMs) return "expired";
    if (age >= loaded.lifetimeMs || age < 0) return "stale";
    return age >= loaded.lifetimeMs * 0.75 ? "due" : "fresh";
  }

  function outage(): AuthError {
    if (closed) return new AuthError("closed", "The verifier was closed");
    const { code, message } =
      failure?.error ?? new AuthError("jwks_fetch_failed", "No keys have been loaded");
    return new AuthError(code, `The issuer's keys cannot be had: ${message}`, {
      cause: failure?.error,
      retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs() / 1000)),
    });
  }

  /** `undefined` when the keys at hand may be used now; a promise that ends when they may, or rejects with 503. */
  function settled(at?: number): undefined | Promise<void> {
    if (closed) throw new AuthError("closed", "The verifier was closed");
    const current = phase(at);
    if (current === "fresh") return undefined;
    if (current === "due") {
      refreshBehind();
      return undefined;
    }
    if (current === "stale") {
      refreshBehind();
      // Where the provider is known to fail, nobody waits for it while old keys will do.
      return failure ? undefined : patiently();
    }
    if (coolingDown()) throw outage();
    return load().catch(() => {
      if (phase() === "expired") throw outage();
    });
  }

  /** Ends with the flight, or when patience does: a provider that hangs holds nobody up for longer. */
  function patiently(): undefined | Promise<void> {
    const current = flight;
    if (!current || now() - current.at > patienceMs) return undefined;
    current.patient ??= new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      current.work.then(end, end);
    });
    return current.patient;
  }

  function find(kid: string | undefined, algorithm: string) {
    const waiting = settled();
    if (!waiting) return pick(kid, algorithm);
    // A set that arrived while this request waited knows as much as fetching it again would tell.
    return waiting.then(() => (phase() === "fresh" ? pickKeys(keys, kid, algorithm) : pick(kid, algorithm)));
  }

  function pick(kid: string | undefined, algorithm: string) {
    const picked = pickKeys(keys, kid, algorithm);
    if (picked.length > 0 || kid === undefined || keys.some((key) => key.kid === kid)) return picked;
    return pickUnknown(kid, algorithm);
  }

  /** An unknown `kid` may be a new key: one refetch a cool-down finds out, whoever asks. */
  function pickUnknown(kid: string, algorithm: string) {
    const since = now() - unknownKidAt;
    const current = inFlight();
    if (current) return current.then(() => pickKeys(keys, kid, algorithm), rethrowOutage);
    if (coolingDown()) throw outage();
    // While the last fetch failed, whether the key exists is not known: ask again, or say so.
    if (!failure && since >= 0 && since < unknownKidCooldownMs) {
      unknownKids += 1;
      if (unknownKids === floodThreshold) report({ name: "unknown_kid_flood" });
      return [];
    }
    unknownKidAt = now();
    unknownKids = 0;
    return load().then(() => {
      const picked = pickKeys(keys, kid, algorithm);
      // Asking paid: the next unknown kid may be a new key as well, and no attacker can make it so.
      if (picked.length > 0) unknownKidAt = Number.NEGATIVE_INFINITY;
      return picked;
    }, rethrowOutage);
  }

  function rethrowOutage(): never {
    throw outage();
  }

  return {
    find,
    stillTrusted(key, at) {
      const waiting = settled(at);
      return waiting ? waiting.then(() => key.active) : key.active;
    },
    // As a request would: a readiness probe must not fetch what is fresh, nor wear down a provider that fails.
    load: async () => {
      await settled();
    },
    keys: () => keys,
    health: () => {
      const current = phase();
      return {
        keys: keys.length,
        ageSeconds: loaded ? Math.max(0, (now() - loaded.at) / 1000) : undefined,
        state: loaded ? (current === "due" ? "fresh" : current) : "empty",
        lastError: failure ? { code: failure.error.code, message: failure.error.message } : undefined,
        fetches,
      };
    },
    close: () => {
      closed = true;
      closing.abort();
    },
  };
}

function lifetime(maxAgeSeconds: number | undefined, configuredMs: number): number {
  if (maxAgeSeconds === undefined) return configuredMs;
  const greatest = Math.max(greatestLifetimeMs, configuredMs);
  return Math.min(Math.max(maxAgeSeconds * 1000, leastLifetimeMs), greatest);
}
