// What a test asks of a token → header and payload, each value where the preset looks for it.
import type { IdentityKind } from "../identity.ts";
import type { ClaimPath, Preset, PresetName } from "../verify/index.ts";
import { tokenShapes } from "./token-shapes.ts";

/** What a token is to say; everything has a default. */
export interface TokenRequest {
  readonly subject?: string;
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
  readonly groups?: readonly string[];
  readonly permissions?: readonly string[];
  readonly username?: string;
  readonly clientId?: string;
  /** Who is calling. Default: the issuer's `kind`. */
  readonly kind?: IdentityKind;
  /** Default: the issuer's. */
  readonly audience?: string | readonly string[];
  /** Default: the issuer's lifetime; negative for a token that has expired. */
  readonly expiresInSeconds?: number;
  /** Claims as they stand, over all others; `undefined` takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members as they stand, over all others; `undefined` takes a member away. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What the issuer knows beside the request. */
export interface TokenContext {
  readonly name: PresetName;
  readonly preset: Preset;
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly kind: IdentityKind;
  readonly lifetimeSeconds: number;
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Header and payload of an access token, as the preset's provider would write it.
 *
 * @throws TypeError where this provider has no such token: a place for roles, say, or tokens of applications
 */
export function draftToken(request: TokenRequest, context: TokenContext) {
  const { name, preset, issuer, now } = context;
  const audience =
    typeof request.audience === "string" ? [request.audience] : (request.audience ?? context.audience);
  const kind = request.kind ?? context.kind;
  const { kinds, claims } = tokenShapes[name];
  if (!kinds.includes(kind)) {
    throw new TypeError(`Tokens of the preset ${name} are of the kind ${kinds.join(" or ")} only`);
  }
  const payload: Record<string, unknown> = {
    iss: issuer,
    aud: audience.length === 1 ? audience[0] : audience,
    iat: now,
    exp: now + (request.expiresInSeconds ?? context.lifetimeSeconds),
    ...claims({
      issuer,
      audience,
      kind,
      subject: request.subject,
      clientId: request.clientId,
      tokenId: context.tokenId,
      now,
    }),
  };
  place(request, name, preset, payload);
  const typ = preset.headerTypes[0];
  return {
    header: defined({ typ: typ === "jwt" ? "JWT" : (typ ?? undefined), ...request.header }),
    payload: defined({ ...payload, ...request.claims }),
  };
}

/** Header and payload of an ID token; `own` is what only the sign-in knows. */
export function draftIdToken(
  { scopes: _, ...request }: TokenRequest,
  own: Readonly<Record<string, unknown>>,
  context: TokenContext,
) {
  const { name, preset, issuer, now, lifetimeSeconds } = context;
  const payload: Record<string, unknown> = { iss: issuer, iat: now, exp: now + lifetimeSeconds, ...own };
  place(request, name, preset, payload);
  return { header: { typ: "JWT" }, payload: defined({ ...payload, ...request.claims }) };
}

/** Puts what a request says of somebody where the preset looks for it. */
function place(
  request: TokenRequest,
  name: PresetName,
  preset: Preset,
  payload: Record<string, unknown>,
): void {
  const put = (what: string, paths: readonly ClaimPath[], value: unknown) => {
    if (value === undefined) return;
    const path = paths[0];
    if (!path) throw new TypeError(`Tokens of the preset ${name} have no place for ${what}; use \`claims\``);
    write(payload, path, value);
  };
  const { scopes } = request;
  put("scopes", preset.scopes, preset.scopeList ? scopes : scopes?.join(" "));
  put("groups", preset.groups, request.groups);
  // Where groups are the roles (Cognito), both go to the one place.
  const shared = String(preset.roles[0]) === String(preset.groups[0]) ? (request.groups ?? []) : [];
  put("roles", preset.roles, request.roles && [...shared, ...request.roles]);
  put("permissions", preset.permissions, request.permissions);
  put("a username", preset.username, request.username);
}

function write(target: Record<string, unknown>, path: ClaimPath, value: unknown): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) {
    target[step] = value;
    return;
  }
  target[step] = { ...(target[step] as Record<string, unknown> | undefined) };
  write(target[step] as Record<string, unknown>, rest, value);
}

function defined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
