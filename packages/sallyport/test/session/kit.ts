// What the tests of sessions share: a browser's cookies, a provider that rotates refresh tokens, and processes of one application.

import { type CookieChange, serializeCookie } from "../../src/cookies.ts";
import { AuthError, type AuthErrorCode } from "../../src/errors.ts";
import {
  type ApplicationSessions,
  createSealer,
  createSessions,
  resolveSession,
  type SessionContent,
  type SessionOptions,
  type SessionStore,
  type TokenRenewal,
} from "../../src/session/index.ts";
import { createPlainSessionStore, type PlainSessionStore } from "../support/plain-session-store.ts";

export const secret = "kR4wZx81TbQv93LmYp6cN0eUfJ27Gd5sHa3VtB8qXo1W";
export const otherSecret = "pL7nEy52SgKc04MdZq9bT1rXwV36Jf8uIh5CoA2kQm6D";
export const startTime = Date.parse("2026-03-01T08:00:00Z");
export const minute = 60_000;
export const hour = 60 * minute;

export type Kind = "cookie" | "store";
export const kinds: readonly Kind[] = ["cookie", "store"];

export function contentOf(changes: Partial<SessionContent> = {}): SessionContent {
  return {
    provider: "main",
    issuer: "https://idp.example.com",
    subject: "248289761001",
    clientId: "web-app",
    sid: "sid-1",
    claims: { iss: "https://idp.example.com", sub: "248289761001", name: "Zoë Świt", middle_name: null },
    startedAt: startTime,
    refreshedAt: startTime,
    ...changes,
    tokens: {
      accessToken: "access-1",
      tokenType: "Bearer",
      expiresAt: startTime + 10 * minute,
      refreshToken: "refresh-1",
      idToken: "id-token-1",
      scope: "openid email",
      ...changes.tokens,
    },
  };
}

/** A browser, as far as it keeps cookies: what is told by `Set-Cookie` is kept, replaced or dropped. */
export function createBrowser(secure = true) {
  const jar = new Map<string, string>();
  return {
    jar,
    /** `undefined` where it would send no `Cookie` at all. */
    get cookie(): string | undefined {
      return jar.size === 0 ? undefined : [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    take(changes: readonly CookieChange[]): void {
      for (const change of changes) {
        const [pair = "", ...attributes] = serializeCookie(change, { secure }).split("; ");
        const name = pair.slice(0, pair.indexOf("="));
        if (attributes.includes("Max-Age=0")) jar.delete(name);
        else jar.set(name, pair.slice(name.length + 1));
      }
    },
  };
}

/** A provider's token endpoint that takes a refresh token once, and ends the family where one comes again (RFC 9700 §4.14.2). */
export function createProvider(now: () => number, lifetimeMs = 10 * minute) {
  let current = 1;
  const state = {
    asked: 0,
    discarded: [] as string[],
    isDown: false,
    isFamilyRevoked: false,
    /** What an answer waits for. */
    gate: undefined as Promise<void> | undefined,
    rotates: true,
  };
  const renewal: TokenRenewal = {
    async renew(content) {
      state.asked += 1;
      // The provider decides when it is asked, and its answer takes its time.
      const answer = decide(content);
      await state.gate;
      return answer();
    },
    async discard({ tokens }) {
      state.discarded.push(tokens.refreshToken ?? tokens.accessToken);
    },
  };
  function decide(content: SessionContent): () => SessionContent {
    const failWith = (code: AuthErrorCode) => () => {
      throw new AuthError(code, "The provider's answer");
    };
    if (state.isDown) return failWith("refresh_failed");
    if (content.tokens.refreshToken !== `refresh-${current}`) state.isFamilyRevoked = true;
    if (state.isFamilyRevoked) return failWith("session_ended");
    if (state.rotates) current += 1;
    const next: SessionContent = {
      ...content,
      refreshedAt: now(),
      tokens: {
        ...content.tokens,
        accessToken: `access-${state.rotates ? current : state.asked + 1}`,
        refreshToken: `refresh-${current}`,
        expiresAt: now() + lifetimeMs,
      },
    };
    return () => next;
  }
  return Object.assign(state, { renewal });
}

export interface Scene {
  now: number;
  readonly store: PlainSessionStore;
  readonly provider: ReturnType<typeof createProvider>;
  readonly failures: AuthError[];
  /** One more process of the application. */
  process(options?: Partial<SessionOptions>, deps?: ProcessDeps): ApplicationSessions;
}

export interface ProcessDeps {
  readonly renewal?: TokenRenewal | undefined;
  readonly store?: SessionStore | undefined;
  readonly secure?: boolean;
}

export function createScene(kind: Kind, atOnce = false): Scene {
  const scene: Scene = {
    now: startTime,
    store: createPlainSessionStore(atOnce),
    provider: createProvider(() => scene.now),
    failures: [],
    process(options = {}, deps = {}) {
      const settings = resolveSession({ secret, ...options });
      const now = () => scene.now;
      return createSessions(settings, {
        style: { secure: deps.secure ?? true },
        sealer: createSealer(settings.secrets, { now }),
        store: kind === "store" ? (deps.store ?? scene.store) : undefined,
        renewal: "renewal" in deps ? deps.renewal : scene.provider.renewal,
        now,
        onFailure: (error) => scene.failures.push(error),
      });
    },
  };
  return scene;
}

/** Signs somebody in, in a browser of their own. */
export async function signIn(
  sessions: ApplicationSessions,
  content = contentOf(),
  browser = createBrowser(),
): Promise<ReturnType<typeof createBrowser>> {
  const changes = await sessions.start({ content, since: content.startedAt, cookie: browser.cookie });
  if (!changes) throw new Error("Nobody was signed in");
  browser.take(changes);
  return browser;
}

/** A request: who it is of, once its answer has reached the browser. */
export async function visit(
  sessions: ApplicationSessions,
  browser: ReturnType<typeof createBrowser>,
): Promise<SessionContent | undefined> {
  const { content, changes } = await sessions.find(browser.cookie);
  browser.take(changes);
  return content;
}

/** The code of what an answer fails with. */
export async function codeOf(answer: () => unknown): Promise<unknown> {
  try {
    await answer();
    return "accepted";
  } catch (error) {
    return error instanceof AuthError ? error.code : error;
  }
}

/** Lets everything go on that waits for nothing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Waits until something has happened. */
export async function until(hasHappened: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!hasHappened()) {
    if (performance.now() > deadline) throw new Error("What the test waits for did not happen");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
