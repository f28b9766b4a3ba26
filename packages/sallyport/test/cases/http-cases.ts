// Section H over real HTTP: one table for every framework. Plain data, so that any runner and any runtime can take it.
import {
  anyOf,
  check,
  type OnRefused,
  type Requirement,
  role,
  type SallyportOptions,
  scope,
} from "../../src/frameworks/exports.ts";
import type { TokenRequest } from "../../src/testing/index.ts";
import type { HeaderList } from "../support/raw-http.ts";

/** A route that every server under test has. Its handler answers `{ sub }`, `null` for nobody. */
export interface HttpRoute {
  /** `ALL`: every method, OPTIONS included. */
  readonly method: "GET" | "POST" | "ALL";
  readonly path: string;
  /** `open`: the handler answers `{ thrown }`, the message of what `auth.identity(request)` throws there. */
  readonly access: "required" | "optional" | "open";
  readonly needed?: Requirement;
  readonly onInvalid?: "anonymous";
  /** The handler answers `{ sub, field }`: the form's field `field`, which it reads after the guard. */
  readonly form?: true;
}

export const httpRoutes: readonly HttpRoute[] = [
  { method: "GET", path: "/me", access: "required" },
  { method: "GET", path: "/admin", access: "required", needed: anyOf(role("Admin"), scope("users:write")) },
  { method: "GET", path: "/orders", access: "required", needed: scope("orders:read", "orders:write") },
  { method: "GET", path: "/gold", access: "required", needed: { acr: ["gold", "platinum"] } },
  { method: "GET", path: "/recent", access: "required", needed: { maxAgeSeconds: 300 } },
  {
    method: "GET",
    path: "/broken-check",
    access: "required",
    needed: check("broken", () => {
      throw new Error("a mistake of the application's");
    }),
  },
  { method: "GET", path: "/feed", access: "optional" },
  { method: "GET", path: "/feed-nobody", access: "optional", needed: scope("feed:read") },
  { method: "GET", path: "/lenient", access: "optional", onInvalid: "anonymous" },
  { method: "ALL", path: "/all", access: "required" },
  { method: "POST", path: "/upload", access: "required" },
  { method: "POST", path: "/form", access: "required", form: true },
  { method: "GET", path: "/open", access: "open" },
];

export type FrameworkName =
  | "express"
  | "express4"
  | "fastify"
  | "fetch"
  | "hono"
  | "nest-express"
  | "nest-fastify"
  | "node";

/** What is expected; a header of `null` must not be there. */
export interface HttpExpectation {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | null>>;
  /** JSON, or a text as it stands. */
  readonly body?: unknown;
  /** Decisions that the audit trail got, in order. Default: one, that fits the status. */
  readonly events?: readonly ("allowed" | "anonymous" | "refused")[];
  /** How often the handler ran. Default: once for 200, else never. */
  readonly handled?: number;
}

export interface HttpCase {
  /** A row of section H, or of the issue. */
  readonly id: string;
  readonly name: string;
  readonly method?: string;
  /** Default: `/me`. */
  readonly path?: string;
  readonly headers?: HeaderList;
  readonly body?: string;
  readonly promisedBytes?: number;
  readonly expect: HttpExpectation;
  /** Where a framework can't see what others see, and what it answers. */
  readonly differs?: { readonly [Name in FrameworkName]?: HttpExpectation };
}

/** Cases that share one configuration. */
export interface HttpGroup {
  readonly name: string;
  readonly options?: SallyportOptions;
  readonly onRefused?: OnRefused;
  /** The provider can't be reached. */
  readonly down?: true;
  readonly cases: readonly HttpCase[];
}

/** The tokens of the table: `{good}` in a header, a path or a body becomes the token of that name. */
export const httpTokens = {
  good: { subject: "s1", roles: ["Reader"], scopes: ["orders:read"] },
  other: { subject: "s2" },
  admin: { subject: "s3", roles: ["Admin"] },
  writer: { subject: "s4", scopes: ["users:write"] },
  gold: { subject: "s5", claims: { acr: "gold" } },
  expired: { subject: "s6", expiresInSeconds: -600 },
  foreign: { subject: "s7", audience: "another-api" },
  hostile: { subject: "s8", claims: { aud: 'x"\r\n\u00e9, error="invalid' } },
} as const satisfies Record<string, TokenRequest>;

