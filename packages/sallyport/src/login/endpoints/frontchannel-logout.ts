// GET frontchannel-logout: the provider's page loads it in a frame (OIDC Front-Channel Logout §2).

import type { CookieChange } from "../../cookies.ts";
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import type { FoundSession } from "../../session/index.ts";
import { endpoint, type LoginContext, queryOf } from "../context.ts";
import { type Bucket, createBucket } from "../native/limits.ts";

const longestSid = 255;
/** Without a cookie the sid is all that is shown: one that is shorter may be found by trying. */
const shortestSecretSid = 16;
/** A process ends so many a minute without a cookie: anybody may ask, and the store remembers each logout for an hour. */
const perMinute = 600;

export function frontchannelLogoutEndpoint(context: LoginContext, path: string): Endpoint {
  // Only the providers' own pages may frame it.
  const origins = [...new Set(context.clients.map(({ client }) => new URL(client.provider.name).origin))];
  const headers = {
    "content-security-policy": `default-src 'none'; base-uri 'none'; frame-ancestors ${origins.join(" ")}`,
  };

  const bucket = createBucket(perMinute, context.now);

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
      const cookies = once && named ? await end(context, { request, iss, sid, bucket }) : [];
      if (cookies) return context.pages.page(200, "Signed out", "", { cookies, headers });
      // Whoever is signed in there or not: it says nothing of them.
      return context.pages.page(429, "Too many sign-outs", "", {
        headers: { ...headers, "retry-after": "5" },
      });
    },
  );
}

interface Named {
  readonly request: EndpointRequest;
  readonly iss: string;
  readonly sid: string;
  readonly bucket: Bucket;
}

/**
 * Ends what the provider names. Browsers seldom send a cookie along into another site's frame: with a store, the session is found
 * by the name that the provider gave it, which only the provider, this browser and we know. `undefined`: too many ask.
 */
async function end(
  { sessions, clients, renewal, background, clientOf, trail }: LoginContext,
  { request: { cookie, requestId }, iss, sid, bucket }: Named,
): Promise<readonly CookieChange[] | undefined> {
  const issuer = clients.map(({ client }) => client.provider.issuer(iss)).find((name) => name !== undefined);
  if (issuer === undefined) return [];
  const { content, changes } = await foundOrNobody(sessions, cookie);
  if (content) {
    if (content.issuer !== issuer || content.sid !== sid || !clientOf(content)) return changes;
    const { content: ended, changes: gone } = await sessions.end(cookie);
    if (ended) {
      trail.session({ name: "frontchannel_logout", of: ended, ended: 1, requestId });
      background(renewal.discard(ended));
    }
    return gone;
  }
  if (sessions.kind !== "store" || sid.length < shortestSecretSid) return changes;
  if (bucket.take() > 0) return undefined;
  const all = await sessions.endAll({ issuer, sid });
  if (all[0]) trail.session({ name: "frontchannel_logout", of: all[0], ended: all.length, requestId });
  for (const ended of all) background(renewal.discard(ended));
  return changes;
}

/** In a store, a session whose tokens can't be renewed just now is ended by its name all the same. */
async function foundOrNobody(
  sessions: LoginContext["sessions"],
  cookie: string | undefined,
): Promise<Pick<FoundSession, "content" | "changes">> {
  try {
    return await sessions.find(cookie);
  } catch (thrown) {
    if (sessions.kind !== "store") throw thrown;
    return { content: undefined, changes: [] };
  }
}
