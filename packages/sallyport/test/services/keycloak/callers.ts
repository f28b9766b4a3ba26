// Those who call the API: a person who logs in by the code flow, and clients of their own.
import { createHash, randomBytes } from "node:crypto";
import { redirectUri, secret } from "./realm.ts";

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
  readonly token_type: string;
}

export const endpoint = (issuer: string, name: string) => `${issuer}/protocol/openid-connect/${name}`;

/** Authorization code with PKCE, the form filled in as a browser would. */
export async function logIn(
  issuer: string,
  client: string,
  person: string,
  headers?: Proof,
): Promise<Tokens> {
  const verifier = randomBytes(32).toString("base64url");
  const question = new URLSearchParams({
    client_id: client,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid profile email",
    nonce: "n-of-the-suite",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const page = await fetch(`${endpoint(issuer, "auth")}?${question}`);
  const action = /action="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll("&amp;", "&");
  if (!action) throw new Error(`Keycloak shows no form to log in at ${client}`);
  const cookie = page.headers.getSetCookie().map((line) => line.slice(0, line.indexOf(";")));
  const answer = await fetch(action, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookie.join("; ") },
    body: new URLSearchParams({ username: person, password: `${person}-password` }),
  });
  const code = new URL(answer.headers.get("location") ?? "none:").searchParams.get("code");
  if (!code) throw new Error(`Keycloak lets ${person} not in at ${client}`);
  return ask(
    issuer,
    client,
    { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier },
    headers,
  );
}

/** Makes the headers of a request to the token endpoint, given its URL. */
export type Proof = (url: string) => Promise<Record<string, string>>;

export function clientCredentials(issuer: string, client: string, headers?: Proof): Promise<Tokens> {
  return ask(issuer, client, { grant_type: "client_credentials" }, headers);
}

async function ask(
  issuer: string,
  client: string,
  form: Record<string, string>,
  headers: Proof = async () => ({}),
): Promise<Tokens> {
  const url = endpoint(issuer, "token");
  const response = await fetch(url, {
    method: "POST",
    headers: await headers(url),
    body: new URLSearchParams({ ...form, client_id: client, client_secret: secret }),
  });
  if (!response.ok) throw new Error(`Keycloak gives ${client} no token: ${await response.text()}`);
  return (await response.json()) as Tokens;
}

/** A token's header or claims, read without a check. */
export function peek(token: string, part: 0 | 1): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[part] ?? "", "base64url").toString("utf8"));
}
