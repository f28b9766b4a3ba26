// POST backchannel-logout: the provider says whose sessions end (OIDC Back-Channel Logout §2.5 to §2.8).
import { AuthError, bodyError } from "../../errors.ts";
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import { type About, asAuthError, type ConnectedClient, type LoginContext } from "../context.ts";
import { judgeLogoutToken, type LogoutToken } from "../logout-token.ts";
import { claimsOf } from "../session-content.ts";

const longestToken = 65_536;
/** Tokens whose logout failed on our side, so that the provider may try again. */
const mostUnfinished = 1_000;

export function backchannelLogoutEndpoint(context: LoginContext, path: string): Endpoint {
  const unfinished = new Set<string>();

  async function end(request: EndpointRequest, about: About): Promise<void> {
    const jwt = await logoutToken(request);
    const { token, connected } = await judged(context, jwt);
    const { clientId, provider } = connected.client;
    const { issuer, subject, sid } = token;
    about.of = { provider: provider.name, clientId, issuer, ...(subject !== undefined && { subject }) };
    const word = `logout ${issuer} ${clientId} ${token.jti}`;
    const say = (what: string) => context.sessions.once(what, token.expiresAt);
    // §2.6: a token that is used again would end the sessions that were begun since. But one whose logout was cut short, here or in
    // another process, may be tried again.
    if (!(await say(word)) && !unfinished.delete(word) && !(await say(`${word} done`))) {
      throw new AuthError("invalid_logout_token", "The logout token is not good: it has been used");
    }
    try {
      const ended = await context.sessions.endAll({ issuer, subject, sid });
      await say(`${word} done`);
      const of = ended[0] ?? about.of;
      const { requestId } = request;
      context.trail.session({ name: "backchannel_logout", of, ended: ended.length, requestId });
      for (const content of ended) {
        // §2.7: refresh tokens go too, but for those that are meant to outlive the session.
        if (content.tokens.scope.split(" ").includes("offline_access")) continue;
        context.background(context.renewal.discard(content));
      }
    } catch (thrown) {
      if (unfinished.size < mostUnfinished) unfinished.add(word);
      throw thrown;
    }
  }

  return {
    name: "backchannelLogout",
    methods: ["POST"],
    path,
    async handle(request): Promise<Answer> {
      const about: About = {};
      try {
        await end(request, about);
        return context.pages.json(200, {});
      } catch (thrown) {
        const error = asAuthError(thrown);
        const { requestId } = request;
        context.trail.session({ name: "backchannel_logout", of: about.of, error, requestId });
        // §2.8: 400 is the answer to a token that is not good, and to a logout that failed.
        return context.pages.json(400, {
          error: bodyError(error.code),
          error_description: error.description,
        });
      }
    },
  };
}

/** @throws AuthError `invalid_logout_token` */
async function logoutToken(request: EndpointRequest): Promise<string> {
  const form = await request.form();
  const tokens = form?.getAll("logout_token") ?? [];
  const [jwt] = tokens;
  if (tokens.length !== 1 || !jwt || jwt.length > longestToken) {
    throw new AuthError("invalid_logout_token", "The request is not a form with one logout_token");
  }
  return jwt;
}

/** The provider by the token's own word, which its signature then proves; of several clients there, the one that it is for. */
async function judged(
  { clients, now }: LoginContext,
  jwt: string,
): Promise<{ readonly token: LogoutToken; readonly connected: ConnectedClient }> {
  const iss = issuerIn(jwt);
  const candidates = clients.filter(({ client }) => client.provider.issuer(iss) !== undefined);
  let error = new AuthError(
    "invalid_logout_token",
    "The logout token is not good: its iss is no provider of ours",
  );
  for (const connected of candidates) {
    const { provider, clientId, login } = connected.client;
    try {
      const rules = { provider, clientId, trustedAudiences: login?.trustedAudiences, now: now() };
      return { token: await judgeLogoutToken(jwt, rules), connected };
    } catch (thrown) {
      error = asAuthError(thrown);
    }
  }
  throw error;
}

function issuerIn(jwt: string): unknown {
  try {
    return claimsOf(jwt).iss;
  } catch {
    return undefined;
  }
}
