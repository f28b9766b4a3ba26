// People who sign in, wired together: sessions, the sign-in, and the guard's second way in.
import { chain } from "./chain.ts";
import { type CookieStyle, cookieName } from "./cookies.ts";
import { createCsrfTokens, type GuardSessions, type RouterSettings } from "./http/index.ts";
import type { Identity } from "./identity.ts";
import { createLogin, type Login, type LoginDeps, publicUrlOf } from "./login/index.ts";
import type { PeopleDeps, SplitOptions } from "./people-options.ts";
import { quietly } from "./quietly.ts";
import {
  createSealer,
  createSessionLeaf,
  createSessions,
  resolveSession,
  type SessionOwner,
  type SessionSummary,
} from "./session/index.ts";
import { checkRevocation, customClaims, type Verifier, type VerifierDeps } from "./verify/index.ts";
import type { WatchedSignIn } from "./watch.ts";

/** The sessions of an application, for whoever administers it. Needs a session store. */
export interface SessionAdministration {
  /**
   * A person's sessions, the latest first.
   *
   * @throws TypeError by rejection where there is no store; AuthError `session_store_unavailable`
   */
  list(owner: SessionOwner): Promise<readonly SessionSummary[]>;
  /**
   * Ends all of a person's sessions, in every process, and revokes their refresh tokens; how many there were.
   *
   * @throws as `list`
   */
  endAll(owner: SessionOwner): Promise<number>;
}

/** What an application has where people sign in. */
export interface People<Claims> {
  readonly sessions: GuardSessions<Claims>;
  readonly router: RouterSettings;
  readonly sessionCookie: string;
  readonly administration: SessionAdministration;
  readonly login: Login;
  readonly signIn: WatchedSignIn;
  close(): void;
}

/** What {@link createPeople} builds on. */
export interface PeopleParts<Claims> {
  readonly deps: VerifierDeps<Claims> & PeopleDeps;
  readonly verifier: Verifier<Claims>;
  /** Who hears of sign-ins, renewals and logouts. */
  readonly listeners?: Pick<LoginDeps, "logged" | "onEvent" | "watch">;
}

/**
 * Wires sessions and sign-in; `undefined` where nobody signs in.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 */
export function createPeople<Claims>(
  { verifier: { publicUrl }, clients: all, session, router, nativeClients }: SplitOptions,
  { deps, verifier, listeners }: PeopleParts<Claims>,
): People<Claims> | undefined {
  if (session === undefined) return undefined;
  const settings = resolveSession(session);
  const providers = verifier.providers();
  const clients = all.flatMap(({ clientId, ...rest }, index) => {
    const provider = providers[index];
    return clientId === undefined || !provider ? [] : [{ ...rest, clientId, provider }];
  });
  const { now, fetch, logger, waitUntil, sessionStore, isRevoked } = deps;
  const base = publicUrlOf({ publicUrl, clients });
  const style: CookieStyle = { secure: base.startsWith("https:") };
  const sealer = createSealer(settings.secrets, { ...(now && { now }) });
  const sessions = createSessions(settings, {
    style,
    sealer,
    store: sessionStore,
    renewal: {
      renew: (content) => login.renewal.renew(content),
      discard: (content) => login.renewal.discard(content),
    },
    now,
    waitUntil,
    onFailure: (error) =>
      quietly(() => logger?.warn({ event: "session", code: error.code, err: error }, error.message)),
  });
  const login = createLogin(
    { clients, publicUrl: base, router, nativeClients },
    {
      ...listeners,
      sealer,
      sessions,
      verify: all.some((client) => client.login?.identity === "access_token")
        ? async (token, jkt) => verifier.checkOwn(token, jkt)
        : undefined,
      isRevoked,
      fetch,
      now,
      logger,
      waitUntil,
    },
  );
  const typed = customClaims(deps.claims);
  const leaf = createSessionLeaf<Claims>({
    sessions,
    loginUrl: login.loginUrl,
    verified: (content) =>
      chain(typed(login.identity(content)), (identity) => ({
        identity,
        keyId: undefined,
        binding: undefined,
        cached: false,
      })),
    // What is asked at every use of a token is asked at every use of a session.
    check: isRevoked && (({ identity }) => checkRevocation(isRevoked, identity as Identity)),
  });
  const notice = style.secure
    ? undefined
    : "`publicUrl` is http: the session's cookie goes without `Secure` and without `__Host-`. For loopback only";
  if (notice) quietly(() => logger?.warn({ event: "session_cookie_not_secure" }, notice));

  return {
    login,
    signIn: {
      issuers: clients.map(({ provider }) => provider.name),
      native: nativeClients !== undefined,
    },
    sessions: {
      leaf,
      publicUrl: base,
      csrf: createCsrfTokens(sealer),
    },
    router: { endpoints: login.endpoints, basePath: login.basePath, mountedAt: login.mountedAt },
    sessionCookie: cookieName(settings.cookieName, style),
    administration: {
      list: (owner) => sessions.list(owner),
      endAll: (owner) => login.endAll(owner),
    },
    close: () => sessions.close(),
  };
}

const nobodySignsIn = () => new TypeError("Nobody signs in here: give sallyport() `clientId` and `session`");

/** Where nobody signs in. */
export const noAdministration: SessionAdministration = Object.freeze({
  list: () => Promise.reject(nobodySignsIn()),
  endAll: () => Promise.reject(nobodySignsIn()),
});

/** @throws TypeError always */
export function noTokenSource(): never {
  throw nobodySignsIn();
}

/** Rejects always. */
export async function noDeviceLogin(): Promise<never> {
  throw nobodySignsIn();
}
