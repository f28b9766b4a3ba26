// Options → the issuers that are trusted, each with its policy and its keys.

import { isUrl } from "../../options.ts";
import type { Watch } from "../../watch.ts";
import { checkPrefixes } from "../introspection/settings.ts";
import { fetchDocument } from "../keys/fetch-document.ts";
import type { KeySetRules, KeySource } from "../keys/key-set.ts";
import { createRemoteKeys, type KeysEvent } from "../keys/remote-keys.ts";
import { createSecretKeys, createStaticKeys, noKeys } from "../keys/static-keys.ts";
import type { VerifierDeps, VerifierOptions } from "../options.ts";
import type { Tell } from "../tell.ts";
import { createLocator, discoverDocument, signInDocument } from "./discovery.ts";
import type { LoginEndpoints } from "./issuer-metadata.ts";
import { type IssuerOptions, issuerOptionTable } from "./issuer-options.ts";
import { type IssuerPolicy, resolveIssuer } from "./issuers.ts";
import { createMetadataSource, type MetadataSource } from "./metadata-source.ts";

/** An issuer and its keys. */
export interface TrustedIssuer {
  readonly policy: IssuerPolicy;
  readonly keys: KeySource;
  /** Where people log in, as the issuer's discovery document said last. */
  readonly endpoints: () => LoginEndpoints | undefined;
  /** What signing in there needs to know. */
  readonly metadata: MetadataSource;
}

/** What the composition root knows beside the options. */
export interface SignIn {
  /**
   * Whether people sign in at each issuer, in their order. Such an issuer needs keys whatever is asked about its tokens, and may
   * go without an audience: then no access token of it is taken.
   */
  readonly clients?: readonly boolean[];
}

type KeyDeps = Pick<VerifierDeps, "fetch" | "now" | "waitUntil">;

/**
 * Resolves `issuer` or `issuers`.
 *
 * @throws TypeError where an issuer is missing, or two would answer for the same `iss` (RFC 9207 §4)
 */
export function trustIssuers(
  options: VerifierOptions,
  deps: KeyDeps,
  tell: Tell,
  watch?: Watch,
  { clients = [] }: SignIn = {},
) {
  const all = issuerList(options).map(({ where, options: own }, index): TrustedIssuer => {
    const signIn = clients[index] === true;
    const policy = resolveIssuer(own, where, signIn);
    let endpoints: LoginEndpoints | undefined;
    let metadata: MetadataSource | undefined;
    const locate = createLocator(policy, (document, learnt) => {
      endpoints = learnt;
      try {
        metadata?.learn(signInDocument(document, policy));
      } catch {
        // What is wrong for signing in is said there; the keys are as good as ever.
      }
    });
    const keys = keysOf(policy, { locate, all: options, deps, tell, watch, signIn });
    metadata = metadataOf(policy, keys, options, deps);
    return { policy, keys, metadata, endpoints: () => endpoints };
  });
  checkPrefixes(all.map(({ policy }) => policy.introspection));
  const byName = new Map<string, TrustedIssuer>();
  const spellings = new Set<string>();
  for (const trusted of all) {
    for (const issuer of trusted.policy.accepted.keys()) {
      // Two spellings of one URL would be two issuers to us and one to people (RFC 9207 §4).
      const plain = isUrl(issuer) ? new URL(issuer).href.replace(/\/$/, "") : issuer;
      if (spellings.has(plain))
        throw new TypeError("`issuers` takes each issuer once; one of them is there twice");
      spellings.add(plain);
      byName.set(issuer, trusted);
    }
    const { name, preset, inferred } = trusted.policy;
    if (inferred) {
      tell({
        name: "preset_inferred",
        issuer: name,
        message: `The issuer's URL proves the preset ${preset.name}`,
      });
    }
  }
  return { all, byName };
}

// What names one issuer, or is its secret, can't be a default for several.
const ownOnly = [
  "issuer",
  "preset",
  "tenantId",
  "tenants",
  "discoveryUrl",
  "jwksUri",
  "jwks",
  "secret",
  "introspection",
] as const;

