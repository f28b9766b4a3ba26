// Claims: what a well-signed token must say before anyone believes it.
import { allOf, claim, maxAge, scope } from "../../src/index.ts";
import type { Kit } from "../support/kit.ts";
import type { TokenCase } from "./types.ts";

const withClaims =
  (changes: (kit: Kit) => Record<string, unknown>): TokenCase["token"] =>
  (kit) =>
    kit.token({ claims: changes(kit) });
/** Replaces one claim's JSON text: for what `JSON.stringify` would never write. */
const withText =
  (name: string, text: string): TokenCase["token"] =>
  (kit) =>
    kit.token({ rawPayload: JSON.stringify(kit.claims({ [name]: "@@" })).replace('"@@"', text) });
const one = (
  id: string,
  name: string,
  token: TokenCase["token"],
  expect: TokenCase["expect"],
  more: Partial<TokenCase> = {},
): TokenCase => ({ id, name, token, expect, ...more });
const dates = ["exp", "nbf", "iat", "auth_time"] as const;
const tolerance = 5;

const expiry: TokenCase[] = [
  one(
    "C01",
    "exp missing",
    withClaims(() => ({ exp: undefined })),
    "missing_claim",
  ),
  ...dates.flatMap((name) => [
    one(
      name === "exp" ? "C02" : "C12",
      `${name} a numeric string`,
      withClaims(() => ({ [name]: "9999999999" })),
      "invalid_claim",
    ),
    one(
      name === "exp" ? "C02" : "C12",
      `${name} an ISO date`,
      withClaims(() => ({ [name]: "2030-01-01T00:00:00Z" })),
      "invalid_claim",
    ),
    ...[true, false, [], {}, [1_900_000_000], ""].map((value) =>
      one(
        name === "exp" ? "C03" : "C12",
        `${name} ${JSON.stringify(value)}`,
        withClaims(() => ({ [name]: value })),
        "invalid_claim",
      ),
    ),
    one(
      name === "exp" ? "C03" : "C12",
      `${name} null`,
      withClaims(() => ({ [name]: null })),
      name === "exp" || name === "iat" ? "missing_claim" : "invalid_claim",
    ),
    ...["NaN", "Infinity", "-Infinity"].map((text) =>
      one("C04", `${name} ${text}`, withText(name, text), "malformed_token"),
    ),
    ...["1e400", "1e309"].map((text) =>
      one(name === "nbf" ? "C13" : "C05", `${name} ${text}`, withText(name, text), "malformed_token"),
    ),
    ...["9e15", "8640000000000001", "1.7976931348623157e308", "253402300800"].map((text) =>
      one("C06", `${name} ${text}`, withText(name, text), "invalid_claim"),
    ),
    one(
      "C10",
      `${name} in milliseconds`,
      withClaims(({ nowSeconds }) => ({ [name]: (nowSeconds + 300) * 1000 })),
      "invalid_claim",
    ),
  ]),
  one("C06", "exp in the year 9999", withText("exp", "253402300799"), "accept"),
  one(
    "C07",
    "exp with a fraction",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds + 0.5 })),
    "accept",
  ),
  one("C07", "exp with an exponent", withText("exp", "1.8e9"), "accept", {
    gives: { expiresAt: 1_800_000_000 },
  }),
  one(
    "C08",
    "exp is now: within the tolerance",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds })),
    "accept",
  ),
  one(
    "C08",
    "exp is now, no tolerance",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds })),
    "token_expired",
    {
      config: () => ({ clockToleranceSeconds: 0 }),
    },
  ),
  one(
    "C09",
    "exp past, a second within the tolerance",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds - tolerance + 1 })),
    "accept",
  ),
  one(
    "C09",
    "exp past, just at the tolerance",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds - tolerance })),
    "token_expired",
  ),
  one(
    "C09",
    "exp past, a second beyond the tolerance",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds - tolerance - 1 })),
    "token_expired",
  ),
  one(
    "C09",
    "exp past by 299 s, 300 s of tolerance",
    withClaims(({ nowSeconds }) => ({ exp: nowSeconds - 299 })),
    "accept",
    {
      config: () => ({ clockToleranceSeconds: 300 }),
    },
  ),
  ...["0", "-1", "-0", "-253402300799", "1"].map((text) =>
    one("C11", `exp ${text}`, withText("exp", text), "token_expired"),
  ),
  one("C11", "exp beyond all dates in the past", withText("exp", "-1e300"), "invalid_claim"),
];

