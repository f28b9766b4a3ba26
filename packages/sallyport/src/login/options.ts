// What can be said of signing people in: types for users, and a row each for the check, the environment and the docs.
import {
  isBareUrl,
  isBoolean,
  isInteger,
  isPlainObject,
  isScope,
  isText,
  isTextList,
  isUrl,
  type OptionTable,
  parseBoolean,
  parseJson,
  parseList,
} from "../options.ts";

/** How this application proves to the provider who it is (RFC 6749 §2.3.1, RFC 7523 §2.2, RFC 8705 §2). */
export type ClientAuthMethod =
  | "client_secret_basic"
  | "client_secret_post"
  | "private_key_jwt"
  | "tls_client_auth"
  | "self_signed_tls_client_auth"
  | "none";

/** How people sign in at one provider. */
export interface LoginOptions {
  /** What is asked for. `openid` is always among it. Default: `openid email profile`. */
  readonly scopes?: readonly string[];
  /** Default: by what is given: a secret, a private key, or nothing. */
  readonly authMethod?: ClientAuthMethod;
  /** The client's private key as a JWK (RSA, EC or Ed25519), for `private_key_jwt`. */
  readonly privateKey?: Readonly<Record<string, unknown>>;
  /** The callback's address as it is registered at the provider. Default: the public URL and the router's path. */
  readonly redirectUri?: string;
  /** Where people land after the provider's logout; registered there. Default: the public URL. */
  readonly postLogoutRedirectUri?: string;
  /** How the provider answers a sign-in: in the callback's query (default), or by a form that the browser posts. */
  readonly responseMode?: "query" | "form_post";
  /** Other audiences that an ID token may name beside this client. Default: none. */
  readonly trustedAudiences?: readonly string[];
  /** Whether requests are pushed (RFC 9126). Default: where the provider demands it. */
  readonly par?: boolean;
  /** Whether the tokens are bound to a key of the session's own (RFC 9449). Default: false. */
  readonly dpop?: boolean;
  /** `prompt` of every sign-in. */
  readonly prompt?: string;
  /** Authentication context classes, one of which a sign-in must have. */
  readonly acrValues?: readonly string[];
  /** Greatest age of the authentication, in seconds. */
  readonly maxAgeSeconds?: number;
  /** `login_hint` of every sign-in. */
  readonly loginHint?: string;
  /** The API that the access tokens are for (RFC 8707). */
  readonly resource?: string | readonly string[];
  /** Languages of the provider's pages, the preferred first. */
  readonly uiLocales?: readonly string[];
  /** Other parameters of the authorization request. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Whether userinfo is asked for what the ID token leaves out. Default: false. */
  readonly userinfo?: boolean;
  /** What the identity is made of: the ID token (default), or the access token, where it is one for this API. */
  readonly identity?: "id_token" | "access_token";
  /** What people read where they choose between providers. Default: the issuer's host. */
  readonly label?: string;
}

const authMethods: readonly string[] = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "tls_client_auth",
  "self_signed_tls_client_auth",
  "none",
];
const isScopes = (value: unknown) => isTextList(value) && value.every(isScope);
/** What is made for each sign-in, or decided by options of its own. */
const ownParameters = [
  "client_id",
  "response_type",
  "response_mode",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "dpop_jkt",
  "request",
  "request_uri",
  "resource",
  "prompt",
  "acr_values",
  "max_age",
  "login_hint",
  "ui_locales",
];
const isExtra = (value: unknown) =>
  isPlainObject(value) &&
  Object.entries(value).every(([name, text]) => isText(text) && !ownParameters.includes(name));
const trueOrFalse = { check: isBoolean, takes: "true or false" } as const;

