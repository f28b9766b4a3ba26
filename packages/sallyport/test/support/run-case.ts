// Runs one case of the tables against a verifier: with keys at hand, and with keys that have to be fetched.
import {
  AuthError,
  type AuthErrorCode,
  createVerifier,
  decide,
  type Identity,
  type JsonWebKeySet,
  type Verifier,
  type VerifierOptions,
} from "../../src/index.ts";
import type { TokenCase } from "../cases/types.ts";
import type { Kit } from "./kit.ts";

/** What came of a token. */
export type Outcome =
  | { readonly accepted: true; readonly identity: Identity }
  | { readonly accepted: false; readonly error: unknown };

export function optionsOf(one: TokenCase, kit: Kit): VerifierOptions {
  const { issuers, ...config } = one.config?.(kit) ?? {};
  const jwks: JsonWebKeySet = { keys: one.keys?.(kit) ?? kit.jwks.keys };
  const own = { issuer: kit.issuer, audience: kit.audience };
  if (issuers) return { ...config, issuers };
  return config.secret === undefined ? { ...own, jwks, ...config } : { ...own, ...config };
}

/** A provider in memory. It counts what is asked of it, and answers nothing but its own two documents. */
export function memoryProvider(options: VerifierOptions) {
  const requested: string[] = [];
  const documents = new Map<string, unknown>();
  for (const { issuer, jwks } of options.issuers ?? [options]) {
    if (!issuer || !jwks) continue;
    const base = issuer.replace(/\/$/, "");
    documents.set(`${base}/.well-known/openid-configuration`, { issuer, jwks_uri: `${base}/keys` });
    documents.set(`${base}/keys`, jwks);
  }
  const fetch = (async (url: string | URL | Request) => {
    requested.push(String(url));
    const document = documents.get(String(url));
    return document ? Response.json(document) : new Response("no", { status: 404 });
  }) as typeof globalThis.fetch;
  const { jwks: _own, issuers, ...rest } = options;
  const remote: VerifierOptions = issuers
    ? { ...rest, issuers: issuers.map(({ jwks: _theirs, ...one }) => one) }
    : rest;
  return { fetch, requested, known: new Set(documents.keys()), options: remote };
}

/** The token's outcome through `verify`, and the requirement's where the case has one. */
export async function outcomeOf(
  verifier: Verifier,
  one: TokenCase,
  kit: Kit,
  token: unknown,
): Promise<Outcome> {
  try {
    const identity = await verifier.verify(token as string);
    return judged(identity, await decide(identity, one.needs, kit.nowSeconds * 1000));
  } catch (error) {
    return { accepted: false, error };
  }
}

function judged(identity: Identity, decision: Awaited<ReturnType<typeof decide>>): Outcome {
  return decision.allowed
    ? { accepted: true, identity }
    : { accepted: false, error: new AuthError(decision.code, decision.reason) };
}

export function staticVerifier(one: TokenCase, kit: Kit): Verifier {
  const fetch = (() => {
    throw new Error("Nothing may be fetched");
  }) as typeof globalThis.fetch;
  return createVerifier(optionsOf(one, kit), { now: () => kit.nowSeconds * 1000, fetch });
}

const beforeKeys: readonly AuthErrorCode[] = [
  "malformed_token",
  "forbidden_header",
  "disallowed_alg",
  "invalid_issuer",
];

/** How many requests a cold verifier may make for this case. */
export function requestsOf({ requests, expect }: TokenCase): number {
  return requests ?? (expect !== "accept" && beforeKeys.includes(expect) ? 0 : 2);
}