const notYet: TokenCase[] = [
  one(
    "C12",
    "nbf in an hour",
    withClaims(({ nowSeconds }) => ({ nbf: nowSeconds + 3600, exp: nowSeconds + 7200 })),
    "token_not_yet_valid",
  ),
  one(
    "C12",
    "nbf a second beyond the tolerance",
    withClaims(({ nowSeconds }) => ({ nbf: nowSeconds + tolerance + 1 })),
    "token_not_yet_valid",
  ),
  one(
    "C12",
    "nbf just at the tolerance",
    withClaims(({ nowSeconds }) => ({ nbf: nowSeconds + tolerance })),
    "accept",
  ),
  one(
    "C12",
    "nbf past",
    withClaims(({ nowSeconds }) => ({ nbf: nowSeconds - 60 })),
    "accept",
  ),
  one(
    "C13",
    "exp before nbf",
    withClaims(({ nowSeconds }) => ({ nbf: nowSeconds + 4, exp: nowSeconds + 1 })),
    "invalid_claim",
  ),
  one(
    "C14",
    "iat in an hour",
    withClaims(({ nowSeconds }) => ({ iat: nowSeconds + 3600, exp: nowSeconds + 7200 })),
    "token_not_yet_valid",
  ),
  one(
    "C14",
    "iat a second beyond the tolerance",
    withClaims(({ nowSeconds }) => ({ iat: nowSeconds + tolerance + 1 })),
    "token_not_yet_valid",
  ),
  one(
    "C14",
    "iat just at the tolerance",
    withClaims(({ nowSeconds }) => ({ iat: nowSeconds + tolerance })),
    "accept",
  ),
  one(
    "C15",
    "iat missing",
    withClaims(() => ({ iat: undefined })),
    "missing_claim",
  ),
  one(
    "C10",
    "iat older than maxTokenAgeSeconds",
    withClaims(({ nowSeconds }) => ({ iat: nowSeconds - 606, exp: nowSeconds + 9e6 })),
    "token_too_old",
    {
      config: () => ({ maxTokenAgeSeconds: 600 }),
    },
  ),
  one(
    "C10",
    "iat at maxTokenAgeSeconds and its tolerance",
    withClaims(({ nowSeconds }) => ({ iat: nowSeconds - 605 })),
    "accept",
    {
      config: () => ({ maxTokenAgeSeconds: 600 }),
    },
  ),
];

