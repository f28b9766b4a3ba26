// GET|POST logout: the session here ends, then the one at the provider (OIDC RP-Initiated Logout §2).
import { platform } from "#platform";
import { AuthError } from "../../errors.ts";
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import type { SessionContent } from "../../session/index.ts";
import { asAuthError, endpoint, type LoginContext, parametersOf, single } from "../context.ts";
import { escapeHtml, isNavigation } from "../pages.ts";
import { ownTarget } from "../return-to.ts";

export function logoutEndpoint(context: LoginContext, path: string, fullPath: () => string): Endpoint {
  const { pages, targets } = context;
  return endpoint(context, { name: "logout", methods: ["GET", "POST"], path }, async (request) => {
    const parameters = await parametersOf(request);
    const target = ownTarget(single(parameters, "return_to"), targets) ?? targets.home;
    if (isOwnRequest(request, targets.origin)) return signOut(context, request, target);
    if (request.method === "POST") {
      throw new AuthError(
        "cross_site_request",
        "A logout was posted from another site, or from who knows where",
      );
    }
    // A link, or an image, of another site: only people can say whether they mean it.
    // Its form is told from another site's by `Origin`, which browsers leave out where a page says `no-referrer`.
    const headers = { "referrer-policy": "same-origin" };
    return pages.page(200, "Sign out", question(fullPath(), target), { headers });
  });
}

/**
 * Whether the application itself asks. Browsers say so by `Sec-Fetch-Site`; older ones by the `Origin` of a POST. What neither
 * says, and a GET that is no page of its own accord (an image on a page that shows what others wrote), is asked about.
 */
function isOwnRequest(request: EndpointRequest, origin: string): boolean {
  const site = request.header("sec-fetch-site");
  if (request.method === "POST") {
    return site === undefined ? request.header("origin") === origin : site === "same-origin";
  }
  // A page that is fetched ahead, for a link that somebody may click, is nobody's wish to sign out.
  const isAhead = /\bprefetch\b/.test(request.header("sec-purpose") ?? "");
  return site === "same-origin" && request.header("sec-fetch-mode") === "navigate" && !isAhead;
}

function question(path: string, target: string): string {
  const hidden = `<input type="hidden" name="return_to" value="${escapeHtml(target)}">`;
  return `<p>Do you want to sign out?</p><form method="post" action="${escapeHtml(path)}">${hidden}<button>Sign out</button></form>`;
}

async function signOut(context: LoginContext, request: EndpointRequest, target: string): Promise<Answer> {
  const { content, changes: cookies } = await context.sessions.end(request.cookie);
  if (content) {
    context.trail.session({ name: "logout", of: content, ended: 1, requestId: request.requestId });
    context.background(context.renewal.discard(content));
  }
  const url = (content && (await providerLogout(context, content))) ?? target;
  return isNavigation(request)
    ? context.pages.redirect(url, { cookies })
    : context.pages.json(200, { logout_url: url }, { cookies });
}

/** Where the provider's own session ends; `undefined` where it offers no such place, or can't be asked for it. */
async function providerLogout(context: LoginContext, content: SessionContent): Promise<string | undefined> {
  const connected = context.clientOf(content);
  if (!connected) return undefined;
  const { api, postLogoutRedirectUri } = connected;
  try {
    if ((await api.metadata()).end_session_endpoint === undefined) return undefined;
    const url = await api.ask({ what: "The logout" }, ({ openid, config }) =>
      openid.buildEndSessionUrl(config, {
        id_token_hint: content.tokens.idToken,
        post_logout_redirect_uri: postLogoutRedirectUri,
        // Where people come back to does nothing on its account: it is for providers that want one.
        state: platform.randomText(16),
      }),
    );
    return url.href;
  } catch (thrown) {
    // The session here has ended, and that is what was asked for first.
    context.tell("logout_at_provider_failed", asAuthError(thrown), content.issuer);
    return undefined;
  }
}