const bearer = (name: keyof typeof httpTokens): readonly [string, string] => [
  "Authorization",
  `Bearer {${name}}`,
];
const form = ["Content-Type", "application/x-www-form-urlencoded"] as const;
const preflight = [
  ["Origin", "https://app.example.org"],
  ["Access-Control-Request-Method", "GET"],
] as const;

function refusal(status: number, error: string, description: string, challenge: string | null) {
  return {
    status,
    headers: {
      "www-authenticate": challenge,
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "retry-after": status === 503 ? "5" : null,
    },
    body: { error, error_description: description },
  } as const;
}

function errorOf(error: string, description: string, more = ""): string {
  return `Bearer realm="api", error="${error}", error_description="${description}"${more}`;
}

const texts = {
  request: "The request does not carry exactly one well-formed access token",
  token: "The access token is not valid",
  expired: "The access token has expired",
  scope: "The access token does not grant what this request needs",
  caller: "The caller may not do this",
  stronger: "A stronger or more recent authentication is required",
  outage: "The access token cannot be checked at the moment",
} as const;

/** The answers of the table. */
const missing = refusal(401, "missing_token", "An access token is required", 'Bearer realm="api"');
const malformedRequest = refusal(
  400,
  "invalid_request",
  texts.request,
  errorOf("invalid_request", texts.request),
);
const invalid = refusal(401, "invalid_token", texts.token, errorOf("invalid_token", texts.token));
const expired = refusal(401, "invalid_token", texts.expired, errorOf("invalid_token", texts.expired));
const scopeMissing = (scopes: string) =>
  refusal(
    403,
    "insufficient_scope",
    texts.scope,
    errorOf("insufficient_scope", texts.scope, `, scope="${scopes}"`),
  );
const forbidden = refusal(
  403,
  "insufficient_scope",
  texts.caller,
  errorOf("insufficient_scope", texts.caller),
);
const stepUp = (more: string) =>
  refusal(
    401,
    "insufficient_user_authentication",
    texts.stronger,
    errorOf("insufficient_user_authentication", texts.stronger, more),
  );
const outage = refusal(503, "temporarily_unavailable", texts.outage, null);
const ok = (sub: string | null = "s1"): HttpExpectation => ({
  status: 200,
  body: { sub },
  headers: { "www-authenticate": null },
  events: [sub === null ? "anonymous" : "allowed"],
});
const empty204: HttpExpectation = {
  status: 204,
  body: "",
  events: [],
  handled: 0,
  headers: { "www-authenticate": null, "access-control-allow-origin": null },
};

