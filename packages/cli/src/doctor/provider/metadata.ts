// Checks of the discovery document: whether it comes, whose it is, and where it leads (OpenID Connect Discovery §3, §4).
import { issuerDifference } from "sallyport/diagnose";
import { type Answer, isSafeUrl } from "../../answer.ts";
import type { Check } from "../../finding.ts";
import type { ProviderFacts } from "./facts.ts";

type Document = Readonly<Record<string, unknown>>;
type WithDocument = ProviderFacts & { readonly document: Document };

/** Failures of TLS, by their codes. */
const isTlsFailure = (code: string | undefined) =>
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|EPROTO)/.test(code ?? "");

/** Whether an answer is a redirect. */
export const isRedirect = ({ status }: Answer) => status >= 300 && status < 400;

/** Ends a sentence about a redirect; a query, which may hold a key, is left out. */
export function target({ url, headers }: Answer): string {
  const location = headers.get("location");
  if (location === null || !URL.canParse(location, url)) return ", which is not followed";
  const { origin, pathname } = new URL(location, url);
  return ` to ${origin}${pathname}, which is not followed`;
}

export const metadataAnswerChecks: readonly Check<Answer>[] = [
  {
    id: "discovery_tls",
    level: "mend",
    says: "The provider's certificate is not trusted here",
    mend: "Name the certificate authority in NODE_EXTRA_CA_CERTS, here and for the API; renew or complete the chain where it has expired or lacks an intermediate.",
    test: ({ failure }) =>
      isTlsFailure(failure) && `The provider's certificate is not trusted here (${failure})`,
  },
  {
    id: "discovery_unreachable",
    level: "mend",
    says: "The provider does not answer",
    mend: "Is it running, and is this its address as seen from here? Within a container, 127.0.0.1 is the container itself. Where callers know it by another name, `discoveryUrl` or `jwksUri` takes the address as seen from the API.",
    test: ({ status, failure }) =>
      status === 0 && !isTlsFailure(failure) && `The provider does not answer (${failure})`,
  },
  {
    id: "discovery_redirect",
    level: "mend",
    says: "The metadata document is behind a redirect, which is not followed",
    mend: "Take the final URL as the issuer: look for http, a host's other name, a slash.",
    test: (answer) => isRedirect(answer) && `The metadata document is behind a redirect${target(answer)}`,
  },
  {
    id: "discovery_status",
    level: "mend",
    says: "There is no metadata document where the issuer should have it",
    mend: "Compare the issuer with the provider's own: the realm, the tenant, what stands before it in the path.",
    test: (answer) =>
      answer.status !== 0 &&
      answer.status !== 200 &&
      !isRedirect(answer) &&
      `There is no metadata document at ${new URL(answer.url).pathname}: the answer was ${answer.status}`,
  },
  {
    id: "discovery_not_json",
    level: "mend",
    says: "The metadata document is not a JSON object of at most 512 KiB; perhaps it is a page for people",
    mend: "Compare the issuer with the provider's own, and look for a proxy or a sign-in page in front of it.",
    test: ({ status, document }) => status === 200 && document === undefined,
  },
  {
    id: "discovery_content_type",
    level: "advice",
    says: "The metadata document is not sent as application/json",
    mend: "Let the provider, or the proxy in front of it, send `Content-Type: application/json`.",
    test: ({ status, document, headers }) =>
      status === 200 &&
      document !== undefined &&
      !/^application\/json\b/i.test(headers.get("content-type") ?? ""),
  },
];

const endpoints = [
  "authorization_endpoint",
  "token_endpoint",
  "userinfo_endpoint",
  "introspection_endpoint",
  "revocation_endpoint",
  "device_authorization_endpoint",
  "end_session_endpoint",
  "pushed_authorization_request_endpoint",
] as const;

const unsafe = ({ document, insecureAllowLoopback }: WithDocument) =>
  endpoints.filter(
    (name) => document[name] !== undefined && !isSafeUrl(document[name], insecureAllowLoopback),
  );

export const documentChecks: readonly Check<WithDocument>[] = [
  {
    id: "issuer_missing",
    level: "mend",
    says: "The metadata document names no issuer",
    mend: "This is not an OpenID Provider's metadata: compare the issuer with the provider's own.",
    test: ({ document }) => document.issuer === undefined,
  },
  {
    id: "issuer_differs",
    level: "mend",
    says: "The metadata document names another issuer than the one that was asked for",
    mend: "Configure the issuer to the letter as the document (and the tokens' iss) has it; if that one is wrong (http, an internal host), tell the provider its public URL.",
    // Entra ID's shared documents hold a template: what the library says of those is said by `library_refuses`.
    test: ({ document, issuer, chosen }) =>
      document.issuer !== undefined &&
      document.issuer !== issuer &&
      !chosen.tenancy &&
      issuerDifference("The metadata document's issuer", document.issuer, issuer),
  },
  {
    id: "keys_address_missing",
    level: "mend",
    says: "The metadata document has no jwks_uri",
    mend: "The provider must publish its keys and name them in jwks_uri; where it can't, give the library `jwksUri` or `jwks`.",
    test: ({ document }) => typeof document.jwks_uri !== "string" || !URL.canParse(document.jwks_uri),
  },
  {
    id: "keys_address_not_https",
    level: "mend",
    says: "The keys are published by http, where anybody on the way can change them",
    mend: "Tell the provider its public https URL, so that jwks_uri begins with it.",
    test: ({ document: { jwks_uri: uri }, insecureAllowLoopback }) =>
      typeof uri === "string" && URL.canParse(uri) && !isSafeUrl(uri, insecureAllowLoopback),
  },
  {
    id: "endpoint_not_https",
    level: "mend",
    says: "An endpoint of the provider is not https: codes, secrets and tokens go there",
    mend: "Tell the provider its public https URL; behind a proxy that ends TLS, let it trust the proxy's forwarded headers.",
    test: (facts) => {
      const names = unsafe(facts);
      return names.length > 0 && `Not https: ${names.join(", ")}. Codes, secrets and tokens go there`;
    },
  },
];
