// Options of `auth.openapi()`.
import { checkOptions, isBoolean, isPlainObject, isText, isUrl, type OptionTable } from "../options.ts";
import type { RefusalStatus } from "./responses.ts";
import type { MediaType } from "./types.ts";

/** What may be said of an issuer's security scheme. */
export interface SchemeOptions {
  /** The scheme's name among `components.securitySchemes`. Default: `oidc`; of a second issuer `oidc-2`, and so on. */
  readonly name?: string;
  /** Where people sign in. Default: what the issuer's discovery document says, once it has been read. */
  readonly authorizationUrl?: string;
  /** Where codes become tokens; goes with `authorizationUrl`. */
  readonly tokenUrl?: string;
  /** The discovery document as the readers of this document reach it. Default: the issuer's. */
  readonly openIdConnectUrl?: string;
  /** What stands before each scope at the provider, and not in the token (`api://…/` at Entra ID). */
  readonly scopePrefix?: string;
  /** Descriptions of scopes; scopes beside those of the routes, such as `openid`, are offered too. */
  readonly scopes?: Readonly<Record<string, string>>;
  readonly description?: string;
}

/** Options of `auth.openapi()`. */
export interface OpenApiOptions extends SchemeOptions {
  /** The same by issuer, where several are trusted. */
  readonly issuers?: Readonly<Record<string, SchemeOptions>>;
  /** The statuses to document. Default: all that a route can answer with. */
  readonly statuses?: readonly RefusalStatus[];
  /** Whether a 403 names what the route needs: scopes, roles, names of claims and checks. Default: true. */
  readonly describe?: boolean;
  /** Bodies of refusals by media type, where `onRefused` or error handling of your own writes them. */
  readonly content?: Readonly<Record<string, MediaType>>;
}

/** Every status there is. */
export const allStatuses: readonly RefusalStatus[] = [400, 401, 403, 503];

// What is written here is opened by the reader's browser.
const isPublicUrl = (value: unknown) =>
  isUrl(value) && /^(https:|http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/))/.test(new URL(value).href);
const url = (doc: string) => ({ check: isPublicUrl, takes: "an https URL (http on loopback)", doc });

const schemeTable = {
  name: {
    // OpenAPI 3.0 §4.7.7: the names that components may have.
    check: (value) => typeof value === "string" && /^[\w.-]+$/.test(value),
    takes: "letters, digits, `.`, `-` and `_`",
    doc: "The scheme's name.",
  },
  authorizationUrl: url("Where people sign in."),
  tokenUrl: url("Where codes become tokens."),
  openIdConnectUrl: url("The discovery document."),
  scopePrefix: {
    check: isText,
    takes: "what stands before each scope",
    doc: "What stands before each scope.",
  },
  scopes: {
    check: (value) => isPlainObject(value) && Object.values(value).every((text) => typeof text === "string"),
    takes: "an object from scopes to descriptions",
    doc: "Descriptions of scopes.",
  },
  description: { check: isText, takes: "a text", doc: "The scheme's description." },
} as const satisfies OptionTable;

const table = {
  ...schemeTable,
  issuers: {
    check: isPlainObject,
    takes: "an object from issuers to their options",
    doc: "The options of each issuer.",
  },
  statuses: {
    check: (value) =>
      Array.isArray(value) && value.every((one) => allStatuses.includes(one as RefusalStatus)),
    takes: "a list of 400, 401, 403 and 503",
    doc: "The statuses to document.",
  },
  describe: { check: isBoolean, takes: "true or false", doc: "Whether a 403 names what is needed." },
  content: {
    check: (value) => isPlainObject(value) && Object.values(value).every(isPlainObject),
    takes: "an object from media types to { schema }",
    doc: "Bodies of refusals.",
  },
} as const satisfies OptionTable;

/**
 * The options of each issuer, in the order of the issuers.
 *
 * @throws TypeError naming the option and what it takes, or the issuer that nothing trusts
 */
export function schemeOptions(
  options: OpenApiOptions,
  issuers: readonly string[],
): readonly (SchemeOptions & { readonly name: string })[] {
  checkOptions("openapi", options, table);
  const { issuers: each = {}, statuses: _s, describe: _d, content: _c, name = "oidc", ...shared } = options;
  for (const [issuer, own] of Object.entries(each)) {
    if (!issuers.includes(issuer))
      throw new TypeError(
        `openapi: \`issuers\` names an issuer that is not configured; it takes ${issuers.join(", ")}`,
      );
    checkOptions(`openapi.issuers["${issuer}"]`, own, schemeTable);
  }
  const all = issuers.map((issuer, index) => ({
    ...shared,
    name: index === 0 ? name : `${name}-${index + 1}`,
    ...(Object.hasOwn(each, issuer) ? each[issuer] : {}),
  }));
  for (const option of ["authorizationUrl", "tokenUrl", "openIdConnectUrl"] as const) {
    if (issuers.length > 1 && shared[option] !== undefined) {
      throw new TypeError(`openapi: \`${option}\` is one issuer's: with several, it goes under \`issuers\``);
    }
  }
  if (all.some((one) => (one.authorizationUrl === undefined) !== (one.tokenUrl === undefined))) {
    throw new TypeError("openapi: `authorizationUrl` and `tokenUrl` go together");
  }
  if (new Set(all.map((one) => one.name)).size < all.length) {
    throw new TypeError("openapi: `name` is there twice; each issuer's scheme has its own");
  }
  return all;
}
