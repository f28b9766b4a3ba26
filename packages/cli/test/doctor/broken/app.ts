// Applications whose sign-in, cookies or session endpoint are wrong in one way each.
import type { AppScript } from "../../support/scripted-app.ts";
import { json } from "../../support/scripted-sign-in.ts";

/** One broken application. */
export interface BrokenApp {
  readonly name: string;
  readonly script?: AppScript;
  /** What is found beyond the notes, and nothing else. */
  readonly finds: string;
  readonly mend: RegExp;
  readonly sentence?: RegExp;
  readonly args?: readonly string[];
}

const omit = (name: string) => (right: Record<string, string>) =>
  Object.fromEntries(Object.entries(right).filter(([one]) => one !== name));
const line = (attributes: string) => `sallyport-login-1=sealed; Path=/${attributes}`;

export const brokenApps: readonly BrokenApp[] = [
  {
    name: "a router that is mounted elsewhere",
    args: ["--login-path", "/api/auth/v2/login"],
    finds: "login_not_found",
    mend: /router\.basePath/,
    sentence: /at \/api\/auth\/v2\/login: the answer was 404/,
  },
  {
    name: "a provider that is down",
    script: {
      login: () =>
        json(503, {
          error: "temporarily_unavailable",
          error_description: "The provider cannot be asked at the moment",
        }),
    },
    finds: "login_fails",
    mend: /log says why/,
    sentence: /\(503\): The provider cannot be asked at the moment$/,
  },
  ...["state", "nonce", "code_challenge"].map((name) => ({
    name: `no ${name}`,
    script: { request: omit(name) },
    finds: "login_unprotected",
    mend: /send all three/,
    sentence: new RegExp(`lacks ${name}$`),
  })),
  {
    name: "PKCE without a hash",
    script: { request: (right) => ({ ...right, code_challenge_method: "plain" }) },
    finds: "login_unprotected",
    mend: /RFC 9700/,
    sentence: /lacks code_challenge_method=S256$/,
  },
  {
    name: "a public URL that is another",
    script: { request: (right) => ({ ...right, redirect_uri: "https://www.app.example/auth/v2/callback" }) },
    finds: "callback_elsewhere",
    mend: /Set `publicUrl`/,
    sentence: /comes back to https:\/\/www\.app\.example: its cookie is not there/,
  },
  {
    name: "a callback by http",
    script: { request: (right) => ({ ...right, redirect_uri: "http://app.example/auth/v2/callback" }) },
    finds: "callback_elsewhere callback_not_https",
    mend: /publicUrl/,
  },
  {
    name: "another client",
    args: ["--client-id", "shop"],
    finds: "login_of_other_client",
    mend: /settings that you think/,
  },
  {
    name: "a redirect that a cache keeps",
    script: {
      login: (right) => ({ ...right, headers: { ...right.headers, "cache-control": "max-age=60" } }),
    },
    finds: "login_cacheable",
    mend: /no-store/,
  },
  {
    name: "a proxy that takes the cookie away on its way out",
    script: { cookie: "" },
    finds: "login_without_cookie cookie_lost",
    mend: /takes Set-Cookie away/,
  },
  {
    name: "a proxy that takes the cookie away on its way in",
    script: { callback: () => json(400, { error: "login_interrupted" }) },
    finds: "cookie_lost",
    mend: /takes the header Cookie away/,
  },
  {
    name: "a cookie for scripts",
    script: { cookie: line("; SameSite=Lax") },
    finds: "cookie_readable",
    mend: /HttpOnly/,
    sentence: /: sallyport-login-1$/,
  },
  {
    name: "a cookie for other sites",
    script: { cookie: line("; HttpOnly; SameSite=None") },
    finds: "cookie_for_other_sites",
    mend: /SameSite=Lax/,
  },
  {
    name: "a cookie without a word of other sites",
    script: { cookie: line("; HttpOnly") },
    finds: "cookie_for_other_sites",
    mend: /login\.responseMode/,
  },
  {
    name: "a session of somebody's, from a cache",
    script: { session: (right) => ({ ...right, status: 200 }) },
    finds: "session_open",
    mend: /cache in front/,
  },
  {
    name: "a session endpoint that sends on",
    script: { session: (right) => ({ ...right, status: 302 }) },
    finds: "session_not_401",
    mend: /log says why/,
    sentence: /answers 302 to nobody/,
  },
  {
    name: "a session endpoint that caches keep",
    script: { session: (right) => ({ ...right, headers: {} }) },
    finds: "session_cacheable",
    mend: /no-store/,
  },
];
