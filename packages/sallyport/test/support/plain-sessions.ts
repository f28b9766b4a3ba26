// Sessions in this process's memory, plainly: what signing in is tested against.
import { platform } from "#platform";
import { parseCookies } from "../../src/cookies.ts";
import type { JsonValue } from "../../src/identity.ts";

import type {
  FoundSession,
  LogoutScope,
  Sealer,
  SessionContent,
  Sessions,
  TokenRenewal,
} from "../../src/session/index.ts";

export interface PlainSessions extends Sessions {
  readonly live: Map<string, SessionContent>;
  /** Renews what the provider refuses, where a test says by what. */
  readonly renewal: { renew?: TokenRenewal["renew"] };
  /** Makes every verb reject from now on. */
  fail(error: Error | undefined): void;
}

const name = "plain-session";

/** @param kind `cookie` refuses what takes a store */
export function plainSessions(now: () => number, kind: Sessions["kind"] = "store"): PlainSessions {
  const live = new Map<string, SessionContent>();
  const words = new Map<string, number>();
  const logouts: (LogoutScope & { readonly at: number })[] = [];
  const renewal: PlainSessions["renewal"] = {};
  let failure: Error | undefined;
  let serial = 0;

  const idIn = (cookie: string | undefined) => parseCookies(cookie).get(name)?.[0] ?? "";
  const matches = (content: SessionContent, { issuer, subject, sid }: LogoutScope) =>
    content.issuer === issuer &&
    (subject === undefined || content.subject === subject) &&
    (sid === undefined || content.sid === sid);
  const check = () => {
    if (failure) throw failure;
  };
  const found = (content: SessionContent | undefined): FoundSession => ({
    content,
    expiresAt: content && content.startedAt + 86_400_000,
    changes: [],
  });

  return {
    kind,
    live,
    renewal,
    fail: (error) => {
      failure = error;
    },
    async find(cookie, refused) {
      check();
      const content = live.get(idIn(cookie));
      if (!content || content.tokens.accessToken !== refused || !renewal.renew) return found(content);
      const next = await renewal.renew(content).catch(() => undefined);
      if (next) live.set(idIn(cookie), next);
      else live.delete(idIn(cookie));
      return found(next);
    },
    async formerOf(cookie) {
      return idIn(cookie) || undefined;
    },
    async start({ content, since, cookie, former = "" }) {
      check();
      live.delete(idIn(cookie) || former);
      if (logouts.some((one) => one.at >= since && matches(content, one))) return undefined;
      serial += 1;
      const id = `session-${serial}`;
      live.set(id, content);
      return [{ name, value: id }];
    },
    async end(cookie) {
      check();
      const content = live.get(idIn(cookie));
      live.delete(idIn(cookie));
      return { ...found(content), changes: [{ name, value: undefined }] };
    },
    async endAll(scope) {
      check();
      if (kind === "cookie") throw new TypeError("endAll needs a session store");
      logouts.push({ ...scope, at: now() });
      const ended = [...live].filter(([, content]) => matches(content, scope));
      for (const [id] of ended) live.delete(id);
      return ended.map(([, content]) => content);
    },
    async list() {
      return [];
    },
    async once(word, until) {
      check();
      if ((words.get(word) ?? 0) > now()) return false;
      words.set(word, until);
      return true;
    },
    close: () => {},
  };
}

/** Seals with the platform's own cryptography. */
export function plainSealer(now: () => number): Sealer {
  const secret = new Uint8Array(32).fill(7);
  return {
    seal: (purpose, context, value, expiresAt) =>
      platform.seal(secret, JSON.stringify([expiresAt, value]), `${purpose}\n${context}`),
    async open(purpose, context, sealed) {
      const text = await platform.open(secret, sealed, `${purpose}\n${context}`);
      const [expiresAt, value] =
        text === undefined ? [0, undefined] : (JSON.parse(text) as [number, JsonValue]);
      return expiresAt > now() ? value : undefined;
    },
  };
}
