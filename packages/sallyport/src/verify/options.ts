// What can be said of a whole verifier, and given to it alive: types for users, and a row each for the check and the docs.

import type { AuthEvent } from "../events.ts";
import type { Identity, JsonObject } from "../identity.ts";
import { isBareUrl, isFunction, isInteger, isPlainObject, isText, type OptionTable } from "../options.ts";
import type { StandardSchema } from "../standard-schema.ts";
import { type IssuerOptions, issuerOptionTable } from "./issuers/issuer-options.ts";
import { type SenderOptions, senderTable } from "./sender/options.ts";
import type { ReplayStore } from "./sender/replay.ts";

/** Upper bounds on what is looked at; each can only be lowered. */
export interface VerifierLimits {
  /** Longest token in characters. Default and maximum: 16384. */
  readonly tokenBytes?: number;
  /** Deepest nesting of JSON in a token. Default and maximum: 32. */
  readonly depth?: number;
  /** Most keys in a set. Default and maximum: 100. */
  readonly keys?: number;
  /** Largest metadata document or key set in bytes. Default and maximum: 524288. */
  readonly documentBytes?: number;
}

/** Bounds of the cache of verified tokens. */
export interface TokenCacheOptions {
  /** Default: 16384. */
  readonly maxEntries?: number;
  /** Characters of tokens held. Default: 33554432. */
  readonly maxBytes?: number;
}

/** Options of `createVerifier`: one issuer's own, or several under `issuers` (the rest then are their defaults). */
export interface VerifierOptions extends IssuerOptions, SenderOptions {
  /** Several trusted issuers, each with its own keys, algorithms, audience and claim names. */
  readonly issuers?: readonly IssuerOptions[];
  readonly limits?: VerifierLimits;
  /** The cache of verified tokens; `false` switches it off. */
  readonly cache?: TokenCacheOptions | false;
  /** The realm of challenges. Default: `api`. */
  readonly realm?: string;
  /** The https URL under which callers reach this application's `/`. Never read from the request. */
  readonly publicUrl?: string;
  /** The identifier of this API as a protected resource (RFC 9728 §1.2). Default: `publicUrl`. */
  readonly resource?: string;
}

