// What to do about each refusal: the one thing that the table of codes can't say. `docs/errors.md` and the command show it.
import type { AuthErrorCode } from "../errors.ts";

/** For whoever runs the API, in Markdown: never sent to a caller. */
export const advice: Readonly<Record<AuthErrorCode, string>> = Object.freeze({
  missing_token:
    "Send `Authorization: Bearer <token>`. A token in the query, the body or a cookie is never read.",
  invalid_request:
    "Send exactly one `Authorization` header with one token, and none in the query. Look for a proxy that adds a second header.",
  malformed_token:
    "The token is not a compact JWS of canonical base64url and strict JSON. Look for a cut or line-wrapped token, an encrypted one (five parts), or an opaque one: then the provider must be told to issue JWTs for this API, or be asked about its tokens (`introspection`).",
  forbidden_header:
    "The token's header names a key source or an extension (`jku`, `jwk`, `x5c`, `crit`, …). No access token needs one: find out who made it.",
  disallowed_alg:
    "The token is signed with an algorithm that `algorithms` does not list. Change it at the provider, or list it.",
  missing_kid: "The issuer has several keys and the token names none. The provider must set `kid`.",
  wrong_token_type:
    "Most often an ID token, or a provider that needs a `preset`: the log names the preset that fits. Ask the provider for an access token for this API.",
  token_expired: "Get a fresh token. Where fresh tokens are refused too, compare the clocks.",
  token_not_yet_valid:
    "The provider's clock is ahead of this one: set the clocks, or raise `clockToleranceSeconds`.",
  token_too_old: "The token is older than `maxTokenAgeSeconds`: get a fresh one.",
  invalid_issuer:
    "`issuer` must be the token's `iss` to the letter: look for a trailing slash, `http`, another realm or tenant.",
  invalid_audience:
    "The token is meant for another API. Ask for one for this audience (`resource`, `audience` or a scope, as the provider has it), or correct `audience`.",
  missing_claim: "A claim that the preset or `requiredClaims` demands is not there; the log names it.",
  invalid_claim:
    "A claim has a form that no standard gives it; the log names it. Look at the provider's claim mappings.",
  invalid_signature:
    "Changed on its way, or made by someone else under the issuer's name. One in a while is noise; many are an attack.",
  sender_constrained:
    "The token is bound to a key (DPoP, mutual TLS), and came without it; or it is bound to none, and `dpop` or `mtls` is `required`. The log says which. DPoP needs `publicUrl` here.",
  invalid_dpop_proof:
    "The log says which part of the proof is wrong. Most often `publicUrl` is not the URL that the client calls, or a proof was used twice.",
  use_dpop_nonce:
    "Make a proof with the nonce of the answer's `DPoP-Nonce` and send the request again; DPoP clients do so by themselves.",
  replay_store_unavailable:
    "`deps.replayStore` failed, or the process's own memory of proofs is full: see the error's `cause`.",
  invalid_token: "The token does not fit the application's own schema (`deps.claims`).",
  token_inactive:
    "The provider was asked and does not call the token active: it has expired, was revoked, or was never one of this provider's. Get a fresh one; where fresh tokens are refused too, the provider may call tokens active only to the API that they are for.",
  token_revoked: "`isRevoked` said so. The caller must sign in again.",
  key_not_found:
    "The issuer does not publish the key that the token names. After a rotation, or where a token comes from another environment (staging, another realm).",
  jwks_fetch_failed: "The keys can't be fetched: see the event `keys_fetch_failed`, and `health()`.",
  jwks_error: "The provider's key set is not one, or too large: see `health()`.",
  discovery_failed:
    "The metadata document can't be had or names another issuer: `auth.ready()` says which. Look for a trailing slash in `issuer`.",
  introspection_failed:
    "The provider can't be asked about the token, or gave an answer that is none: see the events `introspection_failed` and `introspection_refused_us` (this API's own credentials), and `health()`.",
  revocation_unavailable: "`isRevoked` failed or answered with something else than true or false.",
  check_failed:
    "A `check()` of a requirement, or the application's code within one, failed. The error's `cause` says why.",
  sync_unavailable: "Use `verify()`: this token's answer needs a promise.",
  closed: "The verifier was closed; requests that come during a shutdown read this.",
  login_required: "Nobody is signed in: a page is sent to the sign-in, a program is told where it is.",
  session_ended:
    "The person signed out, an administrator or the provider ended the session, or it came to its limits (`session.idleSeconds`, `session.absoluteSeconds`). Or the cookie is another application's on this host, at whatever port: give each a `session.cookieName` of its own.",
  cross_site_request:
    "A browser sent this request from another site with the session's cookie. From pages of your own, look at `publicUrl`; a front end's development server hands the API's paths on, and is the `publicUrl` then; for other origins, let callers use a token.",
  session_store_unavailable: "`deps.sessionStore` failed or is out of reach: see the error's `cause`.",
  session_too_large:
    "The session does not fit into cookies: keep sessions in a store (`deps.sessionStore`), or have the provider put fewer roles and groups into its tokens.",
  refresh_failed:
    "The provider can't be asked for new tokens, and the old ones have been over for too long: see the error's `cause`.",
  login_interrupted:
    "The provider's answer does not fit the sign-in, or a request is not one that begins one; the log says in what. A sign-in is good for ten minutes, for one callback, and for processes with the same `session.secret`.",
  login_cookie_missing:
    "The provider's answer came without the cookie of the sign-in that it belongs to. Cookies are blocked; or the sign-in began on another host than `publicUrl`; or a proxy takes them away (`sallyport doctor --app` tries it); or the page was left for more than ten minutes, or loaded again.",
  login_refused:
    "The provider ended the sign-in with an error, which the log has: most often the person has cancelled, or may not use this application.",
  invalid_id_token:
    "The ID token is not one for this application and this sign-in; the log says which check failed. Look at the clock, `clientId` and `issuer`.",
  provider_unavailable: "The provider's token endpoint can't be reached or fails: see the error's `cause`.",
  provider_refused_client:
    "The provider does not accept this application's credentials: compare `clientId`, `clientSecret` and the way it authenticates with the provider's set-up.",
  invalid_logout_token:
    "A back-channel logout came with a token that is none of this provider's for this application; the log says which check failed.",
  insufficient_scope: "Ask the provider for a token with the scopes that the challenge's `scope` names.",
  insufficient_permissions:
    "The caller lacks a role, group, permission, or another part of the requirement; the log says which.",
  insufficient_user_authentication:
    "Send the person through sign-in again with the challenge's `acr_values` or `max_age` (RFC 9470).",
});
