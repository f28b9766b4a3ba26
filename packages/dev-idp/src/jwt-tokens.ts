// Lets the provider recognise its own JWT access tokens at userinfo, introspection and revocation.
//
// oidc-provider forgets a JWT once it is signed and refuses it at those endpoints. The large providers accept theirs
// there, and an API's tests need to see a revoked token become inactive, so each JWT is remembered under its `jti`.
/// <reference path="./oidc-provider.d.ts" />
import { IncomingMessage } from "node:http";
import { compactVerify } from "jose";
import type { Context, Token } from "oidc-provider";
import type { SigningKey } from "./keys.ts";
import { readBody } from "./read-body.ts";
import type { Store } from "./store.ts";

// oidc-provider looks at the `token` parameter and turns a JWT away before it looks it up. With this in front it is
// looked up like any other; the store takes it off again.
const disguise = "jwt:";
const jwtPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const structured = new Set(["AccessToken", "ClientCredentials"]);

// What oidc-provider keeps of an access token: from the token itself, and from the claims, whose times may be shifted.
const ownMembers = [
  "kind",
  "clientId",
  "accountId",
  "grantId",
  "gty",
  "jkt",
  "sid",
  "sessionUid",
  "expiresWithSession",
  "extra",
] as const;
const claimedMembers = ["jti", "iat", "exp", "aud", "scope"] as const;

interface Options {
  store: Store;
  /** The keys whose signatures count, at the time of asking. */
  keys: () => readonly SigningKey[];
  /** The name of the endpoint that is being served. */
  route: () => string | undefined;
}

/** A store that also finds access tokens by their JWT. */
export function storeFindingJwts({ store, keys, route }: Options): Store {
  return (model) => {
    const inner = store(model);
    if (!structured.has(model)) return inner;
    return {
      ...inner,
      async find(value) {
        const jwt = value.startsWith(disguise) ? value.slice(disguise.length) : value;
        if (!jwtPattern.test(jwt)) return inner.find(value);
        const jti = await verifiedJti(jwt, keys());
        const payload = jti === undefined ? undefined : await inner.find(jti);
        if (!payload || route() !== "userinfo") return payload;
        // oidc-provider serves userinfo only to tokens without an audience. Ours are for the API, and good for
        // userinfo too when `openid` was granted, which the endpoint goes on to check.
        const { aud: _, ...rest } = payload;
        return rest;
      },
    };
  };
}

/** Stores what a JWT says of itself, for {@link storeFindingJwts}; called while it is being made. */
export async function rememberJwt(
  store: Store,
  token: Token,
  claims: Record<string, unknown>,
): Promise<void> {
  const payload: Record<string, unknown> = {};
  for (const name of ownMembers) if (token[name] !== undefined) payload[name] = token[name];
  for (const name of claimedMembers) if (claims[name] !== undefined) payload[name] = claims[name];
  await store(token.kind).upsert(String(claims.jti), payload, token.expiration);
}

/** The request with its `token` parameter disguised when it is a JWT; for introspection and revocation. */
export async function disguiseJwt(request: IncomingMessage): Promise<IncomingMessage> {
  const body = await readBody(request);
  const form = new URLSearchParams(body);
  const token = form.get("token");
  if (token !== null && form.getAll("token").length === 1 && jwtPattern.test(token)) {
    form.set("token", disguise + token);
    return withBody(request, form.toString());
  }
  return withBody(request, body);
}

async function verifiedJti(jwt: string, keys: readonly SigningKey[]): Promise<string | undefined> {
  for (const { publicKey, algorithm } of keys) {
    try {
      const { payload } = await compactVerify(jwt, publicKey, { algorithms: [algorithm] });
      const { jti } = JSON.parse(new TextDecoder().decode(payload)) as { jti?: unknown };
      return typeof jti === "string" ? jti : undefined;
    } catch {
      // Not signed by this key: the next one may fit, and a token that none fits is unknown.
    }
  }
  return undefined;
}

// A body can be read once, so the provider is handed a request of the same head with the body anew.
function withBody(request: IncomingMessage, body: string): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  const bytes = Buffer.from(body);
  copy.method = request.method;
  copy.url = request.url;
  copy.httpVersion = request.httpVersion;
  copy.httpVersionMajor = request.httpVersionMajor;
  copy.httpVersionMinor = request.httpVersionMinor;
  const { "transfer-encoding": _, ...headers } = request.headers;
  copy.headers = { ...headers, "content-length": String(bytes.length) };
  copy.push(bytes);
  copy.push(null);
  copy.complete = true;
  return copy;
}

/** The endpoint being served, as oidc-provider names it. */
export function routeOf(context: Context | undefined): string | undefined {
  return context?.oidc?.route;
}