const issuers: Record<string, readonly [id: string, iss: unknown]> = {
  "a trailing slash": ["C16", "https://issuer.example/"],
  "upper case": ["C16", "https://ISSUER.example"],
  "an upper-case scheme": ["C16", "HTTPS://issuer.example"],
  "the default port": ["C16", "https://issuer.example:443"],
  "percent-encoding": ["C16", "https://issuer%2Eexample"],
  "a trailing dot": ["C16", "https://issuer.example."],
  "a query": ["C16", "https://issuer.example?"],
  "a fragment": ["C16", "https://issuer.example#"],
  "a user": ["C16", "https://x@issuer.example"],
  http: ["C16", "http://issuer.example"],
  "white space after": ["C16", "https://issuer.example "],
  "white space before": ["C16", " https://issuer.example"],
  "NUL after": ["C16", "https://issuer.example\u0000"],
  "a dot segment": ["C16", "https://issuer.example/."],
  "a suffix": ["C17", "https://issuer.example.evil"],
  "a suffix after @": ["C17", "https://issuer.example@evil.example"],
  "a prefix": ["C17", "https://issuer"],
  "the first half": ["C17", "https://issuer.exam"],
  "a subdomain": ["C17", "https://a.issuer.example"],
  "a path": ["C17", "https://issuer.example/realms/evil"],
  "the host alone": ["C17", "issuer.example"],
  "nothing but https": ["C17", "https://"],
  "a homoglyph": ["C18", "https://\u0456ssuer.example"],
  "full-width letters": ["C18", "https://ｉssuer.example"],
  "a combining mark": ["C18", "https://issuer.example\u0301"],
  "a soft hyphen": ["C18", "https://issuer\u00ad.example"],
  "a zero-width joiner": ["C18", "https://issuer\u200d.example"],
  "the Kelvin sign's like": ["C18", "https://i\u017fsuer.example"],
  "a list": ["C19", ["https://issuer.example"]],
  "a list, ours first": ["C19", ["https://issuer.example", "https://evil.example"]],
  null: ["C19", null],
  empty: ["C19", ""],
  "an object": ["C19", { "https://issuer.example": 1 }],
  "a number": ["C19", 7],
  true: ["C19", true],
  "the name of a prototype": ["C19", "__proto__"],
  "the name of a constructor": ["C19", "constructor"],
  "another issuer with a discovery document": ["C20", "https://accounts.google.com"],
  "an issuer of the attacker": ["C20", "https://evil.example"],
  "a private address": ["C20", "http://169.254.169.254"],
};
const issuerCases: TokenCase[] = [
  one(
    "C19",
    "iss missing",
    withClaims(() => ({ iss: undefined })),
    "missing_claim",
    { requests: 0 },
  ),
  ...Object.entries(issuers).map(([name, [id, iss]]) =>
    one(
      id,
      `iss with or as ${name}`,
      withClaims(() => ({ iss })),
      "invalid_issuer",
    ),
  ),
  one(
    "C16",
    "a configured trailing slash is as exact",
    withClaims(() => ({})),
    "invalid_issuer",
    {
      config: (kit) => ({ issuer: `${kit.issuer}/` }),
      honestAfterwards: false,
    },
  ),
  one(
    "C18",
    "an issuer configured in NFC, a token's in NFD",
    withClaims(() => ({ iss: "https://issuer.example/cafe\u0301" })),
    "invalid_issuer",
    {
      config: () => ({ issuer: "https://issuer.example/caf\u00e9" }),
      honestAfterwards: false,
    },
  ),
];

const api = "https://api.example";
const audiences: Record<string, readonly [id: string, aud: unknown, expect?: TokenCase["expect"]]> = {
  missing: ["C21", undefined, "missing_claim"],
  null: ["C21", null, "missing_claim"],
  empty: ["C21", ""],
  "an empty list": ["C21", []],
  "a list of null": ["C21", [null]],
  "a list of an empty string": ["C21", [""]],
  "a number": ["C21", 7],
  true: ["C21", true],
  "a suffix": ["C22", `${api}.evil`],
  "a prefix": ["C22", "https://api"],
  "one letter less": ["C22", "https://api.exampl"],
  "a path": ["C22", `${api}/admin`],
  "a space-separated list": ["C22", `${api} https://other.example`],
  "a comma-separated list": ["C22", `${api},https://other.example`],
  "white space after": ["C22", `${api} `],
  "a wildcard": ["C22", "*"],
  "a pattern": ["C22", "https://api.*"],
  "JSON in a string": ["C22", `["${api}"]`],
  "a trailing slash": ["C23", `${api}/`],
  "upper case": ["C23", "https://API.example"],
  "an object with our name": ["C24", { [api]: 1 }],
  "an object with a number": ["C24", { "0": api, length: 1 }],
  "a list in a list": ["C24", [[api]]],
  "a list with an object": ["C24", [{ [api]: true }]],
  "a list with a number": ["C25", [api, 5]],
  "a list with null": ["C25", [api, null]],
  "a list with an empty string": ["C25", [api, ""]],
  "a list with a list": ["C25", [api, ["x"]]],
  "lists of others": ["C26", ["https://other.example", "https://third.example"]],
};
const audienceCases: TokenCase[] = [
  ...Object.entries(audiences).map(([name, [id, aud, expect = "invalid_audience"]]) =>
    one(
      id,
      `aud with or as ${name}`,
      withClaims(() => ({ aud })),
      expect,
    ),
  ),
  one(
    "C26",
    "aud a list with ours",
    withClaims(() => ({ aud: ["https://other.example", api] })),
    "accept",
    {
      gives: { audience: ["https://other.example", api] },
    },
  ),
  one(
    "C26",
    "aud the second of two configured",
    withClaims(() => ({ aud: "urn:api" })),
    "accept",
    {
      config: () => ({ audience: [api, "urn:api"] }),
    },
  ),
  one(
    "C27",
    "an ID token for several audiences without azp",
    (kit) => kit.token({ header: { typ: "JWT" }, claims: { aud: ["client", kit.audience], nonce: "x" } }),
    "wrong_token_type",
    { requests: 0 },
  ),
  one(
    "C27",
    "azp of another client than client_id",
    withClaims(() => ({ azp: "another-client" })),
    "invalid_claim",
  ),
  one(
    "C27",
    "azp a list",
    withClaims(() => ({ azp: ["s6BhdRkqt3-client"] })),
    "invalid_claim",
  ),
];