function issuerList(options: VerifierOptions): { where: string; options: IssuerOptions }[] {
  const { issuers } = options;
  const shared = given(options, (name) => Object.hasOwn(issuerOptionTable, name));
  if (!issuers) return [{ where: "createVerifier", options: shared }];
  for (const name of ownOnly) {
    if (shared[name] !== undefined)
      throw new TypeError(`createVerifier: \`${name}\` and \`issuers\` exclude each other`);
  }
  return issuers.map((own, index) => ({ where: `issuers[${index}]`, options: { ...shared, ...given(own) } }));
}

/** The options that have a value: an explicit `undefined` must not undo what all issuers share. */
function given(options: object, wanted: (name: string) => boolean = () => true): IssuerOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && wanted(name)),
  );
}

function metadataOf(
  policy: IssuerPolicy,
  keys: KeySource,
  { limits }: VerifierOptions,
  { fetch = (...request) => globalThis.fetch(...request), now = Date.now }: KeyDeps,
): MetadataSource {
  const { jwks, jwksUri, secret, fetchTimeoutSeconds = 5 } = policy.options;
  const timeoutMs = fetchTimeoutSeconds * 1000;
  const byDiscovery = (jwks ?? jwksUri ?? secret) === undefined && keys !== noKeys;
  return createMetadataSource({
    read: (get) => discoverDocument(policy, get),
    get: (url) =>
      fetchDocument(url, {
        fetch,
        timeoutMs,
        maxBytes: limits?.documentBytes ?? 524_288,
        signal: new AbortController().signal,
        failure: "discovery_failed",
      }),
    loadKeys: byDiscovery ? () => keys.load() : undefined,
    now,
    lostMs: timeoutMs * 2 + 1_000,
  });
}

interface KeysContext {
  readonly locate: ReturnType<typeof createLocator>;
  readonly all: VerifierOptions;
  readonly deps: KeyDeps;
  readonly tell: Tell;
  readonly watch: Watch | undefined;
  readonly signIn: boolean;
}

function keysOf(policy: IssuerPolicy, { locate, all, deps, tell, watch, signIn }: KeysContext): KeySource {
  const { options, algorithms, introspection, name: issuer } = policy;
  // Asked about every token, an issuer needs keys only where its answers are signed, or its ID tokens are looked at.
  if (introspection?.all && !introspection.signed && !signIn) return noKeys;
  const rules: KeySetRules = {
    algorithms,
    maxKeys: all.limits?.keys ?? 100,
    warn: (name, message) => tell({ name, issuer, message }),
  };
  if (options.secret !== undefined) return createSecretKeys(options.secret, algorithms);
  if (options.jwks) return createStaticKeys(options.jwks, rules);
  return createRemoteKeys({
    ...rules,
    locate,
    // Read at each use: a test or a tracer may replace the global later.
    fetch: deps.fetch ?? ((...request) => globalThis.fetch(...request)),
    now: deps.now ?? Date.now,
    timeoutMs: (options.fetchTimeoutSeconds ?? 5) * 1000,
    maxBytes: all.limits?.documentBytes ?? 524_288,
    lifetimeMs: (options.keyLifetimeSeconds ?? 600) * 1000,
    staleMs: (options.staleKeysSeconds ?? 14_400) * 1000,
    waitUntil: deps.waitUntil,
    report: (event) => tell({ issuer, ...keysMessage(event) }),
    around: watch && ((refresh) => watch.request({ kind: "keys", issuer }, refresh)),
  });
}

function keysMessage(event: KeysEvent): Pick<Parameters<Tell>[0], "name" | "message"> {
  switch (event.name) {
    case "failed": {
      const effect = event.serving ? "the known keys stay in use" : "tokens of this issuer get 503";
      return { name: "keys_fetch_failed", message: `${event.error.message}; ${effect}` };
    }
    case "recovered":
      return { name: "keys_recovered", message: "The issuer's keys can be fetched again" };
    case "rotated":
      return {
        name: "keys_rotated",
        message: `The issuer added ${event.added} and dropped ${event.removed} keys`,
      };
    case "unknown_kid_flood":
      return { name: "unknown_kid_flood", message: "Many tokens name keys that the issuer does not publish" };
  }
}
