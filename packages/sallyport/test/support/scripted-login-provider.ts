// A provider over real HTTP on loopback that signs people in without asking, counts what it is asked, and bends what it is told to.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { base64url, createTestKey, hmac, signBytes, type TestJwk, type TestKey } from "./signing.ts";

export type Json = Record<string, unknown>;

/** What goes over the wire in place of the good answer. */
export interface Bent {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** JSON, or a text as it is. */
  readonly body?: unknown;
}

/** How an ID token, or another JWT, differs from the good one. */
export interface BentJwt {
  readonly header?: Json;
  readonly claims?: (good: Json) => Json;
  readonly key?: TestKey;
  /** The whole, made of the good one. */
  readonly raw?: (jwt: string) => unknown;
}

/** What is bent; a test may change it at any time. */
export interface ProviderScript {
  metadata?: (good: Json) => Json;
  keys?: (good: readonly TestJwk[]) => readonly TestJwk[];
  /** The parameters of the answer to a sign-in, as pairs. */
  authorize?: (good: [string, string][], asked: URLSearchParams) => [string, string][];
  idToken?: BentJwt;
  token?: (good: Json, form: URLSearchParams) => Bent | undefined | Promise<Bent | undefined>;
  /** Answers before anything is spent. */
  beforeToken?: (() => Bent | undefined) | undefined;
  par?: () => Bent;
  device?: () => Bent;
  userinfo?: (good: Json) => Bent | undefined;
  /** Refuses these secrets; default: every secret is good. */
  refusedSecrets?: readonly string[];
  rotate?: boolean;
}

/** A request that came. */
export interface Seen {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage["headers"];
  readonly form: URLSearchParams;
  readonly query: URLSearchParams;
}

export interface ScriptedProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly key: TestKey;
  readonly script: ProviderScript;
  readonly seen: Seen[];
  count(path: string): number;
  /** As a browser does: where the provider sends it, or the form that it posts. */
  visit(
    url: string,
  ): Promise<{ location: string | undefined; form: URLSearchParams | undefined; status: number }>;
  jwt(claims: Json, bent?: BentJwt): string;
  /** A logout token, good but for what is said. */
  logoutToken(changes?: Json, bent?: BentJwt): string;
  stop(): Promise<void>;
}

// One for all: making it takes longer than a sign-in.
const key = createTestKey("provider-1", "RS256");

interface Grant {
  readonly asked: URLSearchParams;
  readonly scope: string;
  used: boolean;
}

/**
 * @param now the clock of the tests, in milliseconds
 * @param mark what codes and tokens that say nothing begin with
 */