const subjects: TokenCase[] = [
  one(
    "C28",
    "sub missing",
    withClaims(() => ({ sub: undefined })),
    "missing_claim",
  ),
  one(
    "C28",
    "sub null",
    withClaims(() => ({ sub: null })),
    "missing_claim",
  ),
  ...[
    7,
    "",
    {},
    [],
    ["x"],
    true,
    "s".repeat(256),
    "s".repeat(300),
    "line\nbreak",
    "nul\u0000",
    "tab\t",
    "del\u007f",
  ].map((sub) =>
    one(
      "C28",
      `sub ${JSON.stringify(sub).slice(0, 16)}`,
      withClaims(() => ({ sub })),
      "invalid_claim",
    ),
  ),
  one(
    "C28",
    "sub of 255 characters",
    withClaims(() => ({ sub: "s".repeat(255) })),
    "accept",
  ),
  one(
    "C28",
    "sub an e-mail address",
    withClaims(() => ({ sub: "amélie@example.org" })),
    "accept",
    { gives: { subject: "amélie@example.org" } },
  ),
  one(
    "C28",
    "sub __proto__ is a name like any other",
    withClaims(() => ({ sub: "__proto__" })),
    "accept",
    { gives: { subject: "__proto__" } },
  ),
  one(
    "C29",
    "the same sub at another issuer is another principal",
    withClaims(() => ({})),
    "accept",
    {
      gives: { issuer: "https://issuer.example", subject: "248289761001", userId: "248289761001" },
    },
  ),
  one(
    "C30",
    "jti missing",
    withClaims(() => ({ jti: undefined })),
    "missing_claim",
  ),
  ...[7, "", null, {}, ["x"]].map((jti) =>
    one(
      "C30",
      `jti ${JSON.stringify(jti)}`,
      withClaims(() => ({ jti })),
      jti === null ? "missing_claim" : "invalid_claim",
    ),
  ),
  one(
    "C31",
    "client_id missing",
    withClaims(() => ({ client_id: undefined })),
    "missing_claim",
  ),
  one(
    "C31",
    "client_id missing, azp there",
    withClaims(() => ({ client_id: undefined, azp: "x" })),
    "missing_claim",
  ),
  ...[7, "", {}, ["x"]].map((client) =>
    one(
      "C31",
      `client_id ${JSON.stringify(client)}`,
      withClaims(() => ({ client_id: client })),
      "invalid_claim",
    ),
  ),
  one(
    "C31",
    "client_id and the same azp",
    withClaims(() => ({ azp: "s6BhdRkqt3-client" })),
    "accept",
    { gives: { clientId: "s6BhdRkqt3-client" } },
  ),
  one(
    "C31",
    "a claim of the configuration's own missing",
    withClaims(() => ({})),
    "missing_claim",
    {
      config: () => ({ requiredClaims: ["org.id"] }),
      honestAfterwards: false,
    },
  ),
  one(
    "C31",
    "a claim of the configuration's own null",
    withClaims(() => ({ org: { id: null } })),
    "missing_claim",
    {
      config: () => ({ requiredClaims: ["org.id"] }),
      honestAfterwards: false,
    },
  ),
  one(
    "C31",
    "a claim that only a prototype has",
    withClaims(() => ({})),
    "missing_claim",
    {
      config: () => ({ requiredClaims: ["constructor"] }),
      honestAfterwards: false,
    },
  ),
  one(
    "C31",
    "a claim of the configuration's own",
    withClaims(() => ({ org: { id: 0 } })),
    "accept",
    {
      config: () => ({ requiredClaims: ["org.id"] }),
      honestAfterwards: false,
    },
  ),
];

