// GET userinfo: what the provider says of who is signed in, now (OIDC Core §5.3).
import { AuthError } from "../../errors.ts";
import type { Answer, Endpoint } from "../../http/index.ts";
import type { JsonObject } from "../../identity.ts";
import { isPlainObject } from "../../options.ts";
import type { SessionContent } from "../../session/index.ts";
import { stringList } from "../../verify/index.ts";
import { type ConnectedClient, endpoint, type LoginContext } from "../context.ts";
import { openJwt } from "../id-token.ts";
import { nobody } from "./session.ts";

export function userinfoEndpoint(context: LoginContext, path: string): Endpoint {
  const { sessions, pages } = context;
  return endpoint(context, { name: "userinfo", methods: ["GET"], path }, async (request): Promise<Answer> => {
    const { content, changes: cookies } = await sessions.find(request.cookie);
    const connected = content && context.clientOf(content);
    if (!content || !connected) return nobody(context, cookies);
    const claims = await ask(connected, content);
    // §5.3.2: what is of somebody else must not be used; and a provider that changes its mind about who this is ends the session.
    if (claims.sub !== content.subject) {
      const error = new AuthError(
        "session_ended",
        "The provider's userinfo is of another person than the session",
      );
      context.tell("userinfo_failed", error, content.issuer);
      const { changes } = await sessions.end(request.cookie);
      context.background(context.renewal.discard(content));
      return nobody(context, changes, error);
    }
    return pages.json(200, claims, { cookies, headers: { vary: "Cookie" } });
  });
}

/** @throws AuthError `provider_unavailable` where there is nothing that may be believed */
async function ask({ api, client }: ConnectedClient, content: SessionContent): Promise<JsonObject> {
  const { userinfo_endpoint: url } = await api.metadata();
  if (typeof url !== "string") throw unusable("the provider has no userinfo endpoint");
  const { accessToken, dpopKey } = content.tokens;
  const response = await api.ask({ what: "The request for userinfo", dpopKey }, ({ openid, config, dpop }) =>
    openid.fetchProtectedResource(config, accessToken, new URL(url), "GET", undefined, undefined, dpop),
  );
  if (response.status !== 200) throw unusable("its answer was not 200");
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  const text = await response.text();
  if (type === "application/jwt") return signed(text, client);
  if (type !== "application/json") throw unusable("its answer is neither JSON nor a JWT");
  let claims: unknown;
  try {
    claims = JSON.parse(text);
  } catch {
    throw unusable("its answer is not JSON");
  }
  if (!isPlainObject(claims)) throw unusable("its answer is not a JSON object");
  return claims as JsonObject;
}

/** §5.3.2: signed, it has `iss` and `aud`, and they are who we asked, and we. */
async function signed(jwt: string, { provider, clientId }: ConnectedClient["client"]): Promise<JsonObject> {
  const { header, payload } = await openJwt(jwt, provider, unusable);
  if (header.typ !== undefined && header.typ !== "jwt" && header.typ !== "userinfo+jwt") {
    throw unusable("its typ is that of another kind of token");
  }
  if (Object.hasOwn(payload, "events") || Object.hasOwn(payload, "nonce")) {
    throw unusable("it is another kind of token");
  }
  if (!stringList(payload.aud)?.includes(clientId)) throw unusable("its aud is not this client");
  return payload;
}

function unusable(why: string, cause?: unknown): AuthError {
  return new AuthError("provider_unavailable", `The userinfo cannot be used: ${why}`, { cause });
}