/** A logger: pino's shape. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What is alive: everything that can't come from a file or the environment. */
export interface VerifierDeps<Claims = JsonObject> {
  /** Asks the provider, for metadata, keys and tokens, and nobody else. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** The clock, in milliseconds since 1970-01-01T00:00:00Z. Default: `Date.now`. */
  readonly now?: () => number;
  /** Random 32-bit numbers, for the cache's seed. Default: the platform's secure source. */
  readonly random?: () => number;
  readonly logger?: Logger;
  /** Receives every event. Must return at once; what it throws is swallowed. */
  readonly onEvent?: (event: AuthEvent) => void;
  /** Whether a token has been revoked. Asked on every use; a failure is 503. */
  readonly isRevoked?: (identity: Identity) => boolean | Promise<boolean>;
  /** A Standard Schema (zod, valibot, arktype, …) for the application's own claims. */
  readonly claims?: StandardSchema<Claims>;
  /** Which DPoP proofs have been used; for processes that share an address, one that they share. Default: the process's memory. */
  readonly replayStore?: ReplayStore;
  /**
   * The client's TLS certificate, in DER or as its `x5t#S256`, where it is not in the TLS socket: of the request as the runtime has
   * it (Node's message, or `Request`). Behind a proxy it may only read what the proxy wrote, and removed from what callers send.
   */
  readonly clientCertificate?: (request: object) => Uint8Array | string | undefined;
  /** Keeps background refreshes alive on runtimes that end with the response. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

const publicUrlTakes =
  "an https URL without query and fragment (http for loopback with `insecureAllowLoopback`)";

const upTo = (greatest: number) => ({
  check: isInteger(1, greatest),
  takes: `a whole number from 1 to ${greatest}`,
  default: `\`${greatest}\``,
});

/** Rows of {@link VerifierLimits}. */
export const limitTable = {
  tokenBytes: { ...upTo(16_384), doc: "Longest token in characters." },
  depth: { ...upTo(32), doc: "Deepest nesting of JSON in a token." },
  keys: { ...upTo(100), doc: "Most keys in a set; a larger set is refused whole." },
  documentBytes: {
    ...upTo(524_288),
    doc: "Largest metadata document or key set, in bytes after decompression.",
  },
} as const satisfies OptionTable;

/** Rows of {@link TokenCacheOptions}. */
export const cacheTable = {
  maxEntries: {
    check: isInteger(1, 1_000_000),
    takes: "a whole number from 1 to 1000000",
    doc: "Most tokens held.",
    default: "`16384`",
  },
  maxBytes: {
    check: isInteger(1, 1_073_741_824),
    takes: "a whole number from 1 to 1073741824",
    doc: "Most characters of tokens held.",
    default: "`33554432`",
  },
} as const satisfies OptionTable;

/** Rows of {@link VerifierOptions}. */
export const verifierOptionTable = {
  ...issuerOptionTable,
  issuers: {
    check: (value) => Array.isArray(value) && value.length > 0 && value.every(isPlainObject),
    takes: "a non-empty list of issuers' options",
    doc: "Several trusted issuers, instead of `issuer`. What stands beside `issuers` is their default.",
  },
  limits: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(limitTable).join(", ")}`,
    doc: "Bounds on what is looked at; each can only be lowered.",
    orMembers: limitTable,
  },
  cache: {
    check: (value) => value === false || isPlainObject(value),
    takes: `false, or an object of ${Object.keys(cacheTable).join(", ")}`,
    doc: "The cache of verified tokens.",
    default: "on",
    orMembers: cacheTable,
  },
  realm: {
    check: (value) => isText(value) && /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(value),
    takes: "up to 128 printable ASCII characters without quotes and backslashes",
    doc: "The realm of `WWW-Authenticate` challenges.",
    default: "`api`",
    env: ["OAUTH2_REALM", "OIDC_REALM"],
  },
  publicUrl: {
    check: isBareUrl,
    takes: `${publicUrlTakes}, as callers see it`,
    doc: "The URL under which callers reach this application's `/`, proxies included. The request's own `Host` is never believed.",
    env: ["OAUTH2_PUBLIC_URL", "OIDC_PUBLIC_URL"],
  },
  resource: {
    check: isBareUrl,
    takes: publicUrlTakes,
    doc: "The identifier of this API as a protected resource (RFC 9728): one of several in one application has its own path.",
    default: "`publicUrl`",
    env: ["OAUTH2_RESOURCE", "OIDC_RESOURCE"],
  },
  ...senderTable,
} as const satisfies OptionTable;

/** Rows of {@link VerifierDeps}. */
export const depsTable = {
  fetch: {
    check: isFunction,
    takes: "a function like fetch",
    doc: "Asks the provider, for metadata, keys and tokens, and nobody else.",
    default: "global `fetch`",
  },
  now: {
    check: isFunction,
    takes: "a function that returns milliseconds",
    doc: "The clock, in milliseconds since 1970.",
    default: "`Date.now`",
  },
  random: {
    check: isFunction,
    takes: "a function that returns 32-bit numbers",
    doc: "Seeds the cache's hash.",
    default: "the platform's secure source",
  },
  logger: {
    check: (value) =>
      isPlainObject(value) && ["info", "warn", "error"].every((name) => isFunction(value[name])),
    takes: "a logger with info, warn and error (pino's shape)",
    doc: "Hears what an operator should know, and why tokens were refused.",
  },
  onEvent: { check: isFunction, takes: "a function", doc: "Receives every event as plain data." },
  isRevoked: {
    check: isFunction,
    takes: "a function from an identity to a boolean or a promise of one",
    doc: "Asked on every use of a token, cached or not. Its failure is 503.",
  },
  claims: {
    check: (value) => (isPlainObject(value) || isFunction(value)) && "~standard" in (value as object),
    takes: "a Standard Schema (zod, valibot, arktype, …)",
    doc: "Checks and types the application's own claims; a mismatch is 401.",
  },
  replayStore: {
    check: (value) => typeof value === "object" && value !== null && "add" in value && isFunction(value.add),
    takes: "a store of used DPoP proofs: { add(key, expiresAt) }",
    doc: "Which DPoP proofs have been used; for processes that share an address, a store that they share. Its failure is 503.",
    default: "the process's memory, bounded",
  },
  clientCertificate: {
    check: isFunction,
    takes: "a function from a request to a certificate in DER, or its thumbprint",
    doc: "The client's TLS certificate where it is not in the TLS socket: behind a proxy that ends TLS, or on a runtime without sockets.",
    default: "the TLS socket's, on Node",
  },
  waitUntil: {
    check: isFunction,
    takes: "a function that takes a promise",
    doc: "Keeps background refreshes alive on runtimes that end with the response.",
  },
} as const satisfies OptionTable;