const read = scope("read");
const scopes: TokenCase[] = [
  one(
    "C32",
    "scope read",
    withClaims(() => ({ scope: "read" })),
    "accept",
    { needs: read, gives: { scopes: ["read"] } },
  ),
  one(
    "C32",
    "scope among others",
    withClaims(() => ({ scope: "openid read  write" })),
    "accept",
    {
      needs: read,
      gives: { scopes: ["openid", "read", "write"] },
    },
  ),
  ...["readonly", "unread", "read:all", "read,write", "'read'", ""].map((text) =>
    one(
      "C32",
      `scope ${JSON.stringify(text)}`,
      withClaims(() => ({ scope: text })),
      "insufficient_scope",
      { needs: read },
    ),
  ),
  one(
    "C32",
    "scope a list",
    withClaims(() => ({ scope: ["read"] })),
    "insufficient_scope",
    { needs: read, gives: { scopes: [] } },
  ),
  one(
    "C32",
    "scope a list with a string of several",
    withClaims(() => ({ scope: ["openid read"] })),
    "insufficient_scope",
    { needs: read },
  ),
  one(
    "C32",
    "scope a list, where the configuration names the claim",
    withClaims(() => ({ scp: ["read", "write"] })),
    "accept",
    {
      needs: read,
      config: () => ({ scopeClaim: "scp" }),
      gives: { scopes: ["read", "write"] },
    },
  ),
  one(
    "C32",
    "a member of a list is never split",
    withClaims(() => ({ scp: ["openid read"] })),
    "insufficient_scope",
    {
      needs: read,
      config: () => ({ scopeClaim: "scp" }),
    },
  ),
  one(
    "C32",
    "scp is nothing where scope is configured",
    withClaims(() => ({ scope: undefined, scp: "read" })),
    "insufficient_scope",
    { needs: read },
  ),
  one(
    "C32",
    "scope an object",
    withClaims(() => ({ scope: { read: true } })),
    "insufficient_scope",
    { needs: read },
  ),
  one(
    "C32",
    "scope missing",
    withClaims(() => ({ scope: undefined })),
    "insufficient_scope",
    { needs: read },
  ),
  one(
    "C32",
    "one of two scopes",
    withClaims(() => ({ scope: "read" })),
    "insufficient_scope",
    { needs: scope("read", "write") },
  ),
  one(
    "C32",
    "a scope every token must have",
    withClaims(() => ({ scope: "read" })),
    "insufficient_scope",
    {
      config: () => ({ requiredScopes: ["orders:read"] }),
    },
  ),
  one(
    "C32",
    "a permission every token must have",
    withClaims(() => ({ permissions: "a" })),
    "insufficient_permissions",
    {
      config: () => ({ requiredPermissions: ["a", "b"] }),
      honestAfterwards: false,
    },
  ),
  ...[
    "Read",
    "READ",
    "read\u00a0write",
    "read\twrite",
    "read\nwrite",
    "\u00a0read",
    "re\u0301ad",
    "read\u200b",
    "ｒead",
    "read\u3000x",
  ].map((text) =>
    one(
      "C33",
      `scope ${JSON.stringify(text)}`,
      withClaims(() => ({ scope: text })),
      "insufficient_scope",
      { needs: read },
    ),
  ),
  one(
    "C34",
    "roles in a string are one role",
    withClaims(() => ({ roles: "admin editor" })),
    "insufficient_permissions",
    {
      needs: { roles: ["admin"] },
      gives: { roles: ["admin editor"] },
    },
  ),
  one(
    "C34",
    "roles that are not strings are none",
    withClaims(() => ({ roles: [["admin"], { admin: 1 }, 1, null, true] })),
    "insufficient_permissions",
    {
      needs: { roles: ["admin"] },
    },
  ),
  one(
    "C34",
    "roles in an object are none",
    withClaims(() => ({ roles: { admin: true } })),
    "insufficient_permissions",
    { needs: { roles: ["admin"] } },
  ),
  one(
    "C34",
    "a role map reads own entries only",
    withClaims(() => ({ roles: ["constructor", "__proto__"] })),
    "insufficient_permissions",
    {
      needs: { roles: ["admin"] },
      config: () => ({ roleMap: { x: "admin" } }),
    },
  ),
  one(
    "C34",
    "a role map maps groups and roles",
    withClaims(() => ({ roles: ["r1"], groups: ["g1"] })),
    "accept",
    {
      needs: { roles: ["admin", "editor"] },
      config: () => ({ roleMap: { r1: "editor", g1: ["admin"] } }),
      gives: { roles: ["editor", "admin"], groups: ["g1"] },
    },
  ),
];

