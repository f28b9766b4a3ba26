// A browser of the application's people: what it is sent is heard, but for what is its person's own.
import http from "node:http";
import { parseCookies } from "../../../src/cookies.ts";
import type { ScriptedProvider } from "../../support/scripted-login-provider.ts";
import { canary } from "./ears.ts";
import { ears } from "./scene.ts";

export const publicUrl = "https://app.example";
/** Where people were going, in their own words. */
export const target = `/me?word=${canary("target")}`;

export interface BrowserRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly form?: Record<string, string>;
  /** In place of the jar's. */
  readonly cookie?: string;
  /** The answer's body is what the provider says of the person, to that person. */
  readonly own?: boolean;
}

/** A browser's answer, as far as it is read here. */
export interface CanaryAnswer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

export interface CanaryBrowser {
  readonly jar: Map<string, string>;
  send(path: string, request?: BrowserRequest): Promise<CanaryAnswer>;
  /** Opens the sign-in, and answers where the provider is. */
  open(query?: string): Promise<string>;
  /** From the provider back to the callback. */
  comeBack(url: string): Promise<CanaryAnswer>;
  signIn(query?: string): Promise<CanaryAnswer>;
}

export const navigation = {
  accept: "text/html",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
};
const wordsOfTheTarget = `?return_to=${encodeURIComponent(target)}&login_hint=${canary("hint")}`;
/** What the provider has to be told by the browser; a verifier or a secret is not among it. */
const forTheProvider = ["state", "nonce", "client_id", "login_hint", "id_token_hint", "request_uri"];

export function createBrowser(base: string, provider: ScriptedProvider): CanaryBrowser {
  const jar = new Map<string, string>();

  async function send(path: string, request: BrowserRequest = {}): Promise<CanaryAnswer> {
    const { method = "GET", headers = navigation, form, own = false } = request;
    const cookie = request.cookie ?? [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await ask(base + path, {
      method,
      headers: { ...headers, ...(cookie !== "" && { cookie }) },
      form,
    });
    const { text } = response;
    const location = response.headers.get("location") ?? "";
    hearCookies(response.headers.getSetCookie());
    const { "set-cookie": _own, location: _where, ...others } = Object.fromEntries(response.headers);
    ears.hear("an answer's headers", others);
    hearLocation(location);
    if (!own) ears.hearAnswer("an answer's body", text);
    return { status: response.status, location, text };
  }

  /** The person's own cookies are sealed, or a name that nobody else has: nobody can read a word in them, and nobody else gets them. */
  function hearCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [[name, [value = ""]] = ["", [""]]] = parseCookies(line.split(";")[0]);
      if (value.length >= 16) ears.hide(value);
      ears.hear("a cookie", line.replace(value, /cnry/.test(value) ? value : ""));
      if (/Max-Age=0/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
  }

  /** To the provider goes what is its own; within the application, where people were going. Nothing else of either. */
  function hearLocation(location: string): void {
    if (location === target) return;
    const url = new URL(location, publicUrl);
    const names = url.origin === provider.issuer ? forTheProvider : ["return_to"];
    for (const name of names) {
      const value = url.searchParams.get(name);
      if (value !== null && ["state", "nonce"].includes(name)) ears.hide(value);
      url.searchParams.delete(name);
    }
    ears.hear("a redirect", url.href);
  }

  const browser: CanaryBrowser = {
    jar,
    send,
    async open(query = wordsOfTheTarget) {
      const { location, status, text } = await send(`/auth/v2/login${query}`);
      if (location === "") throw new TypeError(`The sign-in answered ${status}: ${text}`);
      return location;
    },
    async comeBack(url) {
      const { location = "", form } = await provider.visit(url);
      const crossSite = { ...navigation, "sec-fetch-site": "cross-site" };
      if (form)
        return send("/auth/v2/callback", {
          method: "POST",
          form: Object.fromEntries(form),
          headers: crossSite,
        });
      return send(location.slice(publicUrl.length), { headers: crossSite });
    },
    signIn: async (query) => browser.comeBack(await browser.open(query)),
  };
  return browser;
}

/** Node's own client: `fetch` says `sec-fetch-mode: cors` whatever it is told. */
function ask(
  url: string,
  {
    method,
    headers,
    form,
  }: Required<Pick<BrowserRequest, "method" | "headers">> & {
    readonly form: BrowserRequest["form"] | undefined;
  },
): Promise<{ status: number; headers: Headers; text: string }> {
  return new Promise((resolve, reject) => {
    const type = form && { "content-type": "application/x-www-form-urlencoded" };
    const request = http.request(url, { method, headers: { ...headers, ...type } }, (response) => {
      const answered = new Headers();
      for (let index = 0; index < response.rawHeaders.length; index += 2)
        answered.append(response.rawHeaders[index] ?? "", response.rawHeaders[index + 1] ?? "");
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: answered, text }));
    });
    request.on("error", reject);
    request.end(form && new URLSearchParams(form).toString());
  });
}
