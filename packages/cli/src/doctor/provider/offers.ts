// Checks of what the provider offers (OpenID Connect Discovery §3, RFC 8414, RFC 9700): signatures, sign-in, and what is good to know.
import { isSafeUrl } from "../../answer.ts";
import type { Check } from "../../finding.ts";
import type { ProviderFacts } from "./facts.ts";

type WithDocument = ProviderFacts & { readonly document: Readonly<Record<string, unknown>> };

/** A list of texts in the metadata; `undefined` where it is not there. */
function list({ document }: WithDocument, name: string): readonly string[] | undefined {
  const value = document[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : undefined;
}

const has = ({ document }: WithDocument, name: string) => document[name] !== undefined;
const signsPeopleIn = (facts: WithDocument) => has(facts, "authorization_endpoint");
const names = (facts: WithDocument, name: string) => list(facts, name)?.join(", ") ?? "";

export const signatureChecks: readonly Check<WithDocument>[] = [
  {
    id: "no_common_algorithm",
    level: "mend",
    says: "The provider signs with no algorithm that is accepted from it",
    mend: "Switch its clients to RS256, ES256 or EdDSA; or list its algorithm in the library's `algorithms`.",
    test: (facts) => {
      const offered = list(facts, "id_token_signing_alg_values_supported");
      const accepted: readonly string[] = facts.algorithms;
      return (
        offered !== undefined &&
        !offered.some((one) => accepted.includes(one)) &&
        `The provider signs with ${offered.join(", ") || "nothing"}; accepted from it are ${accepted.join(", ")}`
      );
    },
  },
  {
    id: "unsigned_offered",
    level: "advice",
    says: "The provider offers ID tokens without a signature (`none`)",
    mend: "Switch `none` off at the provider, or make sure that no client asks for it. This library never accepts it.",
    test: (facts) => list(facts, "id_token_signing_alg_values_supported")?.includes("none"),
  },
  {
    id: "weak_proofs_accepted",
    level: "mend",
    says: "The provider takes DPoP proofs of `none` or of a shared secret, which prove nothing",
    mend: "Leave asymmetric algorithms only in dpop_signing_alg_values_supported (RFC 9449 §5.1): ES256, EdDSA, PS256.",
    test: (facts) =>
      list(facts, "dpop_signing_alg_values_supported")?.some((one) => /^(none|HS\d+)$/.test(one)),
  },
];

export const signInChecks: readonly Check<WithDocument>[] = [
  {
    id: "pkce_not_offered",
    level: "advice",
    says: "The provider does not say that it supports PKCE with S256",
    mend: "Switch PKCE (code_challenge_methods_supported: S256) on at the provider, and require it of every client (RFC 9700 §2.1.1).",
    test: (facts) =>
      signsPeopleIn(facts) && !list(facts, "code_challenge_methods_supported")?.includes("S256"),
  },
  {
    id: "pkce_plain_offered",
    level: "advice",
    says: "The provider accepts PKCE's method plain, which protects from nobody who sees the request",
    mend: "Leave S256 alone in code_challenge_methods_supported.",
    test: (facts) => list(facts, "code_challenge_methods_supported")?.includes("plain"),
  },
  {
    id: "issuer_not_in_response",
    level: "advice",
    says: "The provider does not name itself in its authorization responses (RFC 9207)",
    mend: "Switch authorization_response_iss_parameter_supported on; until then, give each of several providers a `login.redirectUri` of its own, so that answers can't be mixed up.",
    test: (facts) =>
      signsPeopleIn(facts) && facts.document.authorization_response_iss_parameter_supported !== true,
  },
  {
    id: "implicit_offered",
    level: "advice",
    says: "The provider hands out access tokens in the browser's address (the implicit grant)",
    mend: "Switch the response types with `token` off, and use the code flow with PKCE (RFC 9700 §2.1.2).",
    test: (facts) => list(facts, "response_types_supported")?.some((one) => one.split(" ").includes("token")),
  },
  {
    id: "password_grant_offered",
    level: "advice",
    says: "The provider takes people's passwords from applications (the password grant)",
    mend: "Switch the grant `password` (direct access grants) off wherever a client does not need it any more (RFC 9700 §2.4).",
    test: (facts) => list(facts, "grant_types_supported")?.includes("password"),
  },
  {
    id: "mtls_alias_not_https",
    level: "mend",
    says: "An endpoint for mutual TLS is not https",
    mend: "Each address in mtls_endpoint_aliases is https (RFC 8705 §5): without TLS there is no certificate.",
    // On loopback they follow the provider's own addresses, as a Keycloak's do while it is developed with.
    test: ({ document: { mtls_endpoint_aliases: aliases }, insecureAllowLoopback }) =>
      typeof aliases === "object" &&
      aliases !== null &&
      Object.values(aliases).some((url) => !isSafeUrl(url, insecureAllowLoopback)),
  },
];

export const offerNotes: readonly Check<WithDocument>[] = [
  {
    id: "backchannel_logout",
    level: "note",
    says: "Back-channel logout: whether the provider tells applications that a person signed out",
    test: ({ document }) =>
      document.backchannel_logout_supported === true
        ? "Back-channel logout is offered: applications with sessions can be told that a person signed out"
        : "Back-channel logout is not offered: an application learns of a sign-out elsewhere only when its tokens expire",
  },
  {
    id: "introspection",
    level: "note",
    says: "Introspection: whether the provider can be asked about a token (RFC 7662)",
    test: (facts) =>
      has(facts, "introspection_endpoint")
        ? "Introspection is offered: opaque tokens can be asked about (`introspection` in the library)"
        : "Introspection is not offered: access tokens must be JWTs",
  },
  {
    id: "dpop",
    level: "note",
    says: "DPoP: whether tokens can be bound to a key (RFC 9449)",
    test: (facts) =>
      has(facts, "dpop_signing_alg_values_supported")
        ? `DPoP is offered (${names(facts, "dpop_signing_alg_values_supported")}): stolen tokens of such clients are worth nothing`
        : "DPoP is not offered",
  },
  {
    id: "mtls",
    level: "note",
    says: "Mutual TLS: whether tokens can be bound to a certificate (RFC 8705)",
    test: (facts) =>
      (facts.document.tls_client_certificate_bound_access_tokens === true ||
        has(facts, "mtls_endpoint_aliases")) &&
      `Mutual TLS is offered${has(facts, "mtls_endpoint_aliases") ? ", with addresses of its own (mtls_endpoint_aliases)" : ""}`,
  },
];
