// Asking the provider what it says of who signed in, now (OIDC Core §5.3), and what of that a session may hold.
import { AuthError } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import { isPlainObject } from "../options.ts";
import type { SessionContent } from "../session/index.ts";
import { stringList } from "../verify/index.ts";
import { ProviderFailure } from "./failure.ts";
import { openJwt } from "./id-token.ts";
import type { ProviderClient } from "./provider-client.ts";

/**
 * The session with what its ID token leaves out. Nothing that the ID token says is said anew: who it is about, for whom it was
 * made and for how long is what was signed.
 *
 * @throws AuthError by rejection: `invalid_id_token` where it is of somebody else (§5.3.2), `provider_unavailable`
 */
export async function withUserinfo(api: ProviderClient, content: SessionContent): Promise<SessionContent> {
  const { sub, ...said } = await askUserinfo(api, content);
  if (sub !== content.subject) {
    throw new AuthError("invalid_id_token", "The provider's userinfo is of another person than the ID token");
  }
  return { ...content, userinfo: without(said, ofTokens) };
}

/** Claims of a token, not of a person: from userinfo they would date and address a session that is not theirs. */
const ofTokens = [
  "iss",
  "aud",
  "azp",
  "exp",
  "nbf",
  "iat",
  "jti",
  "nonce",
  "auth_time",
  "acr",
  "amr",
  "sid",
  "events",
];

function without(claims: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

/**
 * @throws ProviderFailure with RFC 6750's `invalid_token` or `insufficient_scope` where the provider refuses the access token;
 * AuthError `provider_unavailable` where there is nothing that may be believed
 */
export async function askUserinfo(api: ProviderClient, content: SessionContent): Promise<JsonObject> {
  const { userinfo_endpoint: url } = await api.metadata();
  if (typeof url !== "string") throw unusable("the provider has no userinfo endpoint");
  const { accessToken, dpopKey } = content.tokens;
  const response = await api.ask({ what: "The request for userinfo", dpopKey }, ({ openid, config, dpop }) =>
    openid
      .fetchProtectedResource(config, accessToken, new URL(url), "GET", undefined, undefined, dpop)
      .catch(challenged),
  );
  const refusal = refusals[response.status];
  if (refusal !== undefined) {
    const message = `The request for userinfo was refused by the provider (${refusal})`;
    throw new ProviderFailure(new AuthError("login_refused", message), refusal);
  }
  if (response.status !== 200) throw unusable("its answer was not 200");
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  const text = await response.text();
  if (type === "application/jwt") return signed(text, api.client);
  if (type !== "application/json") throw unusable("its answer is neither JSON nor a JWT");
  let claims: unknown;
  try {
    claims = JSON.parse(text);
  } catch {
    throw unusable("its answer is not JSON");
  }
  if (!isPlainObject(claims)) throw unusable("its answer is not a JSON object");
  return claims as JsonObject;
}

/** §5.3.3, RFC 6750 §3.1. */
const refusals: Readonly<Record<number, string>> = { 401: "invalid_token", 403: "insufficient_scope" };

/** openid-client throws an answer with a challenge (RFC 9110 §11.6.1), of which the status alone counts here. */
function challenged(thrown: unknown): Response {
  const { status } = Object(thrown) as { readonly status?: unknown };
  if (typeof status !== "number") throw thrown;
  return new Response(null, { status });
}

/** §5.3.2: signed, it has `iss` and `aud`, and they are who we asked, and we. */
async function signed(jwt: string, { provider, clientId }: ProviderClient["client"]): Promise<JsonObject> {
  const { header, payload } = await openJwt(jwt, provider, unusable);
  if (header.typ !== undefined && header.typ !== "jwt" && header.typ !== "userinfo+jwt") {
    throw unusable("its typ is that of another kind of token");
  }
  if (Object.hasOwn(payload, "events") || Object.hasOwn(payload, "nonce")) {
    throw unusable("it is another kind of token");
  }
  if (!stringList(payload.aud)?.includes(clientId)) throw unusable("its aud is not this client");
  return payload;
}

function unusable(why: string, cause?: unknown): AuthError {
  return new AuthError("provider_unavailable", `The userinfo cannot be used: ${why}`, { cause });
}
