// The issuers that are asked about their tokens (RFC 7662): which token goes to which, and each wired together.
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import type { Watch } from "../../watch.ts";
import type { Verified } from "../contract.ts";
import { discoverUrl } from "../issuers/discovery.ts";
import type { TrustedIssuer } from "../issuers/trusted-issuers.ts";
import { fetchDocument } from "../keys/fetch-document.ts";
import { type KnownToken, outOfTime, type Voucher } from "../known-token.ts";
import type { VerifierDeps } from "../options.ts";
import type { Tell } from "../tell.ts";
import { type Aborts, createAborts } from "./aborts.ts";
import { claimsOf } from "./answer.ts";
import { answeredPolicy } from "./answered-policy.ts";
import { createAuthenticator } from "./client-auth.ts";
import { createEndpoint } from "./endpoint.ts";
import { createIntrospector, type IntrospectionEvent, type Introspector } from "./introspector.ts";
import { isOpaque } from "./opaque.ts";
import type { IntrospectionHealth, Proof } from "./proof.ts";
import { createProviderWatch } from "./provider-watch.ts";
import { createQuestion } from "./question.ts";
import type { IntrospectionSettings } from "./settings.ts";
import { createSignedAnswers } from "./signed-answer.ts";

/** What {@link createIntrospection} needs of the verifier. */
export interface IntrospectionParts<Claims> {
  readonly deps: Pick<VerifierDeps, "fetch" | "waitUntil">;
  readonly now: () => number;
  readonly random: () => number;
  readonly tell: Tell;
  /** Looks on, where somebody does. */
  readonly watch: Watch | undefined;
  readonly tokenBytes: number;
  readonly documentBytes: number;
  readonly depth: number;
  /** What the cache has of a token. */
  readonly known: (token: string) => KnownToken<Claims> | undefined;
  /** Checks claims as those of a JWT, makes an identity of them, and remembers it. */
  readonly believe: (
    token: string,
    claims: JsonObject,
    voucher: Voucher,
    proof: Proof,
  ) => Verified<Claims> | Promise<Verified<Claims>>;
}

/** Asks issuers about tokens. */
export interface Introspection<Claims> {
  /** The answer about a token whose issuer can't be read from it; `undefined` for any other token. */
  opaque(token: string): Verified<Claims> | Promise<Verified<Claims>> | undefined;
  /** The answer about a JWT; `undefined` where its issuer is not asked about those. */
  jwt(
    token: string,
    claims: JsonObject,
    issuer: TrustedIssuer,
  ): Verified<Claims> | Promise<Verified<Claims>> | undefined;
  ready(): Promise<unknown>;
  health(issuer: TrustedIssuer): IntrospectionHealth | undefined;
  close(): void;
}

interface Asked<Claims> {
  readonly settings: IntrospectionSettings;
  readonly introspector: Introspector<Claims>;
}

/** Makes what asks those of the issuers that are to be asked; `undefined` where none is. */
export function createIntrospection<Claims>(
  issuers: readonly TrustedIssuer[],
  parts: IntrospectionParts<Claims>,
): Introspection<Claims> | undefined {
  const aborts = createAborts();
  const asked = new Map<TrustedIssuer, Asked<Claims>>();
  for (const trusted of issuers) {
    const settings = trusted.policy.introspection;
    if (!settings) continue;
    asked.set(trusted, { settings, introspector: wire(trusted, settings, parts, aborts) });
  }
  // Prefixes exclude each other, so at most one fits; the issuer without one gets what is left.
  const inTurn = [...asked.values()].sort(
    (left, right) => right.settings.prefix.length - left.settings.prefix.length,
  );

  const introspection: Introspection<Claims> = {
    opaque(token) {
      if (typeof token !== "string" || !isOpaque(token, parts.tokenBytes)) return undefined;
      for (const { settings, introspector } of inTurn) {
        if (token.startsWith(settings.prefix)) return introspector.ask(token);
      }
      throw new AuthError(
        "invalid_issuer",
        "The token is opaque, and does not begin as those of any issuer that is asked (`prefix`)",
      );
    },
    jwt(token, { jti, cnf }, issuer) {
      const found = asked.get(issuer);
      if (!found?.settings.all) return undefined;
      return found.introspector.ask(token, { jti: typeof jti === "string" ? jti : undefined, cnf });
    },
    ready: () => Promise.all([...asked.values()].map(({ introspector }) => introspector.ready())),
    health: (issuer) => asked.get(issuer)?.introspector.health(),
    close() {
      for (const { introspector } of asked.values()) introspector.close();
      aborts.close();
    },
  };
  return asked.size === 0 ? undefined : introspection;
}