const corp = claim("email", { equals: "a@corp.example" });
const mails: TokenCase[] = [
  ...[
    "a@evil@corp.example",
    "a@corp.example@evil",
    "a\uff20corp.example",
    "A@corp.example",
    "a@corp.example ",
    "a@ⓒorp.example",
    "a@corp。example",
  ].map((email) =>
    one(
      "C36",
      `e-mail ${email}`,
      withClaims(() => ({ email })),
      "insufficient_permissions",
      { needs: corp },
    ),
  ),
  one(
    "C36",
    "the e-mail address itself",
    withClaims(() => ({ email: "a@corp.example" })),
    "accept",
    { needs: corp },
  ),
  one(
    "C35",
    "an e-mail address is never the principal",
    withClaims(() => ({ email: "admin@corp.example", preferred_username: "admin" })),
    "accept",
    {
      gives: {
        subject: "248289761001",
        userId: "248289761001",
        email: "admin@corp.example",
        username: "admin",
      },
    },
  ),
];

const tenant = "11111111-2222-3333-4444-555555555555";
const stranger = "99999999-2222-3333-4444-555555555555";
const entra = (kit: Kit) => ({
  issuers: [
    {
      preset: "entra",
      tenants: [tenant, stranger.replace("9", "8")],
      audience: kit.audience,
      jwks: kit.jwks,
    } as const,
  ],
});
const entraToken = (changes: Record<string, unknown>) => (kit: Kit) =>
  kit.token({
    header: { typ: "JWT" },
    claims: {
      iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
      tid: tenant,
      ver: "2.0",
      azp: "s6BhdRkqt3-client",
      ...changes,
    },
  });
const tenants: TokenCase[] = [
  one("C37", "a listed tenant", entraToken({}), "accept", { config: entra, honestAfterwards: false }),
  ...Object.entries({
    "tid of another tenant": { tid: stranger },
    "iss of another tenant": { iss: `https://login.microsoftonline.com/${stranger}/v2.0` },
    "iss and tid of a tenant that is not listed": {
      iss: `https://login.microsoftonline.com/${stranger}/v2.0`,
      tid: stranger,
    },
    "tid missing": { tid: undefined },
    "tid null": { tid: null },
    "tid a list": { tid: [tenant] },
    "tid in upper case": { tid: "11111111-2222-3333-4444-55555555555A" },
    "iss common": { iss: "https://login.microsoftonline.com/common/v2.0" },
    "iss the template": { iss: "https://login.microsoftonline.com/{tenantid}/v2.0" },
    "iss of another host": { iss: `https://login.microsoftonline.com.evil.example/${tenant}/v2.0` },
    "iss with a path before the tenant": {
      iss: `https://login.microsoftonline.com/${stranger}/../${tenant}/v2.0`,
    },
  }).map(([name, changes]) =>
    one("C37", name, entraToken(changes), "invalid_issuer", { config: entra, honestAfterwards: false }),
  ),
];