const credentials: readonly HttpCase[] = [
  { id: "H01", name: "no Authorization is 401 without `error`", expect: missing },
  ...["Basic dXNlcjpwYXNz", "Negotiate YII=", "DPoP {good}", "Bearerx {good}", ""].map(
    (value): HttpCase => ({
      id: "H02",
      name: `another scheme is as none: ${value.split(" ")[0] || "an empty header"}`,
      headers: [["Authorization", value]],
      expect: missing,
    }),
  ),
  ...["Bearer", "bearer", "BEARER", "bEaReR"].map(
    (scheme): HttpCase => ({
      id: "H03",
      name: `the scheme's case does not matter: ${scheme}`,
      headers: [["Authorization", `${scheme} {good}`]],
      expect: ok(),
    }),
  ),
  ...["Bearer", "Bearer ", "bearer    "].map(
    (value): HttpCase => ({
      id: "H04",
      name: `a scheme without a token: "${value}"`,
      headers: [["Authorization", value]],
      expect: malformedRequest,
    }),
  ),
  ...["Bearer  {good}", "Bearer\t{good}", "Bearer \t{good}"].map(
    (value): HttpCase => ({
      id: "H05",
      name: `one space, and nothing else, parts scheme and token: ${JSON.stringify(value)}`,
      headers: [["Authorization", value]],
      expect: malformedRequest,
    }),
  ),
  {
    id: "H05",
    name: "spaces around the whole value are HTTP's own",
    headers: [["Authorization", "   Bearer {good}   "]],
    expect: ok(),
  },
  ...[
    "Bearer {good} extra",
    "Bearer {good},",
    "Bearer {good}, Bearer {other}",
    "Bearer {good},Bearer {good}",
    'Bearer "{good}"',
    "Bearer ={good}",
    "Bearer token={good}",
  ].map(
    (value): HttpCase => ({
      id: "H06",
      name: `something else than one token: ${value}`,
      headers: [["Authorization", value]],
      expect: malformedRequest,
    }),
  ),
  ...(
    [
      ["valid, then garbage", "Bearer {good}", "Bearer garbage"],
      ["garbage, then valid", "Bearer garbage", "Bearer {good}"],
      ["the same twice", "Bearer {good}", "Bearer {good}"],
    ] as const
  ).map(
    ([name, first, second]): HttpCase => ({
      id: "H07",
      name: `two Authorization headers: ${name}`,
      headers: [
        ["Authorization", first],
        ["aUTHORIZATION", second],
      ],
      expect: malformedRequest,
    }),
  ),
  {
    id: "H07",
    name: "two Authorization headers: Basic and Bearer",
    headers: [["Authorization", "Basic dXNlcjpwYXNz"], bearer("good")],
    expect: malformedRequest,
  },
  {
    id: "H07",
    name: "two Authorization headers: an empty one and Bearer",
    headers: [["Authorization", ""], bearer("good")],
    expect: malformedRequest,
  },
  {
    id: "H09",
    name: "a token in the header and one in the query",
    path: "/me?access_token={good}",
    headers: [bearer("good")],
    expect: malformedRequest,
  },
  {
    id: "H09",
    name: "a token in the header and one in the query, its name encoded",
    path: "/me?a=1&%61ccess%5Ftoken=x",
    headers: [bearer("good")],
    expect: malformedRequest,
  },
  {
    id: "H09",
    name: "a parameter that only resembles one is none",
    path: "/me?my_access_token=x&q=access_token",
    headers: [bearer("good")],
    expect: ok(),
  },
  {
    id: "H10",
    name: "a token in the query alone is not read",
    path: "/me?access_token={good}",
    expect: missing,
  },
  {
    id: "H10",
    name: "nor on an optional route",
    path: "/feed?access_token={good}",
    expect: ok(null),
  },
  {
    id: "H12",
    name: "a token in a cookie is not read",
    headers: [["Cookie", "access_token={good}"]],
    expect: missing,
  },
  ...["Bearer \u00e9{good}", "Bearer {good}\u00ff", "Bearer a\u00e9b"].map(
    (value, index): HttpCase => ({
      id: "H13",
      name: `Latin-1 in the token (${index + 1})`,
      headers: [["Authorization", value]],
      expect: malformedRequest,
    }),
  ),
  {
    id: "H13",
    name: "a token of the right alphabet that is none",
    headers: [["Authorization", "Bearer a.b.c"]],
    expect: invalid,
  },
  { id: "H15", name: "nothing of a hostile claim comes back", headers: [bearer("hostile")], expect: invalid },
  { id: "token", name: "expired", headers: [bearer("expired")], expect: expired },
  {
    id: "token",
    name: "for another audience: no word of what is wrong",
    headers: [bearer("foreign")],
    expect: invalid,
  },
];

