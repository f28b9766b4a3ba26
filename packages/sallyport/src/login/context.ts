// What the endpoints share: the clients, the sessions, and how a request is read and refused.
import type { CookieChange, CookieStyle } from "../cookies.ts";
import { AuthError } from "../errors.ts";
import type { Answer, Endpoint, EndpointName, EndpointRequest } from "../http/index.ts";
import { outline } from "../outline.ts";
import { quietly } from "../quietly.ts";
import type { SessionContent, Sessions, TokenRenewal } from "../session/index.ts";
import type { Logger } from "../verify/index.ts";
import type { LoginClient, StepUp } from "./contract.ts";
import { ProviderFailure } from "./failure.ts";
import type { NativeClients } from "./native/native.ts";
import type { Pages } from "./pages.ts";
import type { ProviderClient } from "./provider-client.ts";
import type { TargetRules } from "./return-to.ts";
import type { VerifyAccessToken } from "./session-content.ts";
import type { Concerned, Told, Trail } from "./trail.ts";
import type { Transactions } from "./transactions.ts";

/** One provider, and the addresses that it knows us by. */
export interface ConnectedClient {
  readonly api: ProviderClient;
  readonly client: LoginClient;
  /** The callback's address, as the provider knows it. */
  readonly redirectUri: () => string;
  /** Where its answers arrive, below the router. */
  readonly callbackPath: string;
  /** Whether another provider's answers arrive there, too. */
  readonly sharesCallback: boolean;
  readonly postLogoutRedirectUri: string;
  /** What a sign-in asks for, separated by spaces. */
  readonly scope: string;
  /** Writes down, once, where sign-ins come back to: a provider that does not know the address shows its error to the person, and tells nobody here. */
  announce(): void;
}

/** What the endpoints share. */
export interface LoginContext {
  readonly clients: readonly ConnectedClient[];
  readonly sessions: Sessions;
  readonly renewal: TokenRenewal;
  readonly transactions: Transactions;
  readonly pages: Pages;
  readonly style: CookieStyle;
  readonly targets: TargetRules;
  readonly verify: VerifyAccessToken | undefined;
  /** `undefined` where native clients are not served. */
  readonly native: NativeClients | undefined;
  readonly now: () => number;
  loginUrl(target: string, stepUp?: StepUp): string;
  /** The client that a session is of. */
  clientOf(content: Pick<SessionContent, "provider" | "clientId">): ConnectedClient | undefined;
  /**
   * Asks the application whether this person's access was revoked.
   *
   * @throws AuthError by rejection: `token_revoked`, or `revocation_unavailable` where it can't say
   */
  checkRevoked(content: SessionContent): Promise<void>;
  readonly trail: Trail;
  /** Tells the log why something was refused that is no sign-in, renewal or logout; nothing of what was sent. */
  tell(event: string, error: AuthError, issuer: string | undefined): void;
  /** Work that no answer waits for. */
  background(work: Promise<unknown>): void;
}

/** Makes `tell`. */
export function createTeller(logger: Logger | undefined): LoginContext["tell"] {
  return (event, { code, message }, issuer) => {
    quietly(() => logger?.warn({ event, code, ...(issuer !== undefined && { issuer }) }, message));
  };
}

/** Whom a request is about, filled in as it becomes known: for what is written down where it fails. */
export interface About {
  of?: Concerned;
  /** What the answer sets, whatever it is. */
  cookies?: readonly CookieChange[];
}

/** An endpoint whose failures are answers. */
export function endpoint(
  context: LoginContext,
  { name, methods, path }: Pick<Endpoint, "name" | "methods" | "path">,
  handle: (request: EndpointRequest, about: About) => Promise<Answer>,
): Endpoint {
  const written = writtenOf[name];
  return {
    name,
    methods,
    path,
    async handle(request) {
      const about: About = {};
      try {
        return await handle(request, about);
      } catch (thrown) {
        const error = asAuthError(thrown);
        const { requestId } = request;
        if (written) context.trail.session({ name: written, of: about.of, error, requestId });
        else context.tell(`${name}_failed`, error, about.of?.provider);
        return context.pages.failure(request, error, about.cookies && { cookies: about.cookies });
      }
    },
  };
}

/** What fails where an endpoint does; the others begin and end nothing. */
const writtenOf: Readonly<Partial<Record<EndpointName, Told["name"]>>> = {
  login: "login",
  callback: "login",
  logout: "logout",
  frontchannelLogout: "frontchannel_logout",
};

/** What went wrong, as people may be told. What only says of access tokens is the provider's outage here. */
export function asAuthError(thrown: unknown): AuthError {
  if (thrown instanceof ProviderFailure) return thrown.error;
  if (thrown instanceof AuthError) return thrown;
  return new AuthError("provider_unavailable", "Something failed that should not", {
    cause: outline(thrown),
  });
}

/** The query of a request's target. */
export function queryOf({ target }: EndpointRequest): URLSearchParams {
  const mark = target.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
}

/**
 * A parameter that may be there once (RFC 6749 §3.1); empty counts as left out.
 *
 * @throws AuthError `login_interrupted` where it is there twice
 */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const all = parameters.getAll(name);
  if (all.length > 1) throw new AuthError("login_interrupted", `The request has the parameter ${name} twice`);
  return all[0] === "" ? undefined : all[0];
}

/** Parameters of a query, or of a posted form. */
export async function parametersOf(request: EndpointRequest): Promise<URLSearchParams> {
  if (request.method !== "POST") return queryOf(request);
  const form = await request.form();
  if (form) return form;
  // A POST of a script's may say nothing more than that.
  if (request.header("content-type") === undefined) return new URLSearchParams();
  throw new AuthError("login_interrupted", "The request's body is not a form");
}
