// An application whose people sign in: sessions by name in a cookie, endpoints that tell what they were asked. What stands behind
// them is other rooms' work; here the edge and the frameworks are.
import { parseCookies } from "../../src/cookies.ts";
import { AuthError } from "../../src/errors.ts";
import type { Endpoint, EndpointRequest, GuardSessions } from "../../src/http/index.ts";
import { Answer, createCsrfTokens, createGuard } from "../../src/http/index.ts";
import { platform } from "../../src/platform/node.ts";
import type { Core, SallyportDeps, SallyportOptions } from "../../src/sallyport.ts";
import type { SessionContent } from "../../src/session/index.ts";

export const publicUrl = "https://app.example.org";
export const signInAt = "/auth/v2/login?return_to=";

/** Whoever a session is of. `gold` is of a person who authenticated by class gold. */
export function contentOf(subject: string): SessionContent {
  return {
    provider: "default",
    clientId: "web",
    issuer: "https://idp.example.org",
    subject,
    sid: undefined,
    claims: { acr: subject === "gold" ? "gold" : "silver" },
    tokens: {
      accessToken: `at-of-${subject}`,
      tokenType: subject === "bound" ? "DPoP" : "Bearer",
      expiresAt: undefined,
      refreshToken: undefined,
      idToken: "id-token",
      scope: "openid profile",
    },
    startedAt: 1_700_000_000_000,
    refreshedAt: 1_700_000_060_000,
  };
}

const secret = new Uint8Array(32).fill(7);
const sealer = {
  seal: (purpose: string, context: string, value: unknown, _expiresAt: number) =>
    platform.seal(secret, JSON.stringify(value), `${purpose} ${context}`),
  open(purpose: string, context: string, sealed: string) {
    const text = platform.open(secret, sealed, `${purpose} ${context}`) as string | undefined;
    return text === undefined ? undefined : JSON.parse(text);
  },
};
export const csrf = createCsrfTokens(sealer);

/** Cookies of the scene: `sid=<subject>`, and some that are no session's. */
export function createSessions(waits: boolean): GuardSessions<never> & { readonly visits: string[] } {
  const visits: string[] = [];
  const visit = (cookie: string) => {
    visits.push(cookie);
    const [subject = ""] = parseCookies(cookie).get("sid") ?? [];
    if (subject === "down") throw new AuthError("session_store_unavailable", "The store does not answer");
    if (subject === "broken") throw new Error("a mistake of ours");
    if (subject === "old") {
      const changes = [{ name: "__Host-sid", value: undefined }];
      return { verified: undefined, content: undefined, expiresAt: undefined, changes };
    }
    const content = contentOf(subject);
    const changes =
      subject === "renewed"
        ? [
            { name: "__Host-sid", value: "new", maxAgeSeconds: 60 },
            { name: "__Host-sid.1", value: undefined },
          ]
        : [];
    const identity = identityOf(content);
    const verified = { identity, keyId: undefined, binding: undefined, cached: true } as never;
    return { verified, content, expiresAt: 1_700_086_400_000, changes };
  };
  return {
    visits,
    publicUrl,
    csrf,
    leaf: {
      mayHold: (cookie) => cookie.includes("sid="),
      // In the order of `await`: what a store across the network takes.
      visit: (cookie) => (waits ? Promise.resolve().then(() => visit(cookie)) : visit(cookie)),
      loginUrl(target, stepUp) {
        const { acrValues = [], maxAgeSeconds } = stepUp ?? {};
        const acr = acrValues.length > 0 ? `&acr_values=${encodeURIComponent(acrValues.join(" "))}` : "";
        const age = maxAgeSeconds === undefined ? "" : `&max_age=${maxAgeSeconds}`;
        return `${signInAt}${encodeURIComponent(target)}${acr}${age}`;
      },
    },
  };
}

function identityOf({ issuer, subject, claims }: SessionContent) {
  const none: readonly string[] = [];
  return {
    issuer,
    subject,
    claims,
    acr: claims.acr,
    scopes: none,
    permissions: none,
    roles: none,
    groups: none,
    kind: "user",
  };
}

/** What an endpoint was asked, as it tells it. */
async function told(request: EndpointRequest): Promise<object> {
  const form = await request.form();
  return {
    method: request.method,
    target: request.target,
    cookie: request.cookie ?? null,
    host: request.header("host") ?? null,
    form: form ? [...form] : null,
  };
}

const json = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/** Three endpoints, one of each kind of methods. */
const endpoints: readonly Endpoint[] = [
  {
    name: "login",
    methods: ["GET"],
    path: "/auth/v2/login",
    handle: async () =>
      new Answer(
        303,
        { location: "https://idp.example.org/authorize", "cache-control": "no-store" },
        undefined,
        undefined,
        [
          "__Host-tx.1=a; Path=/; HttpOnly; Secure; SameSite=Lax",
          "__Host-tx.0=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
        ],
      ),
  },
  {
    name: "callback",
    methods: ["GET", "POST"],
    path: "/auth/v2/callback",
    handle: async (request) => new Answer(200, json, JSON.stringify(await told(request))),
  },
  {
    name: "backchannelLogout",
    methods: ["POST"],
    path: "/auth/v2/backchannel-logout",
    handle: async (request) => new Answer(200, json, JSON.stringify(await told(request))),
  },
];

/** What a server's options say beyond the library's, until they are its own. */
export interface SceneOptions {
  readonly waits?: boolean;
  readonly sessions?: GuardSessions<never> | undefined;
  readonly basePath?: string | undefined;
  readonly heardOfPrefix?: (prefix: string) => void;
  /** Nobody can sign in. */
  readonly without?: true;
}

let scene: SceneOptions | undefined;

/** To be called ahead of `sallyport()`. */
export function setScene(next: SceneOptions): void {
  scene = next;
}

/** The core with the scene's sessions and endpoints in it; as it is where no scene was set. */
export function withScene<Claims>(
  core: Core<Claims>,
  { realm = "api", refuse = "answer" }: SallyportOptions = {},
  { onEvent, onRefused, now = Date.now }: SallyportDeps<Claims> = {},
): Core<Claims> {
  if (!scene) return core;
  const { sessions, basePath, heardOfPrefix, without } = scene;
  const emit = onEvent && ((event: never) => onEvent(event));
  const challenge = { realm };
  const deps = { verifier: core.verifier, challenge, refuse, onRefused, now, emit, sessions };
  return Object.assign(core, {
    guard: ((needed, options = {}) => createGuard(needed, options, deps as never)) as Core<Claims>["guard"],
    sessions,
    sessionCookie: sessions && "__Host-sid",
    router: without ? undefined : { endpoints, basePath, ...(heardOfPrefix && { mountedAt: heardOfPrefix }) },
  });
}