export async function startScriptedProvider({
  now,
  clientId = "web",
  script = {},
  subject = "person-1",
  mark = "",
}: {
  readonly now: () => number;
  readonly clientId?: string;
  readonly script?: ProviderScript;
  readonly subject?: string;
  readonly mark?: string;
}): Promise<ScriptedProvider> {
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();
  const pushed = new Map<string, URLSearchParams>();
  const seen: Seen[] = [];
  let issuer = "";
  let serial = 0;
  const next = () => {
    serial += 1;
    return serial;
  };

  const seconds = () => Math.floor(now() / 1000);
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => send(response, { status: 500, body: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  onTestFinished(async () => {
    if (server.listening) await stop();
  });

  const goodMetadata = (): Json => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    revocation_endpoint: `${issuer}/revoke`,
    end_session_endpoint: `${issuer}/end-session`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    device_authorization_endpoint: `${issuer}/device`,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  });

  function jwt(claims: Json, bent: BentJwt = {}): string {
    const signer = bent.key ?? key;
    const header = { alg: signer.alg, kid: signer.kid, typ: "JWT", ...bent.header };
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(bent.claims?.(claims) ?? claims))}`;
    const signature =
      header.alg === "none"
        ? ""
        : header.alg === "HS256"
          ? base64url(hmac("HS256", "web-secret-web-secret-web-secret-1", input))
          : base64url(signBytes(signer.alg, signer.privateKey, Buffer.from(input)));
    const whole = `${input}.${signature}`;
    return (bent.raw ? bent.raw(whole) : whole) as string;
  }

  function tokens(grant: Grant, accessToken: string, first: boolean): Json {
    const { asked, scope } = grant;
    const refreshToken = `${mark}refresh-${next()}`;
    const kept = script.rotate === false && !first ? {} : { refresh_token: refreshToken };
    if (kept.refresh_token) refreshTokens.set(refreshToken, { asked, scope, used: false });
    const claims: Json = {
      iss: issuer,
      sub: subject,
      aud: clientId,
      iat: seconds(),
      exp: seconds() + 300,
      auth_time: Number(asked.get("x-auth-time") ?? seconds()),
      sid: "session-at-provider",
      name: "Ada Example",
      email: "ada@example.org",
      at_hash: base64url(createHash("sha256").update(accessToken).digest().subarray(0, 16)),
      ...(asked.get("nonce") !== null && first ? { nonce: asked.get("nonce") } : {}),
    };
    asked.set("x-auth-time", String(claims.auth_time));
    return {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: 300,
      scope,
      id_token: jwt(claims, script.idToken),
      ...kept,
    };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", issuer);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
    seen.push({
      path: url.pathname,
      method: request.method ?? "",
      headers: request.headers,
      form,
      query: url.searchParams,
    });
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return send(response, { body: script.metadata?.(goodMetadata()) ?? goodMetadata() });
      case "/keys":
        return send(response, { body: { keys: script.keys?.([key.jwk]) ?? [key.jwk] } });
      case "/authorize":
        return authorize(url.searchParams, response);
      case "/par": {
        if (script.par) return send(response, script.par());
        const uri = `urn:request:${mark}${next()}`;
        pushed.set(uri, form);
        return send(response, { status: 201, body: { request_uri: uri, expires_in: 60 } });
      }
      case "/token":
        return token(request, form, response);
      case "/userinfo": {
        const good = { sub: subject, name: "Ada Example", email: "ada@example.org" };
        return send(response, script.userinfo?.(good) ?? { body: good });
      }
      case "/device":
        if (script.device) return send(response, script.device());
        return send(response, {
          body: {
            device_code: `${mark}device-1`,
            user_code: "ABCD-EFGH",
            verification_uri: `${issuer}/activate`,
            expires_in: 600,
            interval: 5,
          },
        });
      case "/revoke":
        return send(response, { status: 200, body: {} });
      default:
        return send(response, { status: 404, body: {} });
    }
  }

  function authorize(query: URLSearchParams, response: ServerResponse) {
    const asked = new URLSearchParams(pushed.get(query.get("request_uri") ?? "") ?? query);
    const code = `${mark}code-${next()}`;
    codes.set(code, { asked, scope: asked.get("scope") ?? "", used: false });
    const good: [string, string][] = [
      ["code", code],
      ["state", asked.get("state") ?? ""],
      ["iss", issuer],
    ];
    const pairs = script.authorize?.(good, asked) ?? good;
    const answer = new URLSearchParams(pairs);
    const target = asked.get("redirect_uri") ?? "";
    if (asked.get("response_mode") === "form_post") {
      return send(response, { headers: { "x-form": answer.toString(), "x-action": target }, body: "form" });
    }
    return send(response, { status: 303, headers: { location: `${target}?${answer}` }, body: "" });
  }

  async function token(
    request: IncomingMessage,
    form: URLSearchParams,
    response: ServerResponse,
  ): Promise<void> {
    const refused = (error: string, status = 400) =>
      send(response, { status, body: { error, error_description: "secret words" } });
    const [, basic = ""] = (request.headers.authorization ?? "").split(" ");
    const [, secret = form.get("client_secret") ?? ""] = Buffer.from(basic, "base64")
      .toString("utf8")
      .split(":")
      .map((part) => new URLSearchParams(`x=${part}`).get("x") ?? "");
    if (script.refusedSecrets?.includes(secret)) {
      response.setHeader("www-authenticate", 'Basic realm="provider"');
      return refused("invalid_client", 401);
    }
    const early = script.beforeToken?.();
    if (early) return send(response, early);
    const kind = form.get("grant_type");
    const accessToken = `${mark}access-${next()}`;
    let good: Json = { access_token: accessToken, token_type: "Bearer", expires_in: 300 };
    if (kind === "authorization_code") {
      const grant = codes.get(form.get("code") ?? "");
      const challenge = base64url(
        createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest(),
      );
      const known = grant && !grant.used && grant.asked.get("code_challenge") === challenge;
      if (!known || grant.asked.get("redirect_uri") !== form.get("redirect_uri"))
        return refused("invalid_grant");
      grant.used = true;
      good = tokens(grant, accessToken, true);
    } else if (kind === "refresh_token") {
      const grant = refreshTokens.get(form.get("refresh_token") ?? "");
      if (!grant || grant.used) return refused("invalid_grant");
      if (script.rotate !== false) grant.used = true;
      good = tokens(grant, accessToken, false);
    } else if (kind?.endsWith(":device_code")) {
      good = tokens({ asked: new URLSearchParams(), scope: "openid", used: false }, accessToken, true);
    }
    if (request.headers.dpop !== undefined) good.token_type = "DPoP";
    return send(response, (await script.token?.(good, form)) ?? { body: good });
  }

  return {
    issuer,
    clientId,
    key,
    script,
    seen,
    jwt,
    stop,
    count: (path) => seen.filter((one) => one.path === path).length,
    async visit(url) {
      const answer = await fetch(url, { redirect: "manual" });
      const form = answer.headers.get("x-form");
      return {
        status: answer.status,
        location: answer.headers.get("location") ?? undefined,
        form: form === null ? undefined : new URLSearchParams(form),
      };
    },
    logoutToken: (changes = {}, bent = {}) =>
      jwt(
        {
          iss: issuer,
          aud: clientId,
          iat: seconds(),
          exp: seconds() + 120,
          jti: `jti-${next()}`,
          sub: subject,
          sid: "session-at-provider",
          events: { "http://schemas.openid.net/event/backchannel-logout": {} },
          ...changes,
        },
        { ...bent, header: { typ: "logout+jwt", ...bent.header } },
      ),
  };
}

function send(response: ServerResponse, { status = 200, headers, body }: Bent): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    ...headers,
  });
  response.end(text);
}
