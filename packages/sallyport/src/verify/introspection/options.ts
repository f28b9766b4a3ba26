// What can be said of asking a provider about its tokens: the type for users, and a row each for check, environment and docs.
import {
  isBoolean,
  isInteger,
  isPlainObject,
  isText,
  isUrl,
  type OptionTable,
  parseJson,
} from "../../options.ts";

/** How this API proves to the introspection endpoint who is asking (RFC 6749 §2.3.1, RFC 7523 §2.2). */
export type IntrospectionAuthMethod = "client_secret_basic" | "client_secret_post" | "private_key_jwt";

/** Asking an issuer about its tokens (RFC 7662). */
export interface IntrospectionOptions {
  /** Where to ask. Default: the `introspection_endpoint` of the issuer's metadata. */
  readonly endpoint?: string;
  /** This API's own client at the provider. */
  readonly clientId: string;
  /** The client's secret; `privateKey` in its place. */
  readonly clientSecret?: string;
  /** The client's private key as a JWK (RSA, EC or Ed25519), for `private_key_jwt`. */
  readonly privateKey?: Readonly<Record<string, unknown>>;
  /** Default: `client_secret_basic` with a secret, `private_key_jwt` with a key. */
  readonly authMethod?: IntrospectionAuthMethod;
  /** What the `aud` of a client assertion is: the issuer (default), or the introspection endpoint. */
  readonly assertionAudience?: "issuer" | "endpoint";
  /** Which tokens are asked about: those that are no JWT (default), or this issuer's JWTs as well. */
  readonly tokens?: "opaque" | "all";
  /** What this issuer's opaque tokens begin with; needed where several issuers are asked. */
  readonly prefix?: string;
  /** Seconds for which an answer is believed, and a revoked token may still be taken. Default: 60. */
  readonly cacheSeconds?: number;
  /** Seconds for which a refused token is refused without asking. Default: 10. */
  readonly negativeCacheSeconds?: number;
  /** Seconds for which a known token is taken beyond `cacheSeconds` while the provider fails. Default: 300. */
  readonly staleSeconds?: number;
  /** Only answers that the issuer has signed (RFC 9701) are believed. Default: false. */
  readonly signedResponse?: boolean;
  /** Most questions at a time; a token beyond that gets 503. Default: 100. */
  readonly maxInFlight?: number;
  /**
   * Takes answers without `aud`. Only for a provider that calls a token active to none but the API that it is for: any
   * other would let a token for somebody else in.
   */
  readonly insecureAllowMissingAudience?: boolean;
  /**
   * Takes answers without `token_type`. Only for a provider that calls nothing but access tokens active: from any other a
   * refresh token is taken for one.
   */
  readonly insecureAllowMissingTokenType?: boolean;
}

const authMethods: readonly string[] = ["client_secret_basic", "client_secret_post", "private_key_jwt"];

const wholeSeconds = (greatest: number) => ({
  check: isInteger(0, greatest),
  takes: `a whole number of seconds from 0 to ${greatest}`,
});

/** Rows of {@link IntrospectionOptions}. */
export const introspectionTable = {
  endpoint: {
    check: isUrl,
    takes: "an https URL (http for loopback with `insecureAllowLoopback`)",
    doc: "The introspection endpoint, as seen from here.",
    default: "`introspection_endpoint` of the metadata",
    env: ["OAUTH2_INTROSPECTION_ENDPOINT", "OIDC_INTROSPECTION_ENDPOINT"],
  },
  clientId: {
    check: isText,
    takes: "the id of this API's own client at the provider",
    doc: "This API's own client at the provider, which asks about tokens.",
    env: ["OAUTH2_INTROSPECTION_CLIENT_ID", "OIDC_INTROSPECTION_CLIENT_ID"],
  },
  clientSecret: {
    check: isText,
    takes: "the secret of that client",
    doc: "The secret of the client that asks about tokens. It, or `privateKey`, must be given: an endpoint that answers anybody is not asked.",
    env: ["OAUTH2_INTROSPECTION_CLIENT_SECRET", "OIDC_INTROSPECTION_CLIENT_SECRET"],
    secret: true,
  },
  privateKey: {
    check: isPlainObject,
    takes: "the client's private key as a JWK",
    doc: "The private key of the client that asks about tokens (a JWK: RSA, EC or Ed25519), for `private_key_jwt`.",
    env: ["OAUTH2_INTROSPECTION_PRIVATE_KEY", "OIDC_INTROSPECTION_PRIVATE_KEY"],
    parse: parseJson,
    secret: true,
  },
  authMethod: {
    check: (value) => authMethods.some((method) => method === value),
    takes: authMethods.join(", ").replace(/, (?=[^,]*$)/, " or "),
    words: authMethods,
    doc: "How the client that asks about tokens proves who it is.",
    default: "`client_secret_basic` with a secret, `private_key_jwt` with a key",
    env: ["OAUTH2_INTROSPECTION_AUTH_METHOD", "OIDC_INTROSPECTION_AUTH_METHOD"],
  },
  assertionAudience: {
    check: (value) => value === "issuer" || value === "endpoint",
    takes: "issuer or endpoint",
    doc: "What a client assertion names as its `aud`: the issuer, or, where the provider wants that, the endpoint.",
    default: "`issuer`",
  },
  tokens: {
    check: (value) => value === "opaque" || value === "all",
    takes: "opaque or all",
    doc: "Which tokens the provider is asked about: those that are no JWT, or this issuer's JWTs as well (then no keys are fetched).",
    default: "`opaque`",
    env: ["OAUTH2_INTROSPECTION_TOKENS", "OIDC_INTROSPECTION_TOKENS"],
  },
  prefix: {
    check: (value) => typeof value === "string" && /^[A-Za-z0-9\-._~+/]{1,64}$/.test(value),
    takes: "up to 64 characters that a token may have: letters, digits and -._~+/",
    doc: "What this issuer's opaque tokens begin with. Of several issuers that are asked, only one may go without.",
  },
  cacheSeconds: {
    ...wholeSeconds(3600),
    doc: "How long an answer is believed, never beyond `exp`: for so long a revoked token may still be taken.",
    default: "`60`",
  },
  negativeCacheSeconds: {
    ...wholeSeconds(300),
    doc: "How long a token that was refused is refused without asking again.",
    default: "`10`",
  },
  staleSeconds: {
    ...wholeSeconds(3600),
    doc: "How much longer a token that was active is taken while the provider fails, never beyond `exp`. After that the answer is 503.",
    default: "`300`",
  },
  signedResponse: {
    check: isBoolean,
    takes: "true or false",
    doc: "Believes only answers that the issuer has signed (RFC 9701).",
    default: "`false`",
  },
  maxInFlight: {
    check: isInteger(1, 10_000),
    takes: "a whole number from 1 to 10000",
    doc: "Most questions at a time. What comes beyond that gets 503 at once.",
    default: "`100`",
  },
  insecureAllowMissingAudience: {
    check: isBoolean,
    takes: "true or false",
    doc: "Takes answers without `aud`. Only for a provider that calls a token active to none but the API that it is for.",
    default: "`false`",
  },
  insecureAllowMissingTokenType: {
    check: isBoolean,
    takes: "true or false",
    doc: "Takes answers without `token_type`. Only for a provider that calls nothing but access tokens active: elsewhere a refresh token is taken for one.",
    default: "`false`",
  },
} as const satisfies OptionTable;
