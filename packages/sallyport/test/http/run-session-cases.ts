// The second leaf of the door over real HTTP, in every framework: one identity, one requirement, one event.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DecisionEvent } from "../../src/events.ts";
import { acr, maxAge, role } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import type { HeaderList } from "../support/raw-http.ts";
import { rawRequest } from "../support/raw-http.ts";
import type { TestServer } from "../support/run-http-cases.ts";
import { contentOf, createSessions, csrf, publicUrl, setScene, signInAt } from "./session-scene.ts";
import type { Frameworks, SessionRoute } from "./session-servers.ts";

const routes: readonly SessionRoute[] = [
  { path: "/me", access: "required" },
  { path: "/feed", access: "optional" },
  { path: "/admin", access: "required", needed: role("Admin") },
  { path: "/gold", access: "required", needed: acr("gold") },
  { path: "/recent", access: "required", needed: maxAge(300) },
  { path: "/api-only", access: "required", by: "token" },
  { path: "/people-only", access: "required", by: "session" },
  { path: "/people-feed", access: "optional", by: "session" },
  {
    path: "/public",
    access: "required",
    headers: { "cache-control": "public, max-age=60", "set-cookie": "own=1" },
  },
  { path: "/private", access: "required", headers: { "cache-control": "private, max-age=60" } },
  { path: "/session", access: "optional", asks: "session" },
  { path: "/token", access: "optional", asks: "accessToken" },
  { path: "/csrf", access: "optional", asks: "csrfToken" },
];

const page: HeaderList = [
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-Site", "none"],
];
const script: HeaderList = [
  ["Sec-Fetch-Mode", "cors"],
  ["Sec-Fetch-Site", "same-origin"],
];
const cookie = (value: string) => ["Cookie", `sid=${value}`] as const;
const to = (target: string, more = "") => signInAt + encodeURIComponent(target) + more;

interface Row {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: HeaderList;
  readonly status: number;
  /** A header of `null` must not be there. */
  readonly answer?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
  /** By which leaf, how it ended, and the code. */
  readonly event: readonly [by: string | undefined, outcome: string, code?: string];
  /** How often the sessions were asked. */
  readonly visits?: number;
}

const noStore = { "cache-control": "no-store" };
const refusal = (error: string, description: string, loginUrl?: string) => ({
  error,
  error_description: description,
  ...(loginUrl === undefined ? {} : { login_url: loginUrl }),
});
const signIn = "Signing in is required";
const ended = "The session has ended: sign in again";