const bodies: readonly HttpCase[] = [
  {
    id: "H08",
    name: "a token in the header and one in a form body",
    method: "POST",
    path: "/form",
    headers: [bearer("good"), form],
    body: "field=1&access_token={good}",
    expect: malformedRequest,
    differs: {
      // The header was accepted before the body was there to be looked at.
      fastify: { ...malformedRequest, events: ["allowed", "refused"] },
      // The body is the listener's.
      node: { status: 200, body: { sub: "s1", field: "1" } },
    },
  },
  {
    id: "H08",
    name: "the same with a charset, and the name encoded",
    method: "POST",
    path: "/form",
    headers: [bearer("good"), ["Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"]],
    body: "field=1&%61ccess_token=x",
    expect: malformedRequest,
    differs: {
      fastify: { ...malformedRequest, events: ["allowed", "refused"] },
      node: { status: 200, body: { sub: "s1", field: "1" } },
    },
  },
  {
    id: "H08",
    name: "a form without a token still reaches the handler whole",
    method: "POST",
    path: "/form",
    headers: [bearer("good"), form],
    body: "a=access_token&field=1",
    expect: { status: 200, body: { sub: "s1", field: "1" } },
  },
  {
    id: "H08",
    name: "a bad token in the header is refused as such, whatever the form has",
    method: "POST",
    path: "/form",
    headers: [bearer("expired"), form],
    body: "access_token={good}",
    expect: expired,
  },
  {
    id: "H11",
    name: "a token in a form body alone is not read",
    method: "POST",
    path: "/form",
    headers: [form],
    body: "access_token={good}",
    expect: missing,
  },
  {
    id: "H11",
    name: "nor two of them",
    method: "POST",
    path: "/form",
    headers: [form],
    body: "access_token={good}&access_token={good}",
    expect: missing,
  },
  {
    id: "H11",
    name: "two in the form beside the header's",
    method: "POST",
    path: "/form",
    headers: [bearer("good"), form],
    body: "access_token=a&access_token=b",
    expect: malformedRequest,
    differs: {
      fastify: { ...malformedRequest, events: ["allowed", "refused"] },
      node: { status: 200, body: { sub: "s1", field: null } },
    },
  },
  {
    id: "H11",
    name: "nor a token in JSON",
    method: "POST",
    path: "/upload",
    headers: [["Content-Type", "application/json"]],
    body: '{"access_token":"{good}"}',
    expect: missing,
  },
  {
    id: "H11",
    name: "JSON with a member of that name is the application's",
    method: "POST",
    path: "/upload",
    headers: [bearer("good"), ["Content-Type", "application/json"]],
    body: '{"access_token":"x"}',
    expect: ok(),
  },
  {
    id: "H20",
    name: "a bad token is refused before the body is read (1 GB promised, 64 KB sent)",
    method: "POST",
    path: "/upload",
    headers: [bearer("expired"), ["Content-Type", "application/octet-stream"]],
    body: "x".repeat(65_536),
    promisedBytes: 1_073_741_824,
    expect: expired,
  },
  {
    id: "H20",
    name: "so is a missing one, with a form",
    method: "POST",
    path: "/upload",
    headers: [["Content-Type", "application/octet-stream"]],
    body: "x",
    promisedBytes: 1_073_741_824,
    expect: missing,
  },
];

const methods: readonly HttpCase[] = [
  { id: "H17", name: "HEAD is protected like GET", method: "HEAD", expect: { ...missing, body: "" } },
  {
    id: "H17",
    name: "HEAD with a token",
    method: "HEAD",
    headers: [bearer("good")],
    expect: { ...ok(), body: "" },
  },
  {
    id: "H17",
    name: "a preflight that reaches a guard is answered, and runs no handler",
    method: "OPTIONS",
    path: "/all",
    headers: preflight,
    expect: empty204,
  },
  ...(
    [
      ["Origin", preflight.slice(1)],
      ["Access-Control-Request-Method", preflight.slice(0, 1)],
      ["either", []],
    ] as const
  ).map(
    ([lacking, headers]): HttpCase => ({
      id: "H17",
      name: `OPTIONS without ${lacking} is guarded`,
      method: "OPTIONS",
      path: "/all",
      headers,
      expect: missing,
    }),
  ),
  {
    id: "H17",
    name: "a GET that looks like a preflight is none",
    path: "/all",
    headers: preflight,
    expect: missing,
  },
  {
    id: "H17",
    name: "a preflight never has credentials: with them it is guarded",
    method: "OPTIONS",
    path: "/all",
    headers: [...preflight, bearer("expired")],
    expect: expired,
  },
  {
    id: "H17",
    name: "OPTIONS with a good token reaches the handler",
    method: "OPTIONS",
    path: "/all",
    headers: [bearer("good")],
    expect: ok(),
  },
];

