// What kind of token it is that is no access token: rows of a table.
import { presets } from "sallyport";
import { inferPreset, presetsAccepting } from "sallyport/diagnose";
import { isObject } from "../answer.ts";
import type { Check } from "../finding.ts";

export type Json = Readonly<Record<string, unknown>>;
/** A signed token's readable parts, and the time in seconds since 1970. */
export type Signed = { readonly header: Json; readonly claims: Json; readonly now: number };

export const text = (value: unknown) => (typeof value === "string" ? value : "");
export const has = (claims: Json, ...names: readonly string[]) =>
  names.some((name) => claims[name] !== undefined);
const typOf = ({ header }: Signed) => text(header.typ).toLowerCase().replace("application/", "");
export const fitting = ({ header, claims }: Signed) =>
  presetsAccepting(typeof header.typ === "string" ? header.typ : undefined, claims as never);
export const isLogoutToken = (token: Signed) =>
  typOf(token) === "logout+jwt" ||
  (isObject(token.claims.events) && JSON.stringify(token.claims.events).includes("backchannel-logout"));
const isRefreshToken = (token: Signed) =>
  /^(refresh|offline)$/i.test(text(token.claims.typ)) || typOf(token) === "rt+jwt";
export const isProof = (token: Signed) => typOf(token) === "dpop+jwt";

function isIdToken(token: Signed): boolean {
  const { claims } = token;
  if (isLogoutToken(token) || isRefreshToken(token) || isProof(token) || isWorkload(claims)) return false;
  if (claims.typ === "ID" || claims.token_use === "id" || text(claims.jti).startsWith("ID.")) return true;
  if (fitting(token).length > 0 || typOf(token) === "at+jwt" || !has(claims, "sub")) return false;
  if (has(claims, "nonce", "at_hash", "c_hash", "s_hash")) return true;
  const client = text(claims.azp);
  if (client !== "" && [claims.aud].flat().includes(client)) return true;
  // No client is named: of the providers that are known, no access token is so; of others, one with scopes may be.
  const known = inferPreset(text(claims.iss)) !== undefined;
  return !has(claims, "client_id", "azp", "appid", "cid") && (known || !has(claims, "scope", "scp"));
}

/** What these presets are for has the form of an ID token. Google also writes its issuer without `https://`. */
function isWorkload(claims: Json): boolean {
  const preset = inferPreset(text(claims.iss)) ?? inferPreset(`https://${text(claims.iss)}`);
  return has(claims, "kubernetes.io") || (preset !== undefined && presets[preset].singleAudience === true);
}

/** Tokens that are good for something, and not for an API. */
export const kindChecks: readonly Check<Signed>[] = [
  {
    id: "id_token",
    level: "mend",
    says: "It looks like an ID token: it tells an application who signed in, and is no key to an API",
    mend: "Send the access token to the API: `access_token` of the token endpoint's answer, not `id_token`.",
    test: isIdToken,
  },
  {
    id: "logout_token",
    level: "mend",
    says: "It is a logout token (Back-Channel Logout), by which a provider ends sessions",
    mend: "It belongs to the application's back-channel logout endpoint, and nowhere else.",
    test: isLogoutToken,
  },
  {
    id: "refresh_token",
    level: "mend",
    says: "It is a refresh token, which is for the provider's token endpoint alone",
    mend: "Never send it to an API: exchange it for an access token at the provider.",
    test: isRefreshToken,
  },
  {
    id: "dpop_proof",
    level: "mend",
    says: "It is a DPoP proof, which goes with an access token and is none",
    mend: "It belongs into the header `DPoP`; the access token goes into `Authorization: DPoP …` (RFC 9449 §7.1).",
    test: isProof,
  },
];