const chainOf = (depth: number): unknown =>
  depth === 0 ? undefined : { sub: `a${depth}`, act: chainOf(depth - 1) };
const actors: TokenCase[] = [
  one(
    "C38",
    "act",
    withClaims(() => ({ act: { sub: "agent-7", client_id: "c" } })),
    "accept",
    {
      gives: { actor: { subject: "agent-7", issuer: undefined, clientId: "c", actor: undefined } },
    },
  ),
  one(
    "C38",
    "a chain of eight actors",
    withClaims(() => ({ act: chainOf(8) })),
    "accept",
  ),
  one(
    "C38",
    "a chain of nine actors",
    withClaims(() => ({ act: chainOf(9) })),
    "invalid_claim",
  ),
  one(
    "C38",
    "a chain of 1,000 actors",
    withClaims(() => ({ act: chainOf(1000) })),
    "malformed_token",
  ),
  one(
    "C38",
    "may_act that names a client alone",
    withClaims(() => ({ may_act: { client_id: "worker" } })),
    "accept",
    { gives: { actor: undefined } },
  ),
  one(
    "C38",
    "act that names a client alone",
    withClaims(() => ({ act: { client_id: "worker" } })),
    "invalid_claim",
  ),
  one(
    "C38",
    "may_act that names an empty client",
    withClaims(() => ({ may_act: { client_id: "" } })),
    "invalid_claim",
  ),
  ...["act", "may_act"].flatMap((name) =>
    [
      "agent",
      7,
      [],
      [{ sub: "x" }],
      {},
      null,
      true,
      { sub: 7 },
      { sub: "" },
      { sub: "x", iss: 1 },
      { sub: "x", act: "y" },
    ].map((value) =>
      one(
        "C38",
        `${name} ${JSON.stringify(value)}`,
        withClaims(() => ({ [name]: value })),
        "invalid_claim",
      ),
    ),
  ),
];

const fresh = maxAge(600);
const authTimes: TokenCase[] = [
  one(
    "C39",
    "auth_time within max_age",
    withClaims(({ nowSeconds }) => ({ auth_time: nowSeconds - 500 })),
    "accept",
    { needs: fresh },
  ),
  one(
    "C39",
    "auth_time too old",
    withClaims(({ nowSeconds }) => ({ auth_time: nowSeconds - 700 })),
    "insufficient_user_authentication",
    { needs: fresh },
  ),
  one(
    "C39",
    "auth_time in the future",
    withClaims(({ nowSeconds }) => ({ auth_time: nowSeconds + 3600 })),
    "insufficient_user_authentication",
    { needs: fresh },
  ),
  one(
    "C39",
    "auth_time missing",
    withClaims(() => ({})),
    "insufficient_user_authentication",
    { needs: fresh },
  ),
  one(
    "C39",
    "auth_time a string",
    withClaims(({ nowSeconds }) => ({ auth_time: String(nowSeconds) })),
    "invalid_claim",
    { needs: fresh },
  ),
  one(
    "C39",
    "auth_time old, and a scope missing: the scope is told",
    withClaims(() => ({})),
    "insufficient_scope",
    { needs: allOf(read, fresh) },
  ),
];

export const claimCases: readonly TokenCase[] = [
  ...expiry,
  ...notYet,
  ...issuerCases,
  ...audienceCases,
  ...subjects,
  ...scopes,
  ...mails,
  ...tenants,
  ...actors,
  ...authTimes,
];