const decisions: readonly HttpCase[] = [
  {
    id: "H18",
    name: "a required route's answer is left as it is",
    headers: [bearer("good")],
    expect: { ...ok(), headers: { vary: null, "cache-control": null } },
  },
  {
    id: "H18",
    name: "an optional route's answer varies by caller: somebody",
    path: "/feed",
    headers: [bearer("good")],
    expect: { ...ok(), headers: { vary: "Authorization" } },
  },
  {
    id: "H18",
    name: "an optional route's answer varies by caller: nobody",
    path: "/feed",
    expect: { ...ok(null), headers: { vary: "Authorization" } },
  },
  {
    id: "H22",
    name: "insufficient scope names the scopes of the route",
    path: "/orders",
    headers: [bearer("good")],
    expect: scopeMissing("orders:read orders:write"),
  },
  {
    id: "H22",
    name: "a missing role is insufficient_scope without `scope`",
    path: "/admin",
    headers: [bearer("good")],
    expect: forbidden,
  },
  {
    id: "requirement",
    name: "one alternative",
    path: "/admin",
    headers: [bearer("admin")],
    expect: ok("s3"),
  },
  { id: "requirement", name: "the other", path: "/admin", headers: [bearer("writer")], expect: ok("s4") },
  { id: "RFC 9470", name: "a strong enough acr", path: "/gold", headers: [bearer("gold")], expect: ok("s5") },
  {
    id: "RFC 9470",
    name: "a weak acr",
    path: "/gold",
    headers: [bearer("good")],
    expect: stepUp(', acr_values="gold platinum"'),
  },
  {
    id: "RFC 9470",
    name: "an unknown age",
    path: "/recent",
    headers: [bearer("good")],
    expect: stepUp(', max_age="300"'),
  },
  {
    id: "check",
    name: "a check that throws is 503, never access",
    path: "/broken-check",
    headers: [bearer("good")],
    expect: outage,
  },
  {
    id: "optional",
    name: "a bad token is refused, not nobody's",
    path: "/feed",
    headers: [bearer("expired")],
    expect: expired,
  },
  {
    id: "optional",
    name: "a good token must meet the requirement",
    path: "/feed-nobody",
    headers: [bearer("good")],
    expect: scopeMissing("feed:read"),
  },
  { id: "optional", name: "nobody needs to meet none", path: "/feed-nobody", expect: ok(null) },
  {
    id: "onInvalid",
    name: "anonymous: a bad token is nobody's",
    path: "/lenient",
    headers: [bearer("expired")],
    expect: ok(null),
  },
  {
    id: "onInvalid",
    name: "anonymous: a good one is somebody's",
    path: "/lenient",
    headers: [bearer("good")],
    expect: ok(),
  },
  {
    id: "onInvalid",
    name: "anonymous does not excuse a malformed request",
    path: "/lenient",
    headers: [bearer("good"), bearer("good")],
    expect: malformedRequest,
  },
  {
    id: "identity()",
    name: "throws on a route that is not protected, token or not",
    path: "/open",
    headers: [bearer("good")],
    expect: {
      status: 200,
      events: [],
      body: {
        thrown:
          "No caller is known on this route: put auth.required() or auth.optional(), with the parentheses, in front of its handler; or another sallyport() guards this route: ask that one",
      },
    },
    differs: Object.fromEntries(
      (["nest-express", "nest-fastify"] as const).map((name) => [
        name,
        {
          status: 200,
          events: [],
          body: {
            thrown: "No caller is known: the route is not protected. Add @Protected() or @MaybeProtected()",
          },
        },
      ]),
    ),
  },
];

