// The problems of docs/sign-in-problems.md, each brought about for real: an application of ours, the development provider, a browser.
import { randomBytes } from "node:crypto";
import { type DevIdp, startDevIdp } from "../../../../dev-idp/src/index.ts";
import { Browser } from "../../../../dev-idp/test/support.ts";
import { type SallyportOptions, sallyport } from "../../../src/frameworks/fetch.ts";

export interface Problem {
  /** Set otherwise than it should be. */
  readonly options?: (right: SallyportOptions) => SallyportOptions;
  /** Seconds by which the application's clock is ahead of the provider's. */
  readonly ahead?: number;
  /** Whether the browser keeps cookies back. */
  readonly blocked?: true;
  /** Whether the provider is gone. */
  readonly down?: true;
}

/** What somebody reads, and what is written down. */
export interface Seen {
  /** Who answered last: the application, or the provider by a page of its own. */
  readonly by: "application" | "provider";
  readonly status: number;
  readonly text: string;
  /** `code` or `event`, and the message. */
  readonly log: readonly (readonly [name: string, message: string])[];
  readonly idp: DevIdp;
}

const publicUrl = "http://127.0.0.1:3000";
/** A public URL whose callback the provider does not know. */
export const strangeUrl = "https://app.example.com";
const hour = 3_600;
const elsewhere = (right: SallyportOptions) => ({ ...right, publicUrl: strangeUrl });

/** By the headings of the page. */
export const problems: Readonly<Record<string, Problem>> = {
  "The callback's address is not registered": { options: elsewhere },
  "The same, where requests are pushed": {
    options: (right) => ({ ...elsewhere(right), login: { par: true } }),
  },
  "The secret is wrong": { options: (right) => ({ ...right, clientSecret: "wrong-secret" }) },
  "The application's clock is behind": { ahead: -hour },
  "The application's clock is ahead": { ahead: 2 * hour },
  "The cookie is blocked": { blocked: true },
  "The provider is down": { down: true },
};

const navigation = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "none" };

/** Alice signs in, as far as she gets. The provider is the caller's to close. */
export async function provoke({ options, ahead = 0, blocked, down }: Problem): Promise<Seen> {
  const idp = await startDevIdp({ algorithm: "ES256", quiet: true });
  const right: SallyportOptions = {
    issuer: idp.issuer,
    insecureAllowLoopback: true,
    publicUrl,
    clientId: "web",
    clientSecret: "web-secret",
    session: { secret: randomBytes(48).toString("base64") },
  };
  const log: (readonly [string, string])[] = [];
  const write = (details: object, message: string) => {
    const { code, event = "" } = details as { readonly code?: string; readonly event?: string };
    log.push([code ?? event, message]);
  };
  const auth = sallyport(options?.(right) ?? right, {
    now: () => Date.now() + ahead * 1000,
    logger: { info: write, warn: write, error: write },
    audit: [],
  });
  const router = auth.router();
  const ask = async (url: string, cookie = "") => {
    const answer = await router(new Request(url, { headers: { ...navigation, cookie } }));
    if (!answer) throw new TypeError(`The router does not answer ${url}`);
    return answer;
  };
  const seen = async (answer: Response) => {
    const { status } = answer;
    return { by: "application" as const, status, text: await answer.text(), log, idp };
  };
  if (down) await idp.close();
  const url = options?.(right).publicUrl ?? publicUrl;
  const begun = await ask(`${url}/auth/v2/login`);
  const location = begun.headers.get("location");
  if (location === null) return seen(begun);
  const cookie = begun.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const browser = new Browser();
  const page = await browser.go(location);
  if (page.status !== 200) return { by: "provider", status: page.status, text: page.text, log, idp };
  const back = await browser.submit(page, { person: "alice" });
  return seen(await ask(back.url, blocked ? "" : cookie));
}

/** The rows of a section of the page, by their first cell. */
export function sectionOf(page: string, heading: string): ReadonlyMap<string, string> {
  const [, section = ""] = page.split(`\n## ${heading}\n`);
  const [table = ""] = section.split("\n## ");
  return new Map(
    [...table.matchAll(/^\| ([^|]+) \| (.*) \|$/gm)].map(([, first = "", second = ""]) => [first, second]),
  );
}
