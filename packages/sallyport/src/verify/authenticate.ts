// Who signed a token: its issuer, then the key, then the signature (RFC 7515 §5.2, RFC 8725 §3.8).
import { platform } from "#platform";
import { chain } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import { issuerDifference, type KnownIssuer } from "./issuers/issuer-difference.ts";
import { presetsAccepting } from "./issuers/preset-choice.ts";
import { keyMayServe, tenantMatches } from "./issuers/tenants.ts";
import type { TrustedIssuer } from "./issuers/trusted-issuers.ts";
import { sameAlgorithm } from "./keys/algorithms.ts";
import type { VerificationKey } from "./keys/jwk.ts";
import { thumbprintsAgree } from "./keys/thumbprints.ts";
import { includes } from "./token/claims.ts";
import type { CompactToken } from "./token/compact.ts";
import { describeMalformed } from "./token/malformed.ts";

/**
 * Takes a token apart; of what is none it says what it looks like.
 *
 * @throws AuthError `malformed_token` or `forbidden_header`
 */
export function parseToken(parser: { parse(token: unknown): CompactToken }, token: unknown): CompactToken {
  try {
    return parser.parse(token);
  } catch (error) {
    throw describeMalformed(error, token);
  }
}

/**
 * The issuer that a token names, before any key is looked up.
 *
 * @throws AuthError `missing_claim` or `invalid_issuer`
 */
export function issuerOf(
  claims: JsonObject,
  trustedIssuers: ReadonlyMap<string, TrustedIssuer>,
): TrustedIssuer {
  const { iss } = claims;
  if (iss === undefined) throw new AuthError("missing_claim", "The token has no iss");
  const trusted = typeof iss === "string" ? trustedIssuers.get(iss) : undefined;
  if (!trusted) {
    throw new AuthError("invalid_issuer", issuerDifference("The token's iss", iss, labelled(trustedIssuers)));
  }
  if (!tenantMatches(trusted.policy, claims)) {
    throw new AuthError("invalid_issuer", "The token's tenant claim is not the tenant of its iss");
  }
  if (trusted.policy.audience.length === 0) {
    throw new AuthError(
      "invalid_audience",
      "No access token is taken here: this application has no audience",
    );
  }
  return trusted;
}

/** Every accepted `iss` with its place in the configuration. */
function* labelled(trustedIssuers: ReadonlyMap<string, TrustedIssuer>): Generator<KnownIssuer> {
  const seen = new Set<TrustedIssuer>();
  for (const [text, trusted] of trustedIssuers) {
    seen.add(trusted);
    yield { text, label: `issuers[${seen.size - 1}]` };
  }
}

/**
 * Whether the header may stand on an access token of this issuer.
 *
 * @throws AuthError `disallowed_alg` or `wrong_token_type`
 */
export function checkHeader({ header, payload }: CompactToken, { policy }: TrustedIssuer): void {
  if (!policy.algorithms.some((name) => sameAlgorithm(name, header.alg))) {
    const allowed = policy.algorithms.join(", ");
    throw new AuthError("disallowed_alg", `The token's alg is not allowed for this issuer: ${allowed} are`);
  }
  const { headerTypes, name } = policy.preset;
  if (includes(headerTypes, header.typ ?? null)) return;
  const others = presetsAccepting(header.typ, payload);
  const hint = others.length > 0 ? `; tokens of this form fit the preset ${others.join(", ")}` : "";
  throw new AuthError(
    "wrong_token_type",
    `The header's typ is not that of an access token (preset ${name})${hint}`,
  );
}

/**
 * The issuer's key with which the signature verifies.
 *
 * @throws AuthError `key_not_found`, `invalid_issuer` or `invalid_signature`, and what fetching keys throws
 */
export function findKey(
  parsed: CompactToken,
  trusted: TrustedIssuer,
): VerificationKey | Promise<VerificationKey> {
  return chain(trusted.keys.find(parsed.header.kid, parsed.header.alg), (keys) =>
    firstGoodKey(ownKeys(keys, parsed, trusted), parsed, 0),
  );
}

/** The keys that belong to the token's issuer, where a shared set says whose they are, and that its header does not contradict. */
function ownKeys(keys: readonly VerificationKey[], parsed: CompactToken, { policy }: TrustedIssuer) {
  const { header, payload } = parsed;
  const own = policy.preset.tenancy
    ? keys.filter((key) => keyMayServe(policy, key.issuer, payload.iss as string))
    : keys;
  if (own.length === 0 && keys.length > 0) {
    throw new AuthError("invalid_issuer", "The signing key belongs to another issuer than the token's");
  }
  return header.thumbprints
    ? own.filter((key) => thumbprintsAgree(header.thumbprints, key.thumbprints))
    : own;
}

/** Duplicate keys are tried in turn; usually there is one. */
function firstGoodKey(
  keys: readonly VerificationKey[],
  parsed: CompactToken,
  index: number,
): VerificationKey | Promise<VerificationKey> {
  const key = keys[index];
  if (!key) {
    throw index === 0
      ? new AuthError("key_not_found", "The issuer publishes no key of this kid and algorithm")
      : new AuthError("invalid_signature", "The signature does not verify with the issuer's key");
  }
  return chain(verifySignature(key, parsed), (good) =>
    good === true ? key : firstGoodKey(keys, parsed, index + 1),
  );
}

function verifySignature(
  key: VerificationKey,
  { signature, signingInput }: CompactToken,
): boolean | Promise<boolean> {
  const { row } = key;
  // A length the algorithm does not have is refused before the runtime can make anything of it (RFC 7518 §3.4).
  if (row.signatureBytes !== undefined && signature.length !== row.signatureBytes) return false;
  return platform.verify(row, key.key, signingInput, signature);
}