export const httpGroups: readonly HttpGroup[] = [
  { name: "as it comes", cases: [...credentials, ...bodies, ...methods, ...decisions] },
  {
    name: "another realm",
    options: { realm: "orders and more" },
    cases: [
      {
        id: "H15",
        name: "the challenge has the configured realm",
        expect: { ...missing, headers: { "www-authenticate": 'Bearer realm="orders and more"' } },
      },
    ],
  },
  {
    name: "the provider is down",
    down: true,
    cases: [
      {
        id: "outage",
        name: "503 with Retry-After and no challenge",
        headers: [bearer("good")],
        expect: outage,
      },
      {
        id: "outage",
        name: "not excused by onInvalid",
        path: "/lenient",
        headers: [bearer("good")],
        expect: outage,
      },
      { id: "outage", name: "who brings no token is still told to", expect: missing },
    ],
  },
  {
    name: "onRefused changes body and headers",
    onRefused: ({ error, status }) => ({
      headers: {
        "Content-Type": "application/problem+json; charset=utf-8",
        "X-Help": "https://api.example.org/help",
      },
      body: { type: "about:blank", status, title: error.description },
      ...({ status: 200 } as object),
    }),
    cases: [
      {
        id: "onRefused",
        name: "never the status",
        expect: {
          status: 401,
          headers: {
            "content-type": "application/problem+json; charset=utf-8",
            "x-help": "https://api.example.org/help",
            "www-authenticate": 'Bearer realm="api"',
            "cache-control": "no-store",
          },
          body: { type: "about:blank", status: 401, title: "An access token is required" },
        },
      },
      {
        id: "onRefused",
        name: "not asked where nothing is refused",
        headers: [bearer("good")],
        expect: { ...ok(), headers: { "x-help": null } },
      },
    ],
  },
  {
    name: "onRefused gives a text",
    onRefused: () => ({ headers: { "content-type": "text/plain; charset=utf-8" }, body: "Please sign in" }),
    cases: [
      {
        id: "onRefused",
        name: "it is sent as it stands",
        expect: {
          status: 401,
          headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
          body: "Please sign in",
        },
      },
    ],
  },
  {
    name: "onRefused gives an empty body",
    onRefused: () => ({ body: undefined }),
    cases: [
      {
        id: "onRefused",
        name: "nothing is sent but the headers",
        expect: { ...missing, headers: { ...missing.headers, "content-type": null }, body: "" },
      },
    ],
  },
  ...(
    [
      [
        "throws",
        () => {
          throw new Error("a mistake of the application's");
        },
      ],
      ["rejects", () => Promise.reject(new Error("a mistake of the application's")) as never],
      ["gives a number", () => 42 as never],
      ["gives headers that split the response", () => ({ headers: { "x-a": "b\r\nset-cookie: c=d" } })],
      ["gives headers that frame the body", () => ({ headers: { "content-length": "1" } })],
      ["gives a header's name with a space", () => ({ headers: { "x a": "b" } })],
      ["gives headers that are none", () => ({ headers: { "x a": 1 } as never })],
      ["gives a body that is no JSON", () => ({ body: { big: 1n } })],
      [
        "changes what it was given",
        (given: unknown) => {
          (given as { status: number }).status = 200;
          return undefined;
        },
      ],
      [
        "changes the headers it was given",
        (given: unknown) => {
          (given as { headers: Record<string, string> }).headers["www-authenticate"] = "Basic";
          return undefined;
        },
      ],
      [
        "changes the body it was given",
        (given: unknown) => {
          (given as { body: { error: string } }).body.error = "none";
          return undefined;
        },
      ],
      ["gives nothing", () => undefined],
    ] as const satisfies readonly (readonly [string, OnRefused])[]
  ).map(
    ([what, onRefused]): HttpGroup => ({
      name: `onRefused ${what}`,
      onRefused,
      cases: [{ id: "onRefused", name: "the refusal goes out unchanged", expect: missing }],
    }),
  ),
  {
    // The server's own error handling answers `{ handled: code }` with the error's status.
    name: "refuse: throw",
    options: { refuse: "throw" },
    cases: [
      ...(
        [
          [missing, "missing_token", "/me", []],
          [expired, "token_expired", "/me", [bearer("expired")]],
          [forbidden, "insufficient_permissions", "/admin", [bearer("good")]],
          [malformedRequest, "invalid_request", "/me", [bearer("good"), bearer("good")]],
          [outage, "check_failed", "/broken-check", [bearer("good")]],
        ] as const
      ).map(
        ([{ status, headers }, code, path, sent]): HttpCase => ({
          id: "throw",
          name: `${code} reaches the framework's error handling, the headers set`,
          path,
          headers: sent,
          expect: {
            status,
            headers: {
              "www-authenticate": headers["www-authenticate"],
              "cache-control": "no-store",
              "retry-after": headers["retry-after"],
            },
            body: { handled: code },
          },
        }),
      ),
      { id: "throw", name: "what is allowed is not thrown", headers: [bearer("good")], expect: ok() },
      {
        id: "throw",
        name: "a preflight is no error",
        method: "OPTIONS",
        path: "/all",
        headers: preflight,
        expect: empty204,
      },
    ],
  },
];