const leaves: readonly Row[] = [
  {
    name: "a session is a way in",
    headers: [cookie("ada")],
    status: 200,
    answer: { ...noStore, vary: "Cookie", "set-cookie": null },
    body: { sub: "ada" },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "a token wins, and the session is not even looked up",
    headers: [["Authorization", "Bearer {good}"], cookie("down")],
    status: 200,
    answer: { "cache-control": null, vary: null, "set-cookie": null },
    body: { sub: "s1" },
    event: ["token", "allowed"],
  },
  {
    name: "a bad token is refused, whatever session there is, and no sign-in would cure it",
    headers: [["Authorization", "Bearer a.b.c"], cookie("ada"), ...page],
    status: 401,
    body: refusal("invalid_token", "The access token is not valid"),
    event: ["token", "refused", "malformed_token"],
  },
  {
    name: "S23: a malformed Authorization reads no session and breaks nothing",
    headers: [["Authorization", "Bearer %ZZ"], cookie("ada")],
    status: 400,
    event: ["token", "refused", "invalid_request"],
  },
  {
    name: "credentials of another scheme (a proxy's password) don't stand in a session's way",
    headers: [["Authorization", "Basic dXNlcjpwYXNz"], cookie("ada")],
    status: 200,
    body: { sub: "ada" },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "nobody: 401 with the challenge and where to sign in",
    headers: [...script],
    status: 401,
    answer: { ...noStore, "www-authenticate": 'Bearer realm="api"' },
    body: refusal("login_required", signIn, to("/")),
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "cookies that can hold no session are not asked about",
    headers: [["Cookie", "theme=dark"], ...script],
    status: 401,
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "a session that has ended, and its cookie cleared",
    headers: [cookie("old"), ...script],
    status: 401,
    answer: {
      ...noStore,
      "set-cookie": "__Host-sid=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    body: refusal("login_required", ended, to("/")),
    event: ["session", "refused", "session_ended"],
    visits: 1,
  },
  {
    name: "a store that is down is nobody's visit",
    headers: [cookie("down"), ...page],
    status: 503,
    answer: { ...noStore, "retry-after": "5", "www-authenticate": null, location: null },
    event: ["session", "refused", "session_store_unavailable"],
    visits: 1,
  },
  {
    name: "not of an optional route either",
    path: "/feed",
    headers: [cookie("down")],
    status: 503,
    event: ["session", "refused", "session_store_unavailable"],
    visits: 1,
  },
  {
    name: "a mistake of ours is no way in",
    headers: [cookie("broken")],
    status: 503,
    event: ["session", "refused", "check_failed"],
    visits: 1,
  },
  {
    name: "one requirement for both: what a session's caller may not do",
    path: "/admin",
    headers: [cookie("ada"), ...page],
    status: 403,
    answer: { location: null },
    event: ["session", "refused", "insufficient_permissions"],
    visits: 1,
  },
  {
    name: "optional: a session's caller",
    path: "/feed",
    headers: [cookie("ada")],
    status: 200,
    answer: { ...noStore, vary: "Authorization, Cookie" },
    body: { sub: "ada" },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "optional: nobody, and the answer depends on both headers",
    path: "/feed",
    status: 200,
    answer: { "cache-control": null, vary: "Authorization, Cookie" },
    body: { sub: null },
    event: [undefined, "anonymous"],
  },
  {
    name: "optional: a session that has ended is nobody's, and its cookie is cleared",
    path: "/feed",
    headers: [cookie("old")],
    status: 200,
    answer: {
      ...noStore,
      "set-cookie": "__Host-sid=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    body: { sub: null },
    event: ["session", "anonymous"],
    visits: 1,
  },
  {
    name: "H12: by: token, no cookie is looked at",
    path: "/api-only",
    headers: [cookie("ada"), ...page],
    status: 401,
    answer: { location: null },
    body: refusal("missing_token", "An access token is required"),
    event: [undefined, "refused", "missing_token"],
  },
  {
    name: "by: session, no token is",
    path: "/people-only",
    headers: [["Authorization", "Bearer {good}"], ...script],
    status: 401,
    body: refusal("login_required", signIn, to("/")),
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "by: session, a session is a way in beside any token",
    path: "/people-only",
    headers: [["Authorization", "Bearer a.b.c"], cookie("ada")],
    status: 200,
    body: { sub: "ada" },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "by: session and optional, a token is nobody's",
    path: "/people-feed",
    headers: [["Authorization", "Bearer {good}"]],
    status: 200,
    body: { sub: null },
    event: [undefined, "anonymous"],
  },
  {
    name: "a CORS preflight brings no cookies and is let nowhere",
    method: "OPTIONS",
    headers: [
      ["Origin", "https://other.example.org"],
      ["Access-Control-Request-Method", "POST"],
      cookie("ada"),
    ],
    status: 204,
    event: [undefined, "none"],
  },
];

const cookies: readonly Row[] = [
  {
    name: "S18: several cookies, each a header of its own, on an answer that nobody keeps",
    headers: [cookie("renewed")],
    status: 200,
    answer: {
      ...noStore,
      "set-cookie":
        "__Host-sid=new; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax, __Host-sid.1=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "they are on a refusal as well",
    path: "/admin",
    headers: [cookie("renewed")],
    status: 403,
    answer: {
      ...noStore,
      "set-cookie":
        "__Host-sid=new; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax, __Host-sid.1=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    event: ["session", "refused", "insufficient_permissions"],
    visits: 1,
  },
  {
    name: "and on the way to the sign-in",
    headers: [cookie("old"), ...page],
    status: 302,
    answer: {
      ...noStore,
      location: to("/me"),
      "set-cookie": "__Host-sid=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    event: ["session", "refused", "session_ended"],
    visits: 1,
  },
];

const navigations: readonly Row[] = [
  ...(["GET", "HEAD"] as const).map(
    (method): Row => ({
      name: `${method} of a page goes to the sign-in and comes back with its query`,
      method,
      path: "/me?tab=2&q=a%20b",
      headers: page,
      status: 302,
      answer: { ...noStore, location: to("/me?tab=2&q=a%20b"), "www-authenticate": null },
      event: [undefined, "refused", "login_required"],
    }),
  ),
  {
    name: "a browser that says nothing of its fetches, by Accept",
    headers: [["Accept", "text/html,application/xhtml+xml,*/*;q=0.8"]],
    status: 302,
    answer: { location: to("/me") },
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "XMLHttpRequest is no page, whatever it accepts",
    headers: [
      ["Accept", "text/html"],
      ["X-Requested-With", "XMLHttpRequest"],
    ],
    status: 401,
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "fetch() is no page, whatever it accepts",
    headers: [["Accept", "text/html"], ...script],
    status: 401,
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "a form that was posted can't be sent on: its body would be lost",
    method: "POST",
    headers: page,
    status: 401,
    event: [undefined, "refused", "login_required"],
  },
  {
    name: "a script is told of the page that it runs on",
    headers: [...script, ["Referer", `${publicUrl}/orders?page=3#top`]],
    status: 401,
    body: refusal("login_required", signIn, to("/orders?page=3")),
    event: [undefined, "refused", "login_required"],
  },
  ...[
    "https://evil.example/x",
    "https://app.example.org.evil.example/x",
    "http://app.example.org/x",
    "//",
    "x",
  ].map(
    (referrer): Row => ({
      name: `and of none that is another's: ${referrer}`,
      headers: [...script, ["Referer", referrer]],
      status: 401,
      body: refusal("login_required", signIn, to("/")),
      event: [undefined, "refused", "login_required"],
    }),
  ),
  {
    name: "step-up: a page goes through the provider again",
    path: "/gold?x=1",
    headers: [cookie("ada"), ...page],
    status: 302,
    answer: { location: to("/gold?x=1", "&acr_values=gold") },
    event: ["session", "refused", "insufficient_user_authentication"],
    visits: 1,
  },
  {
    name: "step-up: max_age goes along",
    path: "/recent",
    headers: [cookie("ada"), ...page],
    status: 302,
    answer: { location: to("/recent", "&max_age=300") },
    event: ["session", "refused", "insufficient_user_authentication"],
    visits: 1,
  },
  {
    name: "step-up: a script gets RFC 9470's challenge and the address",
    path: "/gold",
    headers: [cookie("ada"), ...script],
    status: 401,
    answer: {
      "www-authenticate":
        'Bearer realm="api", error="insufficient_user_authentication", error_description="A stronger or more recent authentication is required", acr_values="gold"',
    },
    body: refusal(
      "insufficient_user_authentication",
      "A stronger or more recent authentication is required",
      to("/", "&acr_values=gold"),
    ),
    event: ["session", "refused", "insufficient_user_authentication"],
    visits: 1,
  },
  {
    name: "step-up: a caller with a token gets the challenge alone",
    path: "/gold",
    headers: [["Authorization", "Bearer {good}"], ...page],
    status: 401,
    answer: { location: null },
    body: refusal("insufficient_user_authentication", "A stronger or more recent authentication is required"),
    event: ["token", "refused", "insufficient_user_authentication"],
  },
  {
    name: "step-up: who has done it comes in",
    path: "/gold",
    headers: [cookie("gold"), ...page],
    status: 200,
    body: { sub: "gold" },
    event: ["session", "allowed"],
    visits: 1,
  },
];

const crossSite = refusal("cross_site_request", "The request comes from another site");
const sites: readonly (readonly [name: string, headers: HeaderList, allowed: boolean])[] = [
  ["from the application's own page", [["Sec-Fetch-Site", "same-origin"]], true],
  ["of the person's own doing", [["Sec-Fetch-Site", "none"]], true],
  ["from a sibling subdomain", [["Sec-Fetch-Site", "same-site"]], false],
  ["from another site", [["Sec-Fetch-Site", "cross-site"]], false],
  ["with a site that nobody knows", [["Sec-Fetch-Site", "Same-Origin"]], false],
  [
    "with two sites",
    [
      ["Sec-Fetch-Site", "same-origin"],
      ["Sec-Fetch-Site", "cross-site"],
    ],
    false,
  ],
  [
    "cross-site, though Origin is ours: the browser knows better",
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["Origin", publicUrl],
    ],
    false,
  ],
  ["by Origin, where that is all there is", [["Origin", publicUrl]], true],
  ["from another Origin", [["Origin", "https://evil.example"]], false],
  ["from an Origin that only begins like ours", [["Origin", `${publicUrl}.evil.example`]], false],
  ["from our host without TLS", [["Origin", "http://app.example.org"]], false],
  ["from another port of our host", [["Origin", `${publicUrl}:8443`]], false],
  ["from the Host that was asked, which anybody may name", [["Origin", "https://api.example.org"]], false],
  ["from an Origin that is hidden", [["Origin", "null"]], false],
  [
    "from two Origins",
    [
      ["Origin", publicUrl],
      ["Origin", "https://evil.example"],
    ],
    false,
  ],
  ["with neither: nothing is known", [], false],
  ["with a header that any CORS policy may allow", [["X-Requested-With", "XMLHttpRequest"]], false],
  ["with the session's token", [["X-CSRF-Token", "{ada}"]], true],
  [
    "with the session's token, from a sibling subdomain that was given it",
    [
      ["Sec-Fetch-Site", "same-site"],
      ["X-CSRF-Token", "{ada}"],
    ],
    true,
  ],
  ["with another session's token", [["X-CSRF-Token", "{eve}"]], false],
  ["with a token that was changed", [["X-CSRF-Token", "{ada}A"]], false],
  ["with an empty token", [["X-CSRF-Token", ""]], false],
  ["with a token as long as a book", [["X-CSRF-Token", "A".repeat(4096)]], false],
];

const csrfRows: readonly Row[] = [
  ...sites.map(
    ([name, headers, allowed]): Row => ({
      name: `POST ${name}`,
      method: "POST",
      headers: [cookie("ada"), ...headers],
      status: allowed ? 200 : 403,
      ...(allowed ? {} : { body: crossSite, answer: { ...noStore, "www-authenticate": null } }),
      event: allowed ? ["session", "allowed"] : ["session", "refused", "cross_site_request"],
      visits: 1,
    }),
  ),
  ...["PUT", "PATCH", "DELETE"].map(
    (method): Row => ({
      name: `${method} from another site`,
      method,
      headers: [cookie("ada"), ["Sec-Fetch-Site", "cross-site"]],
      status: 403,
      body: crossSite,
      event: ["session", "refused", "cross_site_request"],
      visits: 1,
    }),
  ),
  ...["GET", "HEAD"].map(
    (method): Row => ({
      name: `${method} from another site, which is how links work`,
      method,
      headers: [cookie("ada"), ["Sec-Fetch-Site", "cross-site"], ["Sec-Fetch-Mode", "navigate"]],
      status: 200,
      event: ["session", "allowed"],
      visits: 1,
    }),
  ),
  {
    name: "a WebSocket from another site: it opens with GET, and no CORS stands in its way",
    headers: [cookie("ada"), ["Upgrade", "WebSocket"], ["Origin", "https://evil.example"]],
    status: 403,
    body: crossSite,
    event: ["session", "refused", "cross_site_request"],
    visits: 1,
  },
  {
    name: "an optional route is no way round",
    path: "/feed",
    method: "POST",
    headers: [cookie("ada"), ["Sec-Fetch-Site", "cross-site"]],
    status: 403,
    body: crossSite,
    event: ["session", "refused", "cross_site_request"],
    visits: 1,
  },
  {
    name: "nor is one that insists on the session",
    path: "/people-only",
    method: "POST",
    headers: [cookie("ada"), ["Authorization", "Bearer {good}"], ["Sec-Fetch-Site", "cross-site"]],
    status: 403,
    body: crossSite,
    event: ["session", "refused", "cross_site_request"],
    visits: 1,
  },
  {
    name: "a token is not a browser's to send by itself: no check",
    method: "POST",
    headers: [["Authorization", "Bearer {good}"], cookie("ada"), ["Sec-Fetch-Site", "cross-site"]],
    status: 200,
    body: { sub: "s1" },
    event: ["token", "allowed"],
  },
  {
    name: "nobody in particular on an optional route: no session, no check",
    path: "/feed",
    method: "POST",
    headers: [["Sec-Fetch-Site", "cross-site"]],
    status: 200,
    body: { sub: null },
    event: [undefined, "anonymous"],
  },
  {
    name: "cookies of a renewal are set on the refusal too",
    method: "POST",
    headers: [cookie("renewed"), ["Sec-Fetch-Site", "cross-site"]],
    status: 403,
    answer: {
      "set-cookie":
        "__Host-sid=new; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax, __Host-sid.1=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    event: ["session", "refused", "cross_site_request"],
    visits: 1,
  },
];

const handlers: readonly Row[] = [
  {
    name: "session() says who and until when, and no token",
    path: "/session",
    headers: [cookie("ada")],
    status: 200,
    body: {
      sub: "ada",
      given: {
        provider: "default",
        startedAt: 1_700_000_000_000,
        refreshedAt: 1_700_000_060_000,
        expiresAt: 1_700_086_400_000,
        scope: "openid profile",
      },
    },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "session() of a caller with a token is none",
    path: "/session",
    headers: [["Authorization", "Bearer {good}"]],
    status: 200,
    body: { sub: "s1", given: null },
    event: ["token", "allowed"],
  },
  {
    name: "accessToken() is the session's",
    path: "/token",
    headers: [cookie("ada")],
    status: 200,
    body: { sub: "ada", given: "at-of-ada" },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "accessToken() is the one that came",
    path: "/token",
    headers: [["Authorization", "Bearer {good}"]],
    status: 200,
    body: { sub: "s1", given: "{good}" },
    event: ["token", "allowed"],
  },
  {
    name: "accessToken() of nobody throws",
    path: "/token",
    status: 200,
    body: { sub: null, thrown: "Nobody in particular was let in: there is no access token" },
    event: [undefined, "anonymous"],
  },
  {
    name: "accessToken() that is bound to a key throws",
    path: "/token",
    headers: [cookie("bound")],
    status: 200,
    body: {
      sub: "bound",
      thrown:
        "The session's access token is bound to a key (DPoP): a call upstream has to prove that, and the token alone is of no use",
    },
    event: ["session", "allowed"],
    visits: 1,
  },
  {
    name: "csrfToken() of a caller with a token throws: none is needed",
    path: "/csrf",
    headers: [["Authorization", "Bearer {good}"]],
    status: 200,
    body: {
      sub: "s1",
      thrown: "The request came by no session: there is no CSRF token to give it, and none is needed",
    },
    event: ["token", "allowed"],
  },
];

const tables = {
  leaves,
  cookies,
  navigations,
  "CSRF, section O and S": csrfRows,
  "what handlers get": handlers,
};
/** Where a store is in reach at once, and where it has to be waited for. */
const ways = [
  ["at once", false],
  ["waited for", true],
] as const;

/** Runs the table against each framework. The file that calls this puts the scene into the core. */
export function runSessionCases(frameworks: Frameworks): void {
  describe.each(frameworks)("%s", (framework, make) => {
    describe.each(ways)("a session that is %s", (_way, waits) => {
      const events: DecisionEvent[] = [];
      const values: Record<string, string> = {};
      const sessions = createSessions(waits);
      let server: TestServer;

      beforeAll(async () => {
        const idp = fakeIssuer({ audience: "my-api" });
        values.good = await idp.token({ subject: "s1" });
        values.ada = await csrf.make(contentOf("ada"), 0);
        values.eve = await csrf.make(contentOf("eve"), 0);
        setScene({ sessions });
        const onEvent = (event: { type: string }) => {
          if (event.type === "decision") events.push(event as DecisionEvent);
        };
        server = await make({ options: idp.config, deps: { ...idp.deps, onEvent }, routes });
      });
      afterAll(() => server?.close());
      beforeEach(() => {
        events.length = 0;
        sessions.visits.length = 0;
      });

      const fill = (text: string) => text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
      const ask = ({ method = "GET", path = "/me", headers = [] }: Partial<Row>) =>
        rawRequest(server.port, {
          method,
          path,
          headers: headers.map(([name, value]) => [name, fill(value)] as const),
        });

      describe.each(Object.entries(tables))("%s", (_table, rows) => {
        test.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
          const answer = await ask(row);
          expect([answer.status, row.status === answer.status ? "" : answer.body]).toEqual([row.status, ""]);
          for (const [name, value] of Object.entries(row.answer ?? {})) {
            expect([name, answer.headers[name] ?? null]).toEqual([name, value]);
          }
          if (row.body !== undefined) {
            const expected = JSON.parse(fill(JSON.stringify(row.body)));
            expect(JSON.parse(answer.body)).toEqual(expected);
          }
          const [by, outcome, code] = row.event;
          const told = events.map((event) => [event.by, event.outcome, event.code]);
          expect(told).toEqual(outcome === "none" ? [] : [[by, outcome, code]]);
          if (answer.status > 299) expect(events.map(({ status }) => status)).toEqual([row.status]);
          expect(sessions.visits).toHaveLength(row.visits ?? 0);
        });
      });

      test("two Cookie headers are asked about as one", async () => {
        await ask({ headers: [["Cookie", "theme=dark"], cookie("ada")] });
        expect(sessions.visits).toEqual(["theme=dark; sid=ada"]);
      });

      test("a handler's own cookies and a cache rule that is strict enough stay as they are", async () => {
        const open = await ask({ path: "/public", headers: [cookie("renewed")] });
        expect(
          open.headers["set-cookie"]
            ?.split(", ")
            .map((one) => one.split("=")[0])
            .sort(),
        ).toEqual(["__Host-sid", "__Host-sid.1", "own"]);
        const mine = await ask({ path: "/private", headers: [cookie("ada")] });
        expect(mine.headers["cache-control"]).toBe("private, max-age=60");
        // A handler that had its say later than the guard has had the last word.
        if (["hono", "fetch"].includes(framework)) expect(open.headers["cache-control"]).toBe("no-store");
      });

      test("csrfToken() lets its own session in", async () => {
        const { given } = JSON.parse((await ask({ path: "/csrf", headers: [cookie("ada")] })).body);
        const post = (who: string) =>
          ask({ method: "POST", headers: [cookie(who), ["X-CSRF-Token", given]] });
        expect((await post("ada")).status).toBe(200);
        expect((await post("eve")).status).toBe(403);
      });
    });

    test("refuse: throw: a page is sent to the sign-in all the same, and the error of any other knows where that is", async () => {
      const idp = fakeIssuer({ audience: "my-api" });
      setScene({ sessions: createSessions(false) });
      const options = { ...idp.config, refuse: "throw" } as const;
      const own = routes.filter(({ path }) => path === "/me");
      const server = await make({ options, deps: { ...idp.deps, audit: [] }, routes: own });
      const ask = (headers: HeaderList) => rawRequest(server.port, { method: "GET", path: "/me", headers });
      const redirected = await ask(page);
      expect([redirected.status, redirected.headers.location]).toEqual([302, to("/me")]);
      const refused = await ask([cookie("old"), ...script]);
      // A thrown error carries no headers where there is no response yet.
      if (framework !== "fetch")
        expect(refused.headers["set-cookie"]).toContain("__Host-sid=; Path=/; Max-Age=0");
      if (!framework.startsWith("nest")) {
        expect([refused.status, JSON.parse(refused.body)]).toEqual([
          401,
          { handled: "session_ended", login: to("/") },
        ]);
      }
      await server.close();
    });
  });
}
