// The refusal table → Response Objects: which statuses a rule can answer with, their headers and bodies.
import { AuthError, type AuthErrorCode, bodyError, refusals } from "../errors.ts";
import { type Refusable, type Rule, refusable } from "./rule.ts";
import { inWords } from "./sentence.ts";
import type { MediaType, ResponseObject } from "./types.ts";

/** A status that Sallyport refuses with. */
export type RefusalStatus = 400 | 401 | 403 | 503;

/** What decides on the responses beside the rule. */
export interface ResponseSettings {
  readonly statuses: readonly RefusalStatus[];
  /** Whether the 403 says what is needed. */
  readonly describe: boolean;
  /** The bodies, where the application writes its own; `{}` where nothing is known of them. */
  readonly content: Readonly<Record<string, MediaType>> | undefined;
  /** What the configuration asks of every token. */
  readonly always: Refusable;
  /** Whether tokens may be bound by DPoP, whose refusals there are otherwise none of. */
  readonly dpop: boolean;
  /** Whether people may come by a session. */
  readonly sessions: boolean;
}

/** The answers of a guard in place of the handler's. */
export function responsesOf(rule: Rule, settings: ResponseSettings): Record<string, ResponseObject> {
  const codes = codesOf(rule, settings);
  const responses: Record<string, ResponseObject> = {};
  for (const status of settings.statuses) {
    const those = codes.filter((code) => refusals[code].status === status);
    if (those.length > 0) responses[status] = responseOf(status, those, rule, settings);
  }
  return responses;
}

/** What only the router's own endpoints answer. */
const signingIn: readonly AuthErrorCode[] = [
  "login_interrupted",
  "login_cookie_missing",
  "login_refused",
  "invalid_id_token",
  "provider_unavailable",
  "provider_refused_client",
  "invalid_logout_token",
];
const ofSessions: readonly AuthErrorCode[] = [
  "cross_site_request",
  "session_store_unavailable",
  "refresh_failed",
];

/** A code that no row is here for can come of any token. */
function codesOf(
  { needed, optional, anonymous, by }: Rule,
  { always, dpop, sessions }: ResponseSettings,
): readonly AuthErrorCode[] {
  const own = refusable(needed);
  const bySession = sessions && by !== "token";
  const all = (codes: readonly AuthErrorCode[], asked: boolean) =>
    Object.fromEntries(codes.map((code) => [code, asked]));
  const onlyIf: Partial<Record<AuthErrorCode, boolean>> = {
    missing_token: !optional && !bySession,
    login_required: !optional && bySession,
    session_ended: !optional && bySession,
    insufficient_scope: own.scope || always.scope,
    insufficient_permissions: own.permission || always.permission,
    insufficient_user_authentication: own.authentication,
    ...all(ofSessions, bySession),
    ...all(signingIn, false),
    ...(dpop ? {} : all(["invalid_dpop_proof", "use_dpop_nonce", "replay_store_unavailable"], false)),
  };
  // Where no token is read, none is bad.
  const ofTokens = by !== "session";
  return (Object.keys(refusals) as AuthErrorCode[]).filter(
    (code) =>
      onlyIf[code] ??
      (code === "check_failed" || (ofTokens && !(anonymous && refusals[code].status === 401))),
  );
}

function responseOf(
  status: RefusalStatus,
  codes: readonly AuthErrorCode[],
  { needed }: Rule,
  { describe, content }: ResponseSettings,
): ResponseObject {
  const what = [...new Set(codes.map((code) => refusals[code].description))].join(" / ");
  const needs = status === 403 && describe && needed ? `. Needed: ${inWords(needed)}` : "";
  const bodies = content ?? { "application/json": refusalBody(codes) };
  return {
    description: `${what}${needs}`,
    headers: headersOf(codes),
    ...(Object.keys(bodies).length > 0
      ? { content: structuredClone(bodies) as Record<string, MediaType> }
      : {}),
  };
}

function headersOf(codes: readonly AuthErrorCode[]): ResponseObject["headers"] {
  const [code] = codes;
  const text = (description: string) => ({ description, schema: { type: "string" } as const });
  const challenged = code !== undefined && new AuthError(code, "").challenge() !== undefined;
  const isOutage = code !== undefined && refusals[code].status === 503;
  return {
    ...(challenged ? { "WWW-Authenticate": text("How to authenticate (RFC 6750 §3)") } : {}),
    ...(isOutage ? { "Retry-After": text("Seconds after which to try again") } : {}),
    ...(codes.includes("use_dpop_nonce")
      ? { "DPoP-Nonce": text("What the next proof must hold (RFC 9449 §9)") }
      : {}),
    "Cache-Control": text("no-store"),
  };
}

function refusalBody(codes: readonly AuthErrorCode[]): MediaType {
  const errors = [...new Set(codes.map(bodyError))];
  const [first] = codes;
  return {
    schema: {
      type: "object",
      properties: {
        error: { type: "string", enum: errors },
        error_description: { type: "string" },
        ...(errors.includes("login_required") ? { login_url: { type: "string" } } : {}),
      },
      required: ["error", "error_description"],
    },
    example: { error: errors[0], error_description: first && refusals[first].description },
  };
}
