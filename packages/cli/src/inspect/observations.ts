// What can be said of a token without asking anybody: rows of a table.
import { inferPreset } from "sallyport/diagnose";
import { isObject } from "../answer.ts";
import type { Check } from "../finding.ts";
import type { DecodedToken } from "./decode.ts";
import { fitting, has, isLogoutToken, isProof, type Json, kindChecks, type Signed, text } from "./kinds.ts";
import { span } from "./times.ts";

/** A token, and when it is looked at. */
export interface TokenFacts {
  readonly token: DecodedToken;
  /** Seconds since 1970. */
  readonly now: number;
}

const tolerance = 5;
const greatestDate = 253_402_300_799;
const day = 86_400;
const forbidden = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty"];

const number = (value: unknown) => (typeof value === "number" ? value : undefined);
const confirmation = ({ claims: { cnf } }: Signed): Json => (isObject(cnf) ? cnf : {});

const isUnsigned = ({ header }: Signed) => /^none$/i.test(text(header.alg));

const signedChecks: readonly Check<Signed>[] = [
  ...kindChecks,
  {
    id: "unsigned",
    level: "mend",
    says: "Its alg is none: anybody can have written it",
    mend: "Let the provider sign its tokens (RS256, ES256, EdDSA). If it is not from your provider, somebody tries the door.",
    test: isUnsigned,
  },
  {
    id: "header_names_key",
    level: "mend",
    says: "Its header names a key source or an extension that no access token needs",
    mend: "Find out who made it: a verifier that obeys such a header takes the attacker's own key.",
    test: ({ header }) => {
      const found = forbidden.filter((name) => header[name] !== undefined);
      return found.length > 0 && `Its header has ${found.join(", ")}, which no access token needs`;
    },
  },
  {
    id: "expired",
    level: "mend",
    says: "It has expired",
    mend: "Get a fresh one. Where fresh ones are refused too, compare the clocks: `sallyport doctor --issuer` does.",
    test: ({ claims, now }) => {
      const exp = number(claims.exp);
      return exp !== undefined && exp <= now && `It expired ${span(now - exp)} ago`;
    },
  },
  {
    id: "not_yet_valid",
    level: "mend",
    says: "It is from the future",
    mend: "The clock of who made it is ahead of this one: set the clocks (`sallyport doctor --issuer` measures them).",
    test: ({ claims, now }) => {
      const from = Math.max(number(claims.nbf) ?? 0, number(claims.iat) ?? 0);
      return from > now + tolerance && from <= greatestDate && `It is valid in ${span(from - now)} only`;
    },
  },
  {
    id: "dates_not_seconds",
    level: "mend",
    says: "A date in it is in milliseconds, or no number: NumericDates are seconds",
    mend: "Let who makes it write seconds since 1970 (RFC 7519 §2).",
    test: ({ claims }) =>
      ["exp", "iat", "nbf"].some((name) => {
        const value = claims[name];
        return value !== undefined && !((number(value) ?? Number.POSITIVE_INFINITY) <= greatestDate);
      }),
  },
  {
    id: "never_expires",
    level: "mend",
    says: "It has no exp: whoever finds it can use it for ever",
    mend: "Let the provider date its tokens; no verifier should accept one without exp.",
    test: (token) => token.claims.exp === undefined && !isProof(token) && !isLogoutToken(token),
  },
  {
    id: "audience_missing",
    level: "advice",
    says: "It names no audience (aud): no API can tell whether it is meant",
    mend: "Name the API in the request (`resource`, `audience` or a scope, as the provider has it); in Keycloak, add an audience mapper.",
    // Cognito's access tokens have none.
    test: (token) => !has(token.claims, "aud") && token.claims.token_use !== "access" && !isProof(token),
  },
  {
    id: "kid_missing",
    level: "advice",
    says: "It does not name its key (kid): with several keys published, it is refused",
    mend: "Let the provider set kid.",
    test: (token) => token.header.kid === undefined && !isProof(token) && !isUnsigned(token),
  },
  {
    id: "shared_secret",
    level: "advice",
    says: "It is signed with a shared secret (HS256 and its like): every API that can check it can make it, too",
    mend: "Switch the provider to RS256, ES256 or EdDSA.",
    test: ({ header }) => /^HS\d+$/.test(text(header.alg)),
  },
  {
    id: "long_lived",
    level: "advice",
    says: "It lives for more than a day",
    mend: "Let the provider issue access tokens for minutes, an hour at most; `maxTokenAgeSeconds` bounds them in the API.",
    test: ({ claims }) => {
      const seconds = (number(claims.exp) ?? 0) - (number(claims.iat) ?? Number.POSITIVE_INFINITY);
      return seconds > day && seconds < greatestDate && `It lives for ${span(seconds)}`;
    },
  },
  {
    id: "dpop_bound",
    level: "note",
    says: "It is bound to a DPoP key (cnf.jkt): without a proof of that key it is worth nothing",
    test: (token) => confirmation(token).jkt !== undefined,
  },
  {
    id: "certificate_bound",
    level: "note",
    says: "It is bound to a client certificate (cnf.x5t#S256): only over mutual TLS with that is it worth anything",
    test: (token) => confirmation(token)["x5t#S256"] !== undefined,
  },
  {
    id: "acting",
    level: "note",
    says: "Somebody acts for its subject (act): a token exchange",
    test: ({ claims }) => has(claims, "act"),
  },
  {
    id: "provider",
    level: "note",
    says: "Whose it is, as its iss says: nothing that is proven",
    test: ({ claims }) => {
      const preset = inferPreset(text(claims.iss));
      return preset && `Its iss is one of the provider that the preset ${preset} is for`;
    },
  },
  {
    id: "fits_preset",
    level: "note",
    says: "Which presets take a token of this form for an access token",
    test: (token) => {
      const names = fitting(token);
      return names.length > 0
        ? `It has the form of an access token for the preset ${names.join(" or ")}`
        : "It has the form of an access token of no provider that the library knows";
    },
  },
];

/** All that is said of a token on sight; `docs/cli.md` lists them. */
export const observations: readonly Check<TokenFacts>[] = [
  {
    id: "encrypted",
    level: "mend",
    says: "It is encrypted (JWE, five parts): only who has the key can read it",
    mend: "Let the provider sign access tokens for this API, and not encrypt them.",
    test: ({ token }) => token.form === "encrypted",
  },
  {
    id: "opaque",
    level: "note",
    says: "It is opaque: it says nothing by itself",
    mend: "Let the API ask the provider about it (`introspection` in the library), or have JWTs issued for this API, often by naming the audience in the request.",
    test: ({ token: { form, mark, length } }) =>
      form === "opaque" &&
      `It is opaque (${length} characters): it says nothing by itself${mark ? `. It begins like ${mark}` : ""}`,
  },
  {
    id: "unreadable",
    level: "mend",
    says: "It can't be read as a token",
    mend: "Look for a cut or line-wrapped token, quotes, or another thing that was copied along.",
    test: ({ token: { form, flaw } }) =>
      form === "broken" || form === "signed" ? flawWords(flaw) : undefined,
  },
  ...signedChecks.map((check) => ({
    ...check,
    test: ({ token: { form, header, claims }, now }: TokenFacts) =>
      form === "signed" && header && claims ? check.test({ header, claims, now }) : undefined,
  })),
];

// What the header holds has rows of its own.
function flawWords(flaw: string | undefined): string | undefined {
  return flaw?.startsWith("The header has the member") ? undefined : flaw;
}
