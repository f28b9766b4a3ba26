// A browser without scripts: it keeps cookies, follows redirects, and fills in forms.
import http from "node:http";

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

export interface PlainBrowser {
  /** Goes to a page, and on to where it is sent. */
  go(url: string): Promise<Page>;
  /** Sends the page's form with these fields filled in. */
  submit(page: Page, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
  /** Posts a form of the application's own page, or of whoever the headers say. */
  post(url: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
  /** What a script of the page fetches, or whoever the headers say: no redirect is followed. */
  load(url: string, method?: string, headers?: Record<string, string>): Promise<Page>;
  /** Every address that it has been to, the query left out. */
  readonly visited: string[];
}

interface Sent {
  readonly form?: Record<string, string> | undefined;
  readonly method?: string | undefined;
}

const navigate = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };
const script = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
const mostRedirects = 12;

export function createPlainBrowser(): PlainBrowser {
  // By origin: a real browser shares them among the ports of a host, where the names of both sides differ anyway.
  const jars = new Map<string, Map<string, string>>();
  const visited: string[] = [];

  async function ask(url: string, headers: Record<string, string>, { form, method }: Sent = {}) {
    const { origin, pathname } = new URL(url);
    visited.push(origin + pathname);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await send(url, { ...headers, ...(cookie !== "" && { cookie }) }, { form, method });
    for (const line of answer.cookies) {
      const [pair = ""] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, pair.slice(name.length + 1));
    }
    return answer;
  }

  async function follow(url: string, form?: Record<string, string>, headers = navigate): Promise<Page> {
    let at = url;
    let body = form;
    for (let step = 0; step < mostRedirects; step += 1) {
      const { status, text, location } = await ask(at, headers, { form: body });
      if (location === undefined) return { url: at, status, text };
      at = new URL(location, at).href;
      body = undefined;
    }
    throw new Error(`The browser goes round in circles: ${visited.slice(-4).join(" ")}`);
  }

  return {
    visited,
    go: (url) => follow(url),
    post: (url, fields = {}, headers = {}) => follow(url, fields, { ...navigate, ...headers }),
    async submit({ url, text }, fields = {}, headers = {}) {
      const [, form = "", inside = ""] = /<form([^>]*)>([\s\S]*?)<\/form>/.exec(text) ?? [];
      const action = attribute(form, "action");
      if (action === undefined) throw new Error(`There is no form at ${url.split("?")[0]}: ${wordsOf(text)}`);
      const hidden = [...inside.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(
        ([input]) => [attribute(input, "name") ?? "", attribute(input, "value") ?? ""] as const,
      );
      const all = { ...Object.fromEntries(hidden), ...fields };
      return follow(new URL(action, url).href, all, { ...navigate, ...headers });
    },
    async load(url, method = "GET", headers = {}) {
      const { status, text } = await ask(url, { ...script, ...headers }, { method });
      return { url, status, text };
    },
  };
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&amp;", "&");
}

function wordsOf(html: string): string {
  return html
    .replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .slice(0, 400);
}

/** Node's own client: `fetch` says `sec-fetch-mode: cors` whatever it is told. No connection outlives its answer: the next test has the same port. */
function send(url: string, headers: Record<string, string>, { form, method = form ? "POST" : "GET" }: Sent) {
  const type = form && { "content-type": "application/x-www-form-urlencoded" };
  return new Promise<{ status: number; text: string; location: string | undefined; cookies: string[] }>(
    (resolve, reject) => {
      const request = http.request(
        url,
        { agent: false, method, headers: { ...headers, ...type } },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk) => {
            text += chunk;
          });
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text,
              location: response.headers.location,
              cookies: response.headers["set-cookie"] ?? [],
            }),
          );
        },
      );
      request.on("error", reject);
      request.end(form && new URLSearchParams(form).toString());
    },
  );
}
