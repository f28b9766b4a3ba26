// What the tests share: a browser made of fetch and a cookie jar, PKCE, DPoP proofs, and checked tokens.
import { createHash, randomBytes } from "node:crypto";
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { afterEach } from "vitest";
import { type DevIdp, type DevIdpOptions, startDevIdp } from "../src/index.ts";

const running: { close(): Promise<void> }[] = [];

/** Starts a provider that is closed when the test is over. ES256, whose keys are quick to make, unless asked otherwise. */
export async function start(options: DevIdpOptions = {}): Promise<DevIdp> {
  const idp = await startDevIdp({ algorithm: "ES256", quiet: true, ...options });
  running.push(idp);
  return idp;
}

/** Closes this too when the test is over. */
export function closeLater(closable: { close(): Promise<void> }): void {
  running.push(closable);
}

afterEach(async () => {
  for (const closable of running.splice(0)) await closable.close();
});

export interface Page {
  status: number;
  url: string;
  headers: Headers;
  text: string;
}

/** A browser of the plainest kind: it keeps cookies by path, follows redirects, and fills in forms. */
export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>();

  /** Goes on until something other than a redirect within the provider comes. */
  async go(url: string, init: RequestInit = {}): Promise<Page> {
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: { ...this.#headers(url), ...init.headers },
    });
    this.#keep(response);
    const location = response.headers.get("location");
    const next = location === null ? undefined : new URL(location, url);
    if (next?.origin === new URL(url).origin) {
      await response.body?.cancel();
      return this.go(next.href);
    }
    const text = await response.text();
    return { status: response.status, url: next?.href ?? url, headers: response.headers, text };
  }

  /** Submits the page's form (the first one, or the one that holds the button) with its hidden fields. */
  submit(page: Page, fields: Record<string, string> = {}): Promise<Page> {
    const form = formsOf(page.text).find(({ names }) =>
      Object.keys(fields).every((name) => names.includes(name)),
    );
    if (!form) throw new Error(`No form with ${Object.keys(fields).join(", ")} in:\n${page.text}`);
    return this.go(new URL(form.action, page.url).href, {
      method: "POST",
      body: new URLSearchParams({ ...form.hidden, ...fields }),
    });
  }

  cookieNames(): string[] {
    return [...this.#cookies.keys()];
  }

  #headers(url: string): Record<string, string> {
    const { pathname } = new URL(url);
    const sent = [...this.#cookies].filter(
      ([, { path }]) => pathname === path || pathname.startsWith(path.replace(/\/?$/, "/")),
    );
    return sent.length === 0
      ? {}
      : { cookie: sent.map(([name, { value }]) => `${name}=${value}`).join("; ") };
  }

  #keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(/;\s*/);
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? "/";
      const gone =
        value === "" || attributes.some((attribute) => /^expires=Thu, 01 Jan 1970/i.test(attribute));
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, { value, path });
    }
  }
}

interface Form {
  action: string;
  hidden: Record<string, string>;
  names: string[];
}

function formsOf(text: string): Form[] {
  return [...text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = "", inside = ""]) => {
      const fields = [...inside.matchAll(/<(?:input|button)[^>]*>/g)].map(([tag]) => tag);
      const attribute = (tag: string, name: string) => tag.match(new RegExp(` ${name}="([^"]*)"`))?.[1];
      const hidden = fields.filter((tag) => attribute(tag, "type") === "hidden");
      return {
        action: action.replaceAll("&amp;", "&"),
        hidden: Object.fromEntries(
          hidden.map((tag) => [attribute(tag, "name") ?? "", attribute(tag, "value") ?? ""]),
        ),
        names: fields.map((tag) => attribute(tag, "name") ?? ""),
      };
    },
  );
}

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

const secrets: Readonly<Record<string, string>> = { web: "web-secret", machine: "machine-secret" };

/** Posts a form, with the client's secret where it has one. */
export async function post(
  url: string,
  client: string | undefined,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const secret = client === undefined ? undefined : secrets[client];
  const authorization = secret && `Basic ${Buffer.from(`${client}:${secret}`).toString("base64")}`;
  const response = await fetch(url, {
    method: "POST",
    headers: { ...(authorization && { authorization }), ...headers },
    body: new URLSearchParams({ ...(client !== undefined && !secret && { client_id: client }), ...form }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
}

export interface SignIn {
  client?: string;
  person?: string;
  scope?: string;
  redirectUri?: string;
  params?: Record<string, string>;
  browser?: Browser;
  tokenHeaders?: Record<string, string>;
}

export const redirectUri = "http://127.0.0.1:3999/cb";

/** The address that starts an authorization code flow. */
export function authorizeUrl(idp: DevIdp, signIn: SignIn, challenge: string): string {
  const { client = "web", scope = "openid", params = {} } = signIn;
  const query = new URLSearchParams({
    client_id: client,
    response_type: "code",
    redirect_uri: signIn.redirectUri ?? redirectUri,
    scope,
    state: "st",
    nonce: "no",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...params,
  });
  return `${idp.issuer}/authorize?${query}`;
}

/** Signs a person in by the sign-in page, and exchanges the code. */
export async function signIn(idp: DevIdp, options: SignIn = {}) {
  const { client = "web", person = "alice", browser = new Browser(), tokenHeaders = {} } = options;
  const { verifier, challenge } = pkce();
  let page = await browser.go(authorizeUrl(idp, options, challenge));
  if (page.status === 200) page = await browser.submit(page, { person });
  const callback = new URL(page.url).searchParams;
  const code = callback.get("code");
  if (code === null) throw new Error(`No code came back: ${page.status} ${page.url}\n${page.text}`);
  const exchange = {
    grant_type: "authorization_code",
    code,
    code_verifier: verifier,
    redirect_uri: options.redirectUri ?? redirectUri,
  };
  const tokens = await post(`${idp.issuer}/token`, client, exchange, tokenHeaders);
  return { ...tokens, callback, browser, exchange };
}

/** The claims of a token whose signature the published keys verify, and its header. */
export async function verified(idp: DevIdp, token: unknown, audience = idp.audience) {
  const keys = (await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet;
  const { payload, protectedHeader } = await jwtVerify(String(token), createLocalJWKSet(keys), {
    issuer: idp.issuer,
    audience,
  });
  return { claims: payload, header: protectedHeader };
}

/** Makes DPoP proofs with one key (RFC 9449 §4.2). */
export async function dpop() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return (method: string, url: string, accessToken?: string) =>
    new SignJWT({
      htm: method,
      htu: url,
      jti: randomBytes(12).toString("base64url"),
      ...(accessToken && { ath: createHash("sha256").update(accessToken).digest("base64url") }),
    })
      .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
      .setIssuedAt()
      .sign(privateKey);
}
