// The leaf for people: from a request's cookies to who is signed in, and from "nobody" to the sign-in.
import { chain, isPromise } from "../chain.ts";
import { type CookieChange, type CookieStyle, serializeCookie } from "../cookies.ts";
import { AuthError } from "../errors.ts";
import type { SessionContent, SessionLeaf, SessionVisit } from "../session/index.ts";
import type { Verified } from "../verify/index.ts";
import { isFromHere, mayChange } from "./cross-site.ts";
import { type CsrfTokens, csrfHeader } from "./csrf-tokens.ts";
import type { AskedSession, RequestFacts } from "./facts.ts";
import { Denied } from "./judge.ts";
import { isNavigation, pageOf, targetOf } from "./navigation.ts";
import { Answer } from "./refusal.ts";
import { pathOf } from "./routing.ts";

/** What a guard has to know of the application's sessions. */
export interface GuardSessions<Claims> {
  readonly leaf: SessionLeaf<Claims>;
  /** The URL under which browsers reach the application's `/`. */
  readonly publicUrl: string;
  /** The token alternative to the check by `Origin`; without it there is none. */
  readonly csrf?: CsrfTokens | undefined;
}

/** One of the two ways through a guard. */
export interface SessionWay<Claims> {
  /**
   * Who is signed in; `undefined` for nobody. Notes on `facts` what the answer has to carry.
   *
   * @throws Denied, AuthError at once or by rejection
   */
  enter(facts: RequestFacts): Verified<Claims> | undefined | Promise<Verified<Claims> | undefined>;
  /** Why nobody came in. */
  nobody(facts: RequestFacts): AuthError;
  /** The address of the sign-in that would cure a refusal; `undefined` where none would. */
  signIn(facts: RequestFacts, error: AuthError): string | undefined;
  /** The way there, for a browser that is on its way to a page; `undefined` for any other request. */
  redirect(facts: RequestFacts, loginUrl: string): Answer | undefined;
}

const nothing = { cookies: Object.freeze([]), content: undefined, expiresAt: undefined };
const unasked: AskedSession = Object.freeze({ asked: false, ...nothing });
const asked: AskedSession = Object.freeze({ asked: true, ...nothing });

/** @throws TypeError where the public URL is none */
export function createSessionWay<Claims>({
  leaf,
  publicUrl,
  csrf,
}: GuardSessions<Claims>): SessionWay<Claims> {
  const base = new URL(publicUrl);
  const style: CookieStyle = { secure: base.protocol === "https:" };

  function requireFromHere(
    facts: RequestFacts,
    verified: Verified<Claims>,
    content: SessionContent,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    if (!mayChange(facts) || isFromHere(facts, base.origin)) return verified;
    const token = csrf && facts.header(csrfHeader);
    return chain(token !== undefined && csrf?.isOf(token, content), (good) => {
      if (good === true) return verified;
      throw new Denied(
        new AuthError(
          "cross_site_request",
          "Neither Sec-Fetch-Site nor Origin names a page of this application",
        ),
        verified,
      );
    });
  }

  function entered(
    facts: RequestFacts,
    { verified, content, expiresAt, changes, refused }: SessionVisit<Claims>,
  ): Verified<Claims> | undefined | Promise<Verified<Claims>> {
    facts.session = { asked: true, cookies: written(changes, style), content, expiresAt };
    if (refused !== undefined) throw refused;
    return verified && content && requireFromHere(facts, verified, content);
  }

  return {
    enter(facts) {
      facts.session = unasked;
      const cookie = facts.header("cookie");
      if (cookie === undefined || !leaf.mayHold(cookie)) return undefined;
      facts.session = asked;
      const visit = leaf.visit(cookie);
      return isPromise(visit) ? visit.then((later) => entered(facts, later)) : entered(facts, visit);
    },
    nobody: ({ session }) =>
      session?.asked
        ? new AuthError("session_ended", "The request's cookies hold no session that still lasts")
        : new AuthError(
            "login_required",
            "The request carries neither a session nor a token that is taken here",
          ),
    signIn(facts, { code, acrValues, maxAgeSeconds }) {
      const target = isNavigation(facts) ? targetOf(facts, base) : pageOf(facts, base);
      if (code === "login_required" || code === "session_ended") return leaf.loginUrl(target);
      if (code !== "insufficient_user_authentication") return undefined;
      return leaf.loginUrl(target, {
        acrValues,
        ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      });
    },
    redirect(facts, loginUrl) {
      // A guard in front of the sign-in itself would send the browser round in circles.
      if (!isNavigation(facts) || pathOf(targetOf(facts, base)) === pathOf(loginUrl)) return undefined;
      const headers = { location: loginUrl, "cache-control": "no-store" };
      return new Answer(302, headers, undefined, undefined, facts.session?.cookies);
    },
  };
}

function written(changes: readonly CookieChange[], style: CookieStyle): readonly string[] {
  return changes.length === 0 ? nothing.cookies : changes.map((change) => serializeCookie(change, style));
}