/** Rows of {@link LoginOptions}. */
export const loginTable = {
  scopes: {
    check: isScopes,
    takes: "a non-empty list of scopes (without spaces, quotes and backslashes)",
    doc: "The scopes that a sign-in asks for. `openid` is always among them; `offline_access` asks for a refresh token where the provider wants it said.",
    default: "`openid email profile`",
    env: ["OIDC_SCOPES"],
    parse: parseList,
  },
  authMethod: {
    check: (value) => authMethods.some((method) => method === value),
    takes: authMethods.join(", ").replace(/, (?=[^,]*$)/, " or "),
    words: authMethods,
    doc: "How this application proves to the provider who it is.",
    default:
      "`private_key_jwt` with a key; with a secret `client_secret_basic`, or what the provider offers; else `none`",
    env: ["OIDC_AUTH_METHOD"],
  },
  privateKey: {
    check: isPlainObject,
    takes: "the client's private key as a JWK",
    doc: "The client's private key (a JWK: RSA, EC or Ed25519), for `private_key_jwt`.",
    env: ["OIDC_PRIVATE_KEY"],
    parse: parseJson,
    secret: true,
  },
  redirectUri: {
    check: isBareUrl,
    takes: "an https URL without query and fragment (http for loopback with `insecureAllowLoopback`)",
    doc: "The callback's address, exactly as it is registered at the provider.",
    default: "`publicUrl`, the router's `basePath` and the callback's path",
    env: ["OIDC_REDIRECT_URI"],
  },
  postLogoutRedirectUri: {
    check: isBareUrl,
    takes: "an URL of this application without query and fragment",
    doc: "Where people land after the provider has signed them out, exactly as it is registered there.",
    default: "`publicUrl` with a slash at its end",
    env: ["OIDC_POST_LOGOUT_REDIRECT_URI"],
  },
  responseMode: {
    check: (value) => value === "query" || value === "form_post",
    takes: "query or form_post",
    words: ["query", "form_post"],
    doc: "How the provider answers a sign-in: in the callback's query, or by a form that the browser posts. The form needs https: its cookie comes along with a request from another site.",
    default: "`query`",
    env: ["OIDC_RESPONSE_MODE"],
  },
  trustedAudiences: {
    check: isTextList,
    takes: "a non-empty list of audiences",
    doc: "Audiences that an ID token may name beside this client (Zitadel names the project); `azp` must then be this client.",
    default: "none",
  },
  par: {
    ...trueOrFalse,
    doc: "Whether the authorization request is pushed to the provider (RFC 9126), so that the browser carries no more than a reference.",
    default: "where the provider's metadata demands it",
    env: ["OIDC_PAR"],
    parse: parseBoolean,
  },
  dpop: {
    ...trueOrFalse,
    doc: "Whether the tokens are bound to a key of the session's own (RFC 9449). Tokens that are not bound are then refused.",
    default: "`false`",
    env: ["OIDC_LOGIN_DPOP"],
    parse: parseBoolean,
  },
  prompt: {
    check: (value) => isText(value) && /^[a-z_]+( [a-z_]+)*$/.test(value),
    takes: "login, consent, select_account or create, separated by spaces",
    doc: "What the provider asks people at every sign-in.",
    env: ["OIDC_PROMPT"],
  },
  acrValues: {
    check: isScopes,
    takes: "a non-empty list of authentication context classes",
    doc: "Authentication context classes, one of which every sign-in must have.",
    env: ["OIDC_ACR_VALUES"],
    parse: parseList,
  },
  maxAgeSeconds: {
    check: isInteger(0, 31_536_000),
    takes: "a whole number of seconds from 0 to 31536000",
    doc: "How long ago people may have authenticated at the provider when they sign in here.",
    env: ["OIDC_MAX_AGE_SECONDS"],
    parse: Number,
  },
  loginHint: {
    check: isText,
    takes: "a text that the provider knows people by",
    doc: "Whom the provider should expect (`login_hint`).",
  },
  resource: {
    check: (value) => isUrl(value) || (Array.isArray(value) && value.length > 0 && value.every(isUrl)),
    takes: "the URL of an API, or a list of them",
    doc: "The API that the access tokens are for (RFC 8707).",
    env: ["OIDC_RESOURCE_INDICATOR"],
  },
  uiLocales: {
    check: (value) => isTextList(value) && value.every((one) => /^[A-Za-z0-9-]+$/.test(one)),
    takes: "a non-empty list of language tags",
    doc: "Languages of the provider's pages, the preferred first.",
  },
  extra: {
    check: isExtra,
    takes: "an object of texts, none of which is a parameter that another option or each sign-in makes",
    doc: "Other parameters of the authorization request, as a provider wants them (`audience` at Auth0).",
  },
  userinfo: {
    ...trueOrFalse,
    doc: "Whether the provider is asked for userinfo at each sign-in, for what its ID tokens leave out (names, e-mail, groups). One more request a sign-in; what the ID token says stays.",
    default: "`false`",
    env: ["OIDC_USERINFO"],
    parse: parseBoolean,
  },
  identity: {
    check: (value) => value === "id_token" || value === "access_token",
    takes: "id_token or access_token",
    words: ["id_token", "access_token"],
    doc: "What the identity is made of: the ID token, or the access token where it is one for this API (it has roles and permissions that many ID tokens lack).",
    default: "`id_token`",
  },
  label: {
    check: (value) => isText(value) && value.length <= 64,
    takes: "up to 64 characters",
    doc: "What people read where they choose between several providers.",
    default: "the issuer's host",
  },
} as const satisfies OptionTable;
