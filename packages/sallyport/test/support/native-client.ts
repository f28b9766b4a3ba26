// A native client of an application: it opens a browser, catches what comes back, and asks the two endpoints that are for it.
import type { NativeClientsOptions } from "../../src/login/index.ts";
import { type Browser, comeBack, type LoginApp, type LoginAppOptions, startLoginApp } from "./login-app.ts";

export const callback = "http://localhost:53100/callback";

export interface NativeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  readonly cookies: readonly string[];
}

/** An application that serves native clients. */
export function startNativeApp(
  { settings, ...options }: LoginAppOptions = {},
  nativeClients: NativeClientsOptions = {},
): Promise<LoginApp> {
  return startLoginApp({ ...options, settings: { nativeClients, ...settings } });
}

type Fields = Record<string, string> | [string, string][];

async function post(app: LoginApp, name: "token" | "device", fields: Fields): Promise<NativeAnswer> {
  const form = new URLSearchParams(fields);
  const answer = await app.browser().send(`/auth/v2/${name}`, { method: "POST", form, headers: {} });
  const { status, headers, text, cookies } = answer;
  return { status, headers, cookies, body: JSON.parse(text ?? "") as Record<string, unknown> };
}

export const token = (app: LoginApp, fields: Fields) => post(app, "token", fields);
export const device = (app: LoginApp, fields: Fields = {}) => post(app, "device", fields);

/** What a native client's browser is opened with. */
export function query(parameters: Record<string, string> = {}): string {
  return `?${new URLSearchParams({ redirect_uri: callback, offline_access: "true", prompt: "consent", ...parameters })}`;
}

/** Where the browser is sent at the end. */
export async function signInNatively(
  app: LoginApp,
  parameters: Record<string, string> = {},
  browser: Browser = app.browser(),
): Promise<URL> {
  const answer = await comeBack(app, browser, await browser.open(query(parameters)));
  const { location } = answer.headers;
  if (location === undefined) throw new TypeError(`The callback answered ${answer.status}: ${answer.text}`);
  return new URL(location);
}

/** The form that the existing command-line client posts for what it caught. */
export function caught(url: URL): Record<string, string> {
  const state = url.searchParams.get("state") ?? "";
  return {
    code: url.searchParams.get("code") ?? "",
    redirect_uri: `${url.origin}${url.pathname}`,
    grant_type: "authorization_code",
    code_verifier: state.slice(state.lastIndexOf("|") + 1),
  };
}

/** Tokens of a sign-in by code. */
export async function tokensOf(app: LoginApp): Promise<Record<string, unknown>> {
  const { body } = await token(app, caught(await signInNatively(app)));
  return body;
}

/** How the text is written when one character of its middle is another. */
export function bent(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
}
