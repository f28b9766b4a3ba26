// What the router answers: redirects, JSON, and a few plain pages for people. None of them is kept, framed, or runs a script.

import { type CookieChange, type CookieStyle, serializeCookie } from "../cookies.ts";
import { type AuthError, bodyError } from "../errors.ts";
import { Answer, type EndpointRequest } from "../http/index.ts";

/** What every answer may set. */
export interface AnswerOptions {
  readonly cookies?: readonly CookieChange[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes answers with an application's cookies. */
export interface Pages {
  /** 303: whatever the request was, the browser asks for the other address by GET. */
  redirect(url: string, options?: AnswerOptions): Answer;
  json(status: number, body: unknown, options?: AnswerOptions): Answer;
  /** @param content HTML, made by {@link escapeHtml} of what is not ours */
  page(status: number, title: string, content: string, options?: AnswerOptions): Answer;
  /** A page for a navigation, JSON for anything else. Neither repeats what the provider or the caller said. */
  failure(request: EndpointRequest, error: AuthError, options?: FailureOptions): Answer;
}

export interface FailureOptions extends AnswerOptions {
  /** Where to try again. */
  readonly loginUrl?: string | undefined;
}

const noStore = { "cache-control": "no-store", "referrer-policy": "no-referrer" } as const;
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const styles =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1b1b1f;background:#fff}" +
  "a{color:#0b57d0}button{font:inherit;padding:.5rem 1rem}li{margin:.5rem 0}" +
  "@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}a{color:#8ab4f8}}";

export function createPages(style: CookieStyle): Pages {
  const answer = (
    status: number,
    type: string | undefined,
    text: string | undefined,
    { cookies = [], headers = {} }: AnswerOptions = {},
  ) =>
    new Answer(
      status,
      { ...noStore, ...(type !== undefined && { "content-type": type }), ...headers },
      text,
      undefined,
      cookies.map((one) => serializeCookie(one, style)),
    );

  const page: Pages["page"] = (status, title, content, options = {}) =>
    answer(status, "text/html; charset=utf-8", htmlOf(title, content), {
      ...options,
      headers: {
        "content-security-policy": pagePolicy,
        "x-content-type-options": "nosniff",
        ...options.headers,
      },
    });
  const json: Pages["json"] = (status, body, options) =>
    answer(status, "application/json; charset=utf-8", JSON.stringify(body), options);

  return {
    redirect: (url, { cookies = [], headers = {} } = {}) =>
      answer(303, undefined, undefined, { cookies, headers: { ...headers, location: url } }),
    json,
    page,
    failure(request, error, { loginUrl, ...options } = {}) {
      const headers = {
        ...options.headers,
        ...(error.status === 503 && { "retry-after": String(error.retryAfterSeconds ?? 5) }),
      };
      if (isNavigation(request)) {
        const again = loginUrl ? `<p><a href="${escapeHtml(loginUrl)}">Sign in again</a></p>` : "";
        const content = `<p>${escapeHtml(error.description)}.</p>${again}`;
        return page(error.status, "Signing in did not work", content, { ...options, headers });
      }
      const body = {
        error: bodyError(error.code),
        error_description: error.description,
        ...(loginUrl && { login_url: loginUrl }),
      };
      return json(error.status, body, { ...options, headers });
    },
  };
}

/** Whether a browser goes to a page, and does not fetch something for one. */
export function isNavigation(request: EndpointRequest): boolean {
  const mode = request.header("sec-fetch-mode");
  if (mode !== undefined) return mode === "navigate";
  return (
    request.header("x-requested-with") === undefined &&
    (request.header("accept") ?? "").toLowerCase().includes("text/html")
  );
}

/** Text as HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (one) => `&#${one.charCodeAt(0)};`);
}

function htmlOf(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${styles}</style><h1>${escapeHtml(title)}</h1>${content}</html>`;
}
