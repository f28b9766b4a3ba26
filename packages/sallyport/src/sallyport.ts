// The composition root: options → rooms wired together. Frameworks put their own face on what this returns.
import {
  type AuditSink,
  type AuditStats,
  consoleLogger,
  consoleSink,
  createAudit,
  isDevelopment,
  type LoggerSink,
  refusalSink,
} from "./audit/index.ts";
import { type Decision, decide, type Requirement, requirement } from "./authorize/index.ts";
import { configFromEnvironment, doubtsAbout, inCallersWords } from "./config/index.ts";
import type { AuthEvent } from "./events.ts";
import {
  createGuard,
  createResourceMetadata,
  type Guard,
  type GuardOptions,
  type OnRefused,
  type RequestFacts,
  type ResourceMetadata,
  type ResourceMetadataOptions,
  resourceMetadataTable,
} from "./http/index.ts";
import type { Identity, JsonObject } from "./identity.ts";
import type { Login, SecretAge } from "./login/index.ts";
import { checkArguments, isFunction, isPlainObject, type OptionTable } from "./options.ts";
import {
  createPeople,
  noAdministration,
  noDeviceLogin,
  noTokenSource,
  type People,
  type SessionAdministration,
} from "./people.ts";
import {
  type PeopleDeps,
  type PeopleOptions,
  peopleDepsTable,
  peopleOptionTable,
  splitOptions,
} from "./people-options.ts";
import { quietly } from "./quietly.ts";
import { type UpstreamOptions, upstreamFetch } from "./upstream.ts";
import {
  createVerifier,
  depsTable,
  type SigningKey,
  type Verifier,
  type VerifierDeps,
  type VerifierHealth,
  type VerifierOptions,
  verifierOptionTable,
} from "./verify/index.ts";
import { joinWatches, type Telemetry } from "./watch.ts";

export type { UpstreamOptions } from "./upstream.ts";

/** Options of `sallyport()`: the verifier's, and how refusals are made. */
export interface SallyportOptions extends Omit<VerifierOptions, "issuers">, PeopleOptions {
  /** `answer` (default) sends the refusal; `throw` hands the `AuthError` to the framework's own error handling. */
  readonly refuse?: "answer" | "throw";
  /** What the metadata document of the resource says of it (RFC 9728), beside what follows from the other options. */
  readonly resourceMetadata?: ResourceMetadataOptions;
}

/** What is alive: the verifier's, the audit sinks, and the say in refusals. */
export interface SallyportDeps<Claims = JsonObject> extends VerifierDeps<Claims>, PeopleDeps {
  /**
   * Where the audit trail goes: one sink or several; `[]` for nowhere. Where it is left out, `logger` hears of refusals;
   * and where nothing listens at all, the console does, in development.
   */
  readonly audit?: AuditSink | readonly AuditSink[];
  /** Metrics and traces (`sallyport/prom-client`, `sallyport/opentelemetry`): one or several. */
  readonly telemetry?: Telemetry | readonly Telemetry[];
  /** May change body and headers of a refusal; never its status. */
  readonly onRefused?: OnRefused;
}

/** Plain data about an application, for a health endpoint. */
export interface ApplicationHealth extends VerifierHealth {
  readonly audit: readonly AuditStats[];
  /** How old the client secrets in use are, where their options say since when (`since`). */
  readonly clientSecrets: readonly SecretAge[];
}

/** What every framework's `auth` has in common. */
export interface Core<Claims = JsonObject> {
  readonly verifier: Verifier<Claims>;
  readonly refuse: "answer" | "throw";
  /** The resource's metadata document; `undefined` where there is none. */
  readonly metadata: ResourceMetadata | undefined;
  /** From now on challenges point to the document. */
  metadataIsServed(): void;
  /** The guard's second way in; `undefined` where nobody signs in, as are the next two. */
  readonly sessions: People<Claims>["sessions"] | undefined;
  readonly router: People<Claims>["router"] | undefined;
  /** The name of the cookie that sessions are in, for documents that describe the application. */
  readonly sessionCookie: string | undefined;
  readonly administration: SessionAdministration;
  tokenSource: Login["tokenSource"];
  deviceLogin: Login["deviceLogin"];
  /** A `fetch` in the name of who came in. */
  upstream(facts: RequestFacts, options?: UpstreamOptions): Promise<typeof globalThis.fetch>;
  /** Compiles a guard; a framework's `required()` and `optional()` call it once a route. */
  guard(needed: Requirement | undefined, options?: GuardOptions): Guard<Claims>;
  /** Decides without throwing and without a request. */
  decide(identity: Identity<Claims>, needed: Requirement): Decision | Promise<Decision>;
  ready(): Promise<void>;
  health(): ApplicationHealth;
  signingKeys(): readonly SigningKey[];
  /** Ends fetches in flight and writes out the audit trail. */
  close(): Promise<void>;
}

