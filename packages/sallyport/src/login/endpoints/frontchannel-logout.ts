// GET frontchannel-logout: the provider's page loads it in a frame (OIDC Front-Channel Logout §2).

import type { CookieChange } from "../../cookies.ts";
import type { Answer, Endpoint } from "../../http/index.ts";
import { endpoint, type LoginContext, queryOf } from "../context.ts";

const longestSid = 255;

export function frontchannelLogoutEndpoint(context: LoginContext, path: string): Endpoint {
  // Only the providers' own pages may frame it.
  const origins = [...new Set(context.clients.map(({ client }) => new URL(client.provider.name).origin))];
  const headers = {
    "content-security-policy": `default-src 'none'; base-uri 'none'; frame-ancestors ${origins.join(" ")}`,
  };

  return endpoint(
    context,
    { name: "frontchannelLogout", methods: ["GET"], path },
    async (request): Promise<Answer> => {
      const query = queryOf(request);
      const [iss, ...moreIss] = query.getAll("iss");
      const [sid, ...moreSid] = query.getAll("sid");
      const once = moreIss.length === 0 && moreSid.length === 0;
      const named = iss !== undefined && !!sid && sid.length <= longestSid;
      // Without both, anybody's image could ask for it: it is ignored, and looks the same.
      const cookies = once && named ? await end(context, request.cookie, iss, sid) : [];
      return context.pages.page(200, "Signed out", "", { cookies, headers });
    },
  );
}

/**
 * Ends what the provider names. Browsers seldom send a cookie along into another site's frame: with a store, the session is found
 * by the name that the provider gave it, which only the provider and we know.
 */
async function end(
  { sessions, clients, renewal, background, clientOf }: LoginContext,
  cookie: string | undefined,
  iss: string,
  sid: string,
): Promise<readonly CookieChange[]> {
  const issuer = clients.map(({ client }) => client.provider.issuer(iss)).find((name) => name !== undefined);
  if (issuer === undefined) return [];
  const { content, changes } = await sessions.find(cookie);
  if (content) {
    if (content.issuer !== issuer || content.sid !== sid || !clientOf(content)) return changes;
    const { content: ended, changes: gone } = await sessions.end(cookie);
    if (ended) background(renewal.discard(ended));
    return gone;
  }
  if (sessions.kind !== "store") return changes;
  for (const ended of await sessions.endAll({ issuer, sid })) background(renewal.discard(ended));
  return changes;
}
