// What the checks of an application look at: its sign-in, the cookie that comes with it, the way back, and its session endpoint.
import { isLoopback } from "../../answer.ts";
import { exchange, type Reply } from "../api/exchange.ts";

export interface AppQuestion {
  /** The application's public URL. */
  readonly url: string;
  readonly loginPath: string;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
}

/** One `Set-Cookie`. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** In lower case. */
  readonly attributes: ReadonlyMap<string, string>;
}

export interface AppFacts extends AppQuestion {
  readonly loopback: boolean;
  readonly login: Reply;
  /** Where the sign-in leads. */
  readonly request: URL | undefined;
  readonly cookies: readonly SetCookie[];
  /** What the callback answers to a sign-in that the provider refused, the cookie along; `undefined`: not tried. */
  readonly back: Reply | undefined;
  readonly session: Reply;
}

/** Asks an application as a browser and a script of it do. Nobody signs in: the sign-in that is begun is broken off. */
export async function gatherApp(question: AppQuestion): Promise<AppFacts> {
  const { url, loginPath, issuer } = question;
  const at = (path: string) => `${url.replace(/\/$/, "")}${path}`;
  const json = { accept: "application/json" };
  const login = await exchange(at(loginPath), { headers: json });
  const location = login.headers.get("location");
  const redirects = login.status >= 300 && login.status < 400 && location !== null;
  const request =
    redirects && URL.canParse(location, at(loginPath)) ? new URL(location, at(loginPath)) : undefined;
  const cookies = login.headers.getSetCookie().map(readCookie);
  return {
    ...question,
    loopback: isLoopback(url),
    login,
    request,
    cookies,
    back: await comeBack({ url, issuer, request, cookies }),
    session: await exchange(at(loginPath.replace(/\?.*$/s, "").replace(/[^/]*$/, "session")), {
      headers: json,
    }),
  };
}

/** Whether an address is the application's own. */
export const isOwn = (address: string | null, url: string) =>
  address !== null && URL.canParse(address) && new URL(address).origin === new URL(url).origin;

/** The callback as after a refusal (RFC 6749 §4.1.2.1): what it answers tells whether the cookie arrived. */
async function comeBack({
  url,
  issuer,
  request,
  cookies,
}: Pick<AppFacts, "url" | "issuer" | "request" | "cookies">): Promise<Reply | undefined> {
  const [callback, state] = ["redirect_uri", "state"].map((name) => request?.searchParams.get(name) ?? null);
  if (issuer === undefined || !callback || !state || !isOwn(callback, url)) return undefined;
  const answer = new URLSearchParams({ error: "access_denied", state, iss: issuer });
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const headers = { accept: "application/json", ...(cookie !== "" && { cookie }) };
  if (request?.searchParams.get("response_mode") === "form_post") {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return exchange(callback, { method: "POST", headers: { ...headers, ...type }, body: answer.toString() });
  }
  const back = new URL(callback);
  for (const [name, value] of answer) back.searchParams.set(name, value);
  return exchange(back.href, { headers });
}

function readCookie(line: string): SetCookie {
  const [pair = "", ...rest] = line.split(";");
  const at = pair.indexOf("=");
  const attributes = rest.map((one): [string, string] => {
    const [name = "", value = ""] = one.trim().toLowerCase().split("=");
    return [name, value];
  });
  return {
    name: pair.slice(0, at).trim(),
    value: pair.slice(at + 1).trim(),
    attributes: new Map(attributes),
  };
}

/** `error` and `error_description` of an answer in JSON. */
export function wordsOf({ body }: Reply): { readonly error?: string; readonly description?: string } {
  try {
    const { error, error_description: description } = JSON.parse(body) as Record<string, unknown>;
    return {
      ...(typeof error === "string" && { error }),
      ...(typeof description === "string" && { description }),
    };
  } catch {
    return {};
  }
}
