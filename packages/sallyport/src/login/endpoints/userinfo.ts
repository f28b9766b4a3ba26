// GET userinfo: what the provider says of who is signed in, now (OIDC Core §5.3).
import type { CookieChange } from "../../cookies.ts";
import { AuthError } from "../../errors.ts";
import type { Endpoint } from "../../http/index.ts";
import type { JsonObject } from "../../identity.ts";
import type { SessionContent } from "../../session/index.ts";
import { type About, endpoint, type LoginContext } from "../context.ts";
import { askUserinfo } from "../userinfo.ts";
import { nobody, revocationOf } from "./session.ts";

export function userinfoEndpoint(context: LoginContext, path: string): Endpoint {
  const { sessions, pages } = context;
  return endpoint(context, { name: "userinfo", methods: ["GET"], path }, async (request, about) => {
    const first = await ask(context, request.cookie, about);
    // A token may end before its time: it is renewed, once.
    const refused = first.claims ? undefined : first.content?.tokens.accessToken;
    const last = refused === undefined ? first : await ask(context, request.cookie, about, refused);
    const { content, claims, cookies } = last;
    if (!content) return nobody(context, cookies);
    const revoked = await revocationOf(context, content);
    if (revoked) return nobody(context, cookies, revoked);
    if (!claims) {
      const error = new AuthError("login_required", "The provider refuses the session's access token");
      context.tell("userinfo_failed", error, content.issuer);
      return nobody(context, cookies, error);
    }
    // §5.3.2: what is of somebody else must not be used; and a provider that changes its mind about who this is ends the session.
    if (claims.sub !== content.subject) {
      const error = new AuthError(
        "session_ended",
        "The provider's userinfo is of another person than the session",
      );
      const { requestId } = request;
      const { content: ended, changes } = await sessions.end(request.cookie);
      context.trail.session({ name: "userinfo", of: content, error, ended: 1, requestId });
      if (ended) context.background(context.renewal.discard(ended));
      return nobody(context, changes, error);
    }
    return pages.json(200, claims, { cookies, headers: { vary: "Cookie" } });
  });
}

interface Asked {
  /** `undefined` where nobody is signed in. */
  readonly content: SessionContent | undefined;
  /** `undefined` where the provider refuses the access token. */
  readonly claims: JsonObject | undefined;
  readonly cookies: readonly CookieChange[];
}

/**
 * @param refused an access token that the provider has refused already
 * @throws AuthError by rejection: `insufficient_scope` where it wants another one, `provider_unavailable`
 */
async function ask(
  { sessions, clientOf }: LoginContext,
  cookie: string | undefined,
  about: About,
  refused?: string,
): Promise<Asked> {
  const { content, changes } = await sessions.find(cookie, refused);
  // Where the second look has nothing to set, what the first one had still holds.
  const cookies = changes.length > 0 ? changes : (about.cookies ?? changes);
  about.cookies = cookies;
  const nothing = { content: undefined, claims: undefined, cookies };
  if (!content) return nothing;
  const connected = clientOf(content);
  if (!connected) return nothing;
  if (content.tokens.accessToken === refused) return { content, claims: undefined, cookies };
  try {
    return { content, claims: await askUserinfo(connected.api, content), cookies };
  } catch (thrown) {
    const { code } = Object(thrown) as { readonly code?: unknown };
    if (code === "invalid_token") return { content, claims: undefined, cookies };
    if (code !== "insufficient_scope") throw thrown;
    throw new AuthError(
      "insufficient_scope",
      "The provider wants another scope of the access token for its userinfo",
      {
        cause: thrown,
      },
    );
  }
}
