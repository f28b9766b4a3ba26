// GET userinfo: what the provider says of who is signed in, now (OIDC Core §5.3).
import { AuthError } from "../../errors.ts";
import type { Answer, Endpoint } from "../../http/index.ts";
import { endpoint, type LoginContext } from "../context.ts";
import { askUserinfo } from "../userinfo.ts";
import { nobody } from "./session.ts";

export function userinfoEndpoint(context: LoginContext, path: string): Endpoint {
  const { sessions, pages } = context;
  return endpoint(context, { name: "userinfo", methods: ["GET"], path }, async (request): Promise<Answer> => {
    const { content, changes: cookies } = await sessions.find(request.cookie);
    const connected = content && context.clientOf(content);
    if (!content || !connected) return nobody(context, cookies);
    const claims = await askUserinfo(connected.api, content);
    // §5.3.2: what is of somebody else must not be used; and a provider that changes its mind about who this is ends the session.
    if (claims.sub !== content.subject) {
      const error = new AuthError(
        "session_ended",
        "The provider's userinfo is of another person than the session",
      );
      context.tell("userinfo_failed", error, content.issuer);
      const { content: ended, changes } = await sessions.end(request.cookie);
      if (ended) context.background(context.renewal.discard(ended));
      return nobody(context, changes, error);
    }
    return pages.json(200, claims, { cookies, headers: { vary: "Cookie" } });
  });
}
