// An application in which people sign in, and a browser that keeps its cookies as one does.
import { parseCookies } from "../../src/cookies.ts";
import type { SecurityEvent, SessionEvent } from "../../src/events.ts";
import type { Answer, EndpointRequest } from "../../src/http/index.ts";
import {
  createLogin,
  type Login,
  type LoginClient,
  type LoginOptions,
  type LoginSettings,
} from "../../src/login/index.ts";
import type { SessionContent } from "../../src/session/index.ts";
import { createVerifier, type VerifierDeps, type VerifierOptions } from "../../src/verify/index.ts";
import type { ToldSession } from "../../src/watch.ts";
import { type PlainSessions, plainSealer, plainSessions } from "./plain-sessions.ts";
import {
  type ProviderScript,
  type ScriptedProvider,
  startScriptedProvider,
} from "./scripted-login-provider.ts";

export interface LoginApp {
  readonly provider: ScriptedProvider;
  readonly login: Login;
  readonly sessions: PlainSessions;
  readonly clock: { now: number };
  /** What the log was told of trouble: event, code, message. */
  readonly log: { event: string; code?: string; message: string }[];
  /** The events of what is no trouble. */
  readonly notices: string[];
  /** What was written down. */
  readonly events: (SessionEvent | SecurityEvent)[];
  /** What was counted. */
  readonly told: ToldSession[];
  browser(): Browser;
}

export interface LoginAppOptions {
  readonly script?: ProviderScript;
  readonly login?: LoginOptions;
  readonly client?: Partial<LoginClient>;
  readonly verifier?: Partial<VerifierOptions>;
  readonly settings?: Partial<LoginSettings>;
  readonly kind?: "cookie" | "store";
  readonly isRevoked?: VerifierDeps["isRevoked"];
}

export const publicUrl = "https://app.example";

export async function startLoginApp(options: LoginAppOptions = {}): Promise<LoginApp> {
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const provider = await startScriptedProvider({ now, script: options.script ?? {} });
  const log: LoginApp["log"] = [];
  const write = (details: object, message: string) => {
    log.push({ ...(details as { event: string }), message });
  };
  const notices: LoginApp["notices"] = [];
  const info = (details: object) => void notices.push((details as { event: string }).event);
  const logger = { info, warn: write, error: write };
  const verifier = createVerifier(
    { issuer: provider.issuer, insecureAllowLoopback: true, ...options.verifier },
    { now, logger },
    undefined,
    { clients: [true] },
  );
  const [own] = verifier.providers();
  if (!own) throw new TypeError("The verifier has a provider");
  const sessions = plainSessions(now, options.kind);
  const events: LoginApp["events"] = [];
  const told: LoginApp["told"] = [];
  const login = createLogin(
    {
      clients: [
        {
          provider: own,
          clientId: provider.clientId,
          clientSecret: "web-secret-web-secret-web-secret-1",
          ...(options.login && { login: options.login }),
          ...options.client,
        },
      ],
      publicUrl,
      ...options.settings,
    },
    {
      sessions,
      sealer: plainSealer(now),
      now,
      logger,
      onEvent: (event) => void events.push(event),
      watch: { session: (one) => void told.push(one), security() {} },
      isRevoked: options.isRevoked,
      ...(options.verifier?.audience && {
        verify: async (token, jkt) => verifier.checkOwn(token, jkt),
      }),
    },
  );
  return {
    provider,
    login,
    sessions,
    clock,
    log,
    notices,
    events,
    told,
    browser: () => createBrowser(login),
  };
}

export interface BrowserRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly form?: URLSearchParams | Record<string, string>;
  /** Sends these cookies in place of the jar's. */
  readonly cookie?: string | undefined;
}

export interface Browser {
  readonly jar: Map<string, string>;
  /** The `Set-Cookie` headers of the last answer. */
  setCookies: readonly string[];
  send(target: string, request?: BrowserRequest): Promise<Answer>;
  /** Opens the sign-in: the provider's address. */
  open(query?: string): Promise<string>;
}

const navigation: Readonly<Record<string, string>> = {
  accept: "text/html",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "none",
};

function createBrowser(login: Login): Browser {
  const jar = new Map<string, string>();
  /** Cookies that come along with another site's POST (RFC 6265bis §5.7.3). */
  const crossSite = new Set<string>();
  const browser: Browser = {
    jar,
    setCookies: [],
    async send(target, { method = "GET", headers = navigation, form, ...rest } = {}) {
      const [path = ""] = target.split("?");
      const endpoint = login.endpoints.find((one) => path.endsWith(one.path));
      if (!endpoint?.methods.includes(method as "GET")) throw new TypeError(`${method} ${path}: no endpoint`);
      const isPosted = method === "POST" && headers["sec-fetch-site"] === "cross-site";
      const sent = [...jar].filter(([name]) => !isPosted || crossSite.has(name));
      const held = sent.map(([name, value]) => `${name}=${value}`).join("; ");
      const request: EndpointRequest = {
        method,
        target,
        header: (name) => headers[name],
        cookie: "cookie" in rest ? rest.cookie : held === "" ? undefined : held,
        form: async () => (form === undefined ? undefined : new URLSearchParams(form)),
        requestId: "req-1",
      };
      const answer = await endpoint.handle(request);
      browser.setCookies = answer.cookies;
      for (const line of answer.cookies) {
        const [[name, [value = ""]] = ["", []]] = parseCookies(line.split(";")[0]);
        if (/SameSite=None/.test(line)) crossSite.add(name);
        if (/Max-Age=0/.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    },
    async open(query = "") {
      const answer = await browser.send(`/auth/v2/login${query}`);
      const { location } = answer.headers;
      if (location === undefined)
        throw new TypeError(`The sign-in answered ${answer.status}: ${answer.text}`);
      return location;
    },
  };
  return browser;
}

/** The whole way: to the provider and back. */
export async function signIn(app: LoginApp, browser: Browser, query = ""): Promise<Answer> {
  return comeBack(app, browser, await browser.open(query));
}

/** An application, and the browser of somebody who has signed in to it. */
export async function signedIn(
  options: Parameters<typeof startLoginApp>[0] = {},
): Promise<{ app: LoginApp; browser: Browser }> {
  const app = await startLoginApp(options);
  const browser = app.browser();
  await signIn(app, browser);
  return { app, browser };
}

/** From the provider's address back to the callback. */
export async function comeBack(app: LoginApp, browser: Browser, url: string): Promise<Answer> {
  const { location, form } = await app.provider.visit(url);
  if (form) return browser.send("/auth/v2/callback", { method: "POST", form, headers: crossSitePost });
  return browser.send(pathOf(location ?? ""));
}

export const crossSitePost = {
  accept: "text/html",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "cross-site",
};

export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** The one session that there is. */
export function onlySession({ sessions }: LoginApp): SessionContent {
  const [content, ...more] = sessions.live.values();
  if (!content || more.length > 0) throw new TypeError(`There are ${sessions.live.size} sessions, not one`);
  return content;
}

/** The code that the log has for what went wrong last. */
export function lastCode({ log }: LoginApp): string | undefined {
  return log.findLast(({ code }) => code !== undefined)?.code;
}
