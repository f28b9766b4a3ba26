// GET session: who is signed in, and until when, for applications that live in the browser.
import type { CookieChange } from "../../cookies.ts";
import { AuthError } from "../../errors.ts";
import type { Endpoint } from "../../http/index.ts";
import type { SessionContent } from "../../session/index.ts";
import { endpoint, type LoginContext } from "../context.ts";
import { identityOf } from "../session-content.ts";

/** An answer to one browser is not another's. */
const headers = { vary: "Cookie" } as const;

export function sessionEndpoint(context: LoginContext, path: string): Endpoint {
  return endpoint(context, { name: "session", methods: ["GET"], path }, async (request, about) => {
    const { content, expiresAt, changes: cookies } = await context.sessions.find(request.cookie);
    about.cookies = cookies;
    const connected = content && context.clientOf(content);
    if (!content || !connected) return nobody(context, cookies);
    const revoked = await revocationOf(context, content);
    if (revoked) return nobody(context, cookies, revoked);
    const { subject, issuer, name, email, username, roles, authTime, acr } = identityOf(
      connected.client,
      content,
    );
    const body = {
      subject,
      issuer,
      name,
      email,
      username,
      roles,
      scope: content.tokens.scope,
      acr,
      auth_time: authTime,
      started_at: seconds(content.startedAt),
      expires_at: seconds(expiresAt),
      access_token_expires_at: seconds(content.tokens.expiresAt),
    };
    return context.pages.json(200, body, { cookies, headers });
  });
}

/**
 * Why somebody with a session is nobody to the application any more.
 *
 * @throws AuthError by rejection: `revocation_unavailable`
 */
export async function revocationOf(
  context: LoginContext,
  content: SessionContent,
): Promise<AuthError | undefined> {
  try {
    await context.checkRevoked(content);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AuthError && thrown.code === "token_revoked") return thrown;
    throw thrown;
  }
}

/** A 401 that says where to sign in; never a page, and never a redirect, whoever asks. */
export function nobody(
  { pages, loginUrl, targets }: LoginContext,
  cookies: readonly CookieChange[],
  error = new AuthError("login_required", "Nobody is signed in"),
) {
  const body = {
    error: "login_required",
    error_description: error.description,
    login_url: loginUrl(targets.home),
  };
  return pages.json(401, body, { cookies, headers });
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}