/** Answers are short: a larger one is not one. */
const greatestAnswer = 65_536;

function wire<Claims>(
  trusted: TrustedIssuer,
  settings: IntrospectionSettings,
  parts: IntrospectionParts<Claims>,
  aborts: Aborts,
): Introspector<Claims> {
  const { now, random, depth, documentBytes } = parts;
  const { policy } = trusted;
  const timeoutMs = (policy.options.fetchTimeoutSeconds ?? 5) * 1000;
  const lostMs = timeoutMs * 3 + 1_000;
  const maxBytes = Math.min(greatestAnswer, documentBytes);
  // Read at each use: a test or a tracer may replace the global later.
  const fetch = parts.deps.fetch ?? ((...request) => globalThis.fetch(...request));
  const voucher: Voucher = {
    policy: answeredPolicy(policy, settings),
    keys: { stillTrusted: (proof, at) => introspector.isFresh(proof as Proof, at) },
  };
  const { clientId } = settings;
  const discovered = createEndpoint({
    discover: (get) => discoverUrl(policy, get, "introspection_endpoint"),
    get: (url) =>
      aborts.during((signal) =>
        fetchDocument(url, {
          fetch,
          timeoutMs,
          maxBytes: documentBytes,
          signal,
          failure: "discovery_failed",
        }),
      ),
    now,
    lostMs,
  });
  const report = (event: IntrospectionEvent) =>
    parts.tell({ issuer: policy.name, ...messageOf(event, settings) });
  const question = createQuestion({
    fetch,
    timeoutMs,
    maxBytes,
    aborts,
    endpoint: () => settings.endpoint ?? discovered.find(),
    authenticate: createAuthenticator(settings.credentials, {
      clientId,
      issuer: policy.name,
      now,
      random,
    }),
    open: settings.signed ? createSignedAnswers({ trusted, clientId, maxBytes, depth, now }) : undefined,
    depth,
    now,
  });
  const provider = createProviderWatch({
    put: watched(question, policy.name, parts.watch),
    madeUpToken: `${settings.prefix}made-up-by-sallyport`,
    now,
    lostMs,
    report,
    failed: discovered.forget,
  });
  const introspector: Introspector<Claims> = createIntrospector<Claims>({
    ...settings,
    provider,
    lostMs,
    known: (token) => {
      const known = parts.known(token);
      return known?.trusted === voucher ? known : undefined;
    },
    outOfTime: (known) => (now() / 1000 < known.until ? undefined : outOfTime(known, now() / 1000)),
    believe: (token, answer, proof, own) =>
      parts.believe(token, claimsOf(answer, policy, settings, own), voucher, proof),
    now,
    random,
    flood: () => report({ name: "flood" }),
    waitUntil: parts.deps.waitUntil,
  });
  return introspector;
}

type Question = ReturnType<typeof createQuestion>;

/** Each question as a request to the provider, for metrics and traces; no answer is a failure, though nothing rejects. */
function watched(question: Question, issuer: string, watch: Watch | undefined): Question {
  if (!watch) return question;
  const request = { kind: "introspection", issuer } as const;
  return (token, jti) =>
    watch.request(
      request,
      () => question(token, jti),
      ({ failure }) => failure?.error,
    );
}

function messageOf(
  event: IntrospectionEvent,
  { staleMs, maxInFlight }: IntrospectionSettings,
): Pick<Parameters<Tell>[0], "name" | "message"> {
  switch (event.name) {
    case "failed":
    case "refused_us": {
      const effect = `tokens that were active stay in use for ${staleMs / 1000} seconds, others get 503`;
      return { name: `introspection_${event.name}`, message: `${event.error.message}; ${effect}` };
    }
    case "recovered":
      return { name: "introspection_recovered", message: "The provider answers about tokens again" };
    case "flood":
      return {
        name: "introspection_flood",
        message: `As many questions about tokens as may be (${maxInFlight}) are in flight: further tokens get 503`,
      };
  }
}
