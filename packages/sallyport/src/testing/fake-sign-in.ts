// A fake issuer's side of a sign-in: the way of a browser there and back, and the token endpoint (OIDC Core §3.1, RFC 7636).

import { base64url } from "../base64url.ts";
import { parseCookies } from "../cookies.ts";
import type { Application, LogoutRequest, SignInRequest } from "./contract.ts";
import type { TokenRequest } from "./token-request.ts";

type Claims = Readonly<Record<string, unknown>>;

/** What {@link createFakeSignIn} needs of the issuer. */
export interface FakeSignInContext {
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly lifetimeSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly subjectOf: (request: SignInRequest) => string;
  readonly accessToken: (request: TokenRequest) => Promise<string>;
  readonly idToken: (request: TokenRequest, own: Claims) => Promise<string>;
  readonly sign: (header: Claims, payload: Claims) => Promise<string>;
}

interface Grant {
  readonly request: TokenRequest;
  readonly asked: URLSearchParams;
  readonly signedInAt: number;
  readonly sid: string;
}

const client = { clientId: "my-app", clientSecret: "my-app-secret-for-tests-alone-0001" } as const;

/** Signs people in, and redeems what that gives. */
export function createFakeSignIn(context: FakeSignInContext) {
  const { issuer, now } = context;
  const codes = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();
  const people = new Map<string, Grant>();

  async function signIn(application: Application, given: SignInRequest = {}): Promise<{ cookie: string }> {
    const { loginPath = "/auth/v2/login", ...request } = given;
    const jar = new Map<string, string>();
    const send = (url: URL, init: RequestInit = {}) => visit(application, url, init, jar);
    const login = new URL(loginPath, typeof application === "string" ? application : "http://localhost");
    login.searchParams.set("issuer", issuer);
    const first = await send(login);
    const asked = await authorizationRequest(first, login.pathname);
    const code = randomText();
    const grant = { request, asked, signedInAt: Math.floor(now() / 1000), sid: randomText() };
    codes.set(code, grant);
    const answer = new URLSearchParams({ code, state: asked.get("state") ?? "", iss: issuer });
    const callback = new URL(asked.get("redirect_uri") ?? "");
    const posts = asked.get("response_mode") === "form_post";
    if (!posts) callback.search = `${answer}`;
    const headers = { "sec-fetch-site": "cross-site" };
    const last = await send(callback, posts ? { method: "POST", body: answer, headers } : { headers });
    if (last.status !== 302 && last.status !== 303) throw await unexpected(callback.pathname, last);
    return { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") };
  }

  async function authorizationRequest(answer: Response, path: string): Promise<URLSearchParams> {
    const location = answer.headers.get("location") ?? "";
    if (!location.startsWith(`${context.authorizationUrl}?`)) throw await unexpected(path, answer);
    return new URL(location).searchParams;
  }

  /** `POST` to the token endpoint. */
  async function redeem(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    if (!isClient(request, form)) return Response.json({ error: "invalid_client" }, { status: 401 });
    switch (form.get("grant_type")) {
      case "authorization_code": {
        const grant = take(codes, form.get("code"));
        const challenge = await sha256(form.get("code_verifier") ?? "");
        const good =
          grant?.asked.get("code_challenge") === challenge &&
          grant.asked.get("redirect_uri") === form.get("redirect_uri");
        return grant && good ? tokensOf(grant, grant.asked.get("nonce")) : invalidGrant();
      }
      case "refresh_token": {
        const grant = take(refreshTokens, form.get("refresh_token"));
        return grant ? tokensOf(grant, null) : invalidGrant();
      }
      default:
        return Response.json({ error: "unsupported_grant_type" }, { status: 400 });
    }
  }

  async function tokensOf(grant: Grant, nonce: string | null): Promise<Response> {
    const { request, asked, signedInAt, sid } = grant;
    const scope = asked.get("scope") ?? "";
    const accessToken = await context.accessToken({ ...request, clientId: client.clientId });
    const acr = asked.get("acr_values")?.split(" ")[0];
    const idToken = await context.idToken(request, {
      sub: context.subjectOf(request),
      aud: client.clientId,
      auth_time: signedInAt,
      sid,
      ...(nonce !== null && { nonce }),
      ...(acr && { acr }),
    });
    const refreshToken = randomText();
    refreshTokens.set(refreshToken, grant);
    people.set(accessToken, grant);
    return Response.json({
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: request.expiresInSeconds ?? context.lifetimeSeconds,
      refresh_token: refreshToken,
      id_token: idToken,
      scope,
    });
  }

  return {
    client: Object.freeze({ ...client }),
    signIn,
    redeem,
    /** `POST` to the revocation endpoint (RFC 7009): what it does not know is revoked as well. */
    async revoke(request: Request): Promise<Response> {
      const form = new URLSearchParams(await request.text());
      if (!isClient(request, form)) return Response.json({ error: "invalid_client" }, { status: 401 });
      refreshTokens.delete(form.get("token") ?? "");
      return new Response(null);
    },
    async userinfo({ headers }: Request): Promise<Response> {
      const grant = people.get(headers.get("authorization")?.slice("Bearer ".length) ?? "");
      if (!grant) return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
      return Response.json({ ...grant.request.claims, sub: context.subjectOf(grant.request) });
    },
    logoutToken({ subject, sid }: LogoutRequest): Promise<string> {
      const iat = Math.floor(now() / 1000);
      const sub = context.subjectOf({ ...(subject !== undefined && { subject }) });
      const whom = sid === undefined ? { sub } : { sid, ...(subject !== undefined && { sub }) };
      const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
      const payload = {
        iss: issuer,
        aud: client.clientId,
        iat,
        exp: iat + 120,
        jti: randomText(),
        events,
        ...whom,
      };
      return context.sign({ typ: "logout+jwt" }, payload);
    },
  };
}

/** One request of a browser that keeps its cookies and follows nothing. */
async function visit(
  application: Application,
  url: URL,
  { headers, ...init }: RequestInit,
  jar: Map<string, string>,
): Promise<Response> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const isServer = typeof application === "string";
  const target = isServer ? new URL(`${url.pathname}${url.search}`, application) : url;
  const request = new Request(target, {
    redirect: "manual",
    ...init,
    headers: { ...(headers as Record<string, string>), ...(cookie && { cookie }) },
  });
  const answer = await (isServer ? fetch(request) : application(request));
  for (const line of answer.headers.getSetCookie()) {
    const [[name, [value = ""]] = ["", []]] = parseCookies(line.split(";")[0]);
    if (/;\s*Max-Age=0(;|$)/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }
  return answer;
}

async function unexpected(path: string, answer: Response): Promise<TypeError> {
  const text = (await answer.text()).slice(0, 300);
  return new TypeError(`signIn: ${path} answered ${answer.status} in place of a redirect: ${text}`);
}

/** By either of the ways to send a secret (RFC 6749 §2.3.1), in which it is encoded once more for the header. */
function isClient({ headers }: Request, form: URLSearchParams): boolean {
  const [, basic] = /^Basic (.*)$/.exec(headers.get("authorization") ?? "") ?? [];
  const [id, secret] =
    basic === undefined
      ? [form.get("client_id"), form.get("client_secret")]
      : atob(basic)
          .split(":")
          .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  return id === client.clientId && secret === client.clientSecret;
}

function take(grants: Map<string, Grant>, name: string | null): Grant | undefined {
  const grant = grants.get(name ?? "");
  grants.delete(name ?? "");
  return grant;
}

const randomText = () => base64url(crypto.getRandomValues(new Uint8Array(18)));

const invalidGrant = () => Response.json({ error: "invalid_grant" }, { status: 400 });

async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