/** Rows of {@link SallyportOptions}. */
export const sallyportOptionTable = {
  ...verifierOptionTable,
  ...peopleOptionTable,
  refuse: {
    check: (value) => value === "answer" || value === "throw",
    takes: "answer or throw",
    words: ["answer", "throw"],
    doc: "Whether a refusal is sent, or thrown as an `AuthError` into the framework's own error handling.",
    default: "`answer`",
  },
  resourceMetadata: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(resourceMetadataTable).join(", ")}`,
    doc: "What the [metadata document](resource-metadata.md) of the resource says of it (RFC 9728). Needs `publicUrl` or `resource`.",
  },
} as const satisfies OptionTable;

const isSink = (value: unknown) =>
  typeof value === "object" && value !== null && "write" in value && isFunction(value.write);
const isTelemetry = (value: unknown) =>
  typeof value === "object" && value !== null && "watch" in value && isFunction(value.watch);

/** Rows of {@link SallyportDeps}. */
export const sallyportDepsTable = {
  ...depsTable,
  ...peopleDepsTable,
  audit: {
    check: (value) => isSink(value) || (Array.isArray(value) && value.every(isSink)),
    takes: "an audit sink ({ name, write }) or a list of them",
    doc: "Where the audit trail goes; `[]` for nowhere.",
    default: "refusals to `logger`; without one and without `onEvent`, to the console in development",
  },
  telemetry: {
    check: (value) => isTelemetry(value) || (Array.isArray(value) && value.every(isTelemetry)),
    takes: "what prometheus() or openTelemetry() returns ({ watch }), or a list of such",
    doc: "Metrics and traces: see [Metrics and traces](observability.md).",
    default: "none",
  },
  onRefused: {
    check: isFunction,
    takes: "a function from a refusal to { headers, body }",
    doc: "May change body and headers of a refusal; never its status.",
  },
} as const satisfies OptionTable;

/**
 * Wires everything together. Without options, the environment is read (see the configuration reference).
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 */
export function createCore<Claims = JsonObject>(
  given?: SallyportOptions,
  deps: SallyportDeps<Claims> = {},
): Core<Claims> {
  const options = given ?? (configFromEnvironment() as SallyportOptions);
  checkArguments("sallyport", options, sallyportOptionTable, deps, sallyportDepsTable);
  const { refuse = "answer", resourceMetadata: description, ...rest } = options;
  const apart = splitOptions(rest);
  const { verifier: verifierOptions } = apart;
  const { audit: _audit, telemetry, onRefused, sessionStore: _sessionStore, ...verifierDeps } = deps;
  const sinks = sinksOf(deps);
  const audit = sinks.length === 0 ? undefined : createAudit({ sinks, waitUntil: deps.waitUntil });
  const { now = Date.now, onEvent } = deps;
  const watch = joinWatches(listOf(telemetry).map((one) => one.watch()));

  function emit(event: AuthEvent): void {
    audit?.emit(event);
    if (onEvent) quietly(() => onEvent(event));
  }

  const heard = audit !== undefined || onEvent !== undefined;
  // Events that the same logger has from the audit trail are not logged by who emits them.
  const logged = sinks.some((sink) => hasLogger(sink, deps));
  const call = { name: "sallyport", options: verifierOptions, fromEnvironment: given === undefined };
  const verifier = inCallersWords(call, () =>
    createVerifier<Claims>(
      verifierOptions,
      heard ? { ...(logged ? withoutLogger(verifierDeps) : verifierDeps), onEvent: emit } : verifierDeps,
      watch,
      { clients: apart.clients.map(({ clientId }) => clientId !== undefined) },
    ),
  );
  const toConsole = speaksToConsole(deps);
  const listeners = { logged: logged || toConsole, onEvent: heard ? emit : undefined, watch };
  const people = createPeople(apart, {
    deps: toConsole ? { ...deps, logger: consoleLogger } : deps,
    verifier,
    listeners,
  });
  const metadata = inCallersWords(call, () => metadataOf(verifierOptions, description, verifier));
  for (const { event, message } of doubtsAbout(verifierOptions))
    quietly(() => deps.logger?.warn({ event }, message));
  const challenge = { realm: options.realm ?? "api", ...(verifier.dpop && { dpop: verifier.dpop }) };
  // A challenge that points to a 404 is worse than none: it waits for what serves the document.
  const pointing = metadata && {
    challenge: { ...challenge, resourceMetadata: metadata.url, scopes: options.requiredScopes ?? [] },
    served: false,
  };
  const guardDeps = {
    verifier,
    sessions: people?.sessions,
    metadata,
    challenge,
    pointing,
    onRefused,
    refuse,
    warn: deps.logger && ((message: string) => deps.logger?.warn({ event: "on_refused_failed" }, message)),
    now,
    emit: heard ? emit : undefined,
    watch,
  };
  const health = () => ({
    ...verifier.health(),
    audit: audit?.stats() ?? [],
    clientSecrets: people?.login.secretAges() ?? [],
  });
  watch?.opened({ health, signIn: people?.signIn });

  return {
    verifier,
    refuse,
    metadata,
    metadataIsServed() {
      if (pointing) pointing.served = true;
    },
    guard: (needed, guardOptions = {}) => createGuard(needed, guardOptions, guardDeps),
    decide: (identity, needed) => decide(identity, requirement(needed), now()),
    sessions: people?.sessions,
    router: people?.router,
    sessionCookie: people?.sessionCookie,
    administration: people?.administration ?? noAdministration,
    tokenSource: people?.login.tokenSource ?? noTokenSource,
    deviceLogin: people?.login.deviceLogin ?? noDeviceLogin,
    upstream: (facts, upstreamOptions = {}) => upstreamFetch(facts, upstreamOptions, deps),
    async ready() {
      await Promise.all([verifier.ready(), people?.login.ready()]);
    },
    health,
    signingKeys: () => verifier.signingKeys(),
    async close() {
      verifier.close();
      people?.close();
      await audit?.close();
      watch?.closed();
    },
  };
}

/** @throws TypeError where a description has nothing to describe, or no client could use it */
function metadataOf(
  { resource, publicUrl, mtls }: VerifierOptions,
  description: ResourceMetadataOptions | undefined,
  { authorizationServers, dpop }: Pick<Verifier, "authorizationServers" | "dpop">,
): ResourceMetadata | undefined {
  const named = resource ?? publicUrl;
  if (named === undefined) {
    if (!description) return undefined;
    throw new TypeError(
      "sallyport: `resourceMetadata` needs `publicUrl` or `resource`: a request's `Host` is never believed",
    );
  }
  const metadata = createResourceMetadata({
    resource: named,
    option: resource === undefined ? "publicUrl" : "resource",
    authorizationServers,
    description,
    dpop,
    // By default such tokens are taken where a certificate is seen; whether callers' certificates get here, who sets it knows.
    mtls: mtls === "accepted" || mtls === "required",
  });
  if (metadata || !description) return metadata;
  throw new TypeError(
    "sallyport: `resourceMetadata` needs an issuer that clients can get tokens from (`authorizationServer`)",
  );
}

function sinksOf(deps: Pick<SallyportDeps, "audit" | "logger" | "onEvent">) {
  const { audit, logger } = deps;
  if (audit !== undefined) return listOf(audit);
  if (logger) return [refusalSink(logger)];
  return speaksToConsole(deps) ? [consoleSink()] : [];
}

/** To a newcomer's, who has not said where anything is to be written. */
function speaksToConsole({ audit, logger, onEvent }: Pick<SallyportDeps, "audit" | "logger" | "onEvent">) {
  return audit === undefined && !logger && onEvent === undefined && isDevelopment();
}

function listOf<One>(given: One | readonly One[] | undefined): readonly One[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given as One];
}

function hasLogger(sink: Partial<LoggerSink>, { logger }: Pick<SallyportDeps, "logger">): boolean {
  return logger !== undefined && sink.logger === logger;
}

function withoutLogger<Claims>({ logger: _logger, ...rest }: VerifierDeps<Claims>): VerifierDeps<Claims> {
  return rest;
}
