// Attacks by what a token says: its type, issuer, audience, times and parties (RFC 8725 §3.8-3.12, RFC 9068 §4). All are
// signed with the issuer's own key.
import type { AuthErrorCode } from "../../errors.ts";
import type { HostileKit, HostileRow } from "./types.ts";

type Code = HostileRow["code"];
type Changes = Readonly<Record<string, unknown>> | ((kit: HostileKit) => Readonly<Record<string, unknown>>);

const claims = (id: string, name: string, code: Code, changes: Changes): HostileRow => ({
  id,
  name,
  code,
  make: (kit) => kit.claims(typeof changes === "function" ? changes(kit) : changes),
});

const typed = (id: string, typ: unknown, code: Code): HostileRow => ({
  id: `typ-${id}`,
  name: `typ is that of no access token (${id})`,
  code,
  make: ({ headers }) => headers({ typ }),
});

/** Where a claim is wrong: by its absence, if the preset demands it, else by what its absence leads to. */
const lacking =
  (claim: string, otherwise: AuthErrorCode | undefined) =>
  ({ preset }: HostileKit): AuthErrorCode | undefined =>
    preset.required.includes(claim) ? "missing_claim" : otherwise;

/** A form of `aud` that is not one text: some presets tell their tokens by it. */
const oddAudience = ({ preset }: HostileKit): AuthErrorCode =>
  preset.accept.some((condition) => "type" in condition && condition.claim[0] === "aud")
    ? "wrong_token_type"
    : "invalid_audience";

const audiences: readonly [string, string, Code, (audience: string) => unknown][] = [
  ["other", "another API's", "invalid_audience", () => "https://other.example"],
  [
    "list-of-others",
    "a list of other APIs",
    oddAudience,
    () => ["https://other.example", "https://third.example"],
  ],
  [
    "longer",
    "ours with something after it",
    "invalid_audience",
    (audience) => `${audience}.attacker.example`,
  ],
  ["shorter", "the beginning of ours", "invalid_audience", (audience) => audience.slice(0, -1)],
  ["slash", "ours with a slash", "invalid_audience", (audience) => `${audience}/`],
  ["case", "ours in other letters", "invalid_audience", (audience) => swapCase(audience)],
  ["space-list", "ours in a list separated by spaces", "invalid_audience", (audience) => `other ${audience}`],
  ["comma-list", "ours in a list separated by commas", "invalid_audience", (audience) => `other,${audience}`],
  ["empty", "empty", oddAudience, () => ""],
  ["empty-list", "an empty list", oddAudience, () => []],
  ["nested-list", "ours in a list in a list", oddAudience, (audience) => [[audience]]],
  ["mixed-list", "ours beside a number", oddAudience, (audience) => [audience, 5]],
  ["object", "an object with ours as a member", oddAudience, (audience) => ({ [audience]: true })],
  ["number", "a number", oddAudience, () => 1],
];

const times: readonly [string, Code, Changes][] = [
  ["exp-past", "token_expired", ({ now }) => ({ exp: now - 3600 })],
  ["exp-zero", "token_expired", { exp: 0 }],
  ["exp-negative", "token_expired", { exp: -1 }],
  ["exp-missing", "missing_claim", { exp: undefined }],
  ["exp-null", "missing_claim", { exp: null }],
  ["exp-text", "invalid_claim", ({ now }) => ({ exp: String(now + 300) })],
  ["exp-iso-date", "invalid_claim", { exp: "2099-01-01T00:00:00Z" }],
  ["exp-true", "invalid_claim", { exp: true }],
  ["exp-list", "invalid_claim", ({ now }) => ({ exp: [now + 300] })],
  ["exp-milliseconds", "invalid_claim", ({ now }) => ({ exp: (now + 300) * 1000 })],
  ["exp-huge", "invalid_claim", { exp: Number.MAX_VALUE }],
  ["nbf-future", "token_not_yet_valid", ({ now }) => ({ nbf: now + 200 })],
  ["nbf-text", "invalid_claim", ({ now }) => ({ nbf: String(now) })],
  ["nbf-null", "invalid_claim", { nbf: null }],
  ["nbf-true", "invalid_claim", { nbf: true }],
  ["iat-future", "token_not_yet_valid", ({ now }) => ({ iat: now + 200 })],
  ["iat-missing", "missing_claim", { iat: undefined }],
  ["iat-text", "invalid_claim", ({ now }) => ({ iat: String(now) })],
];

const parties: readonly [string, Code, Changes][] = [
  ["sub-missing", "missing_claim", { sub: undefined }],
  ["sub-null", "missing_claim", { sub: null }],
  ["sub-empty", "invalid_claim", { sub: "" }],
  ["sub-number", "invalid_claim", { sub: 1 }],
  ["sub-list", "invalid_claim", { sub: ["user-1"] }],
  ["sub-object", "invalid_claim", { sub: { id: "user-1" } }],
  ["sub-long", "invalid_claim", { sub: "u".repeat(300) }],
  ["sub-line-end", "invalid_claim", { sub: "user-1\nadmin" }],
  ["jti-number", "invalid_claim", { jti: 1 }],
  [
    "clients-differ",
    ({ preset }) => (preset.clientId.length < 2 ? undefined : "invalid_claim"),
    ({ preset }) =>
      Object.fromEntries(preset.clientId.map(([name = ""], index) => [name, `client-${index}`])),
  ],
  ["act-text", "invalid_claim", { act: "agent" }],
  ["act-nobody", "invalid_claim", { act: {} }],
  ["act-endless", "invalid_claim", { act: chainOfActors(20) }],
  ["cnf-dpop", "sender_constrained", { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }],
  [
    "cnf-certificate",
    "sender_constrained",
    { cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" } },
  ],
  ["cnf-unknown", "sender_constrained", { cnf: { example: 1 } }],
  ["cnf-empty", "sender_constrained", { cnf: {} }],
];

export const claimAttacks: readonly HostileRow[] = [
  ...["logout+jwt", "secevent+jwt", "dpop+jwt", "oauth-authz-req+jwt", "at+jwt2", "text/at+jwt", "JOSE"].map(
    (typ) => typed(typ, typ, "wrong_token_type"),
  ),
  typed("id-token", "JWT", ({ preset }) =>
    preset.headerTypes.includes("jwt") ? undefined : "wrong_token_type",
  ),
  typed("missing", undefined, ({ preset }) =>
    preset.headerTypes.includes(null) ? undefined : "wrong_token_type",
  ),
  typed("list", ["at+jwt"], "malformed_token"),
  typed("empty", "", "malformed_token"),
  claims("iss-missing", "no issuer", "missing_claim", { iss: undefined }),
  claims("iss-null", "the issuer is null", "invalid_issuer", { iss: null }),
  claims("iss-list", "the issuer is a list", "invalid_issuer", ({ issuer }) => ({ iss: [issuer] })),
  claims("iss-other", "another issuer", "invalid_issuer", { iss: "https://attacker.example" }),
  claims("iss-longer", "the issuer as the beginning of a host", "invalid_issuer", ({ issuer }) => ({
    iss: issuer.replace(/^(https:\/\/[^/]+)/, "$1.attacker.example"),
  })),
  claims("iss-slash", "a slash more, or less, at the issuer's end", "invalid_issuer", ({ issuer }) => ({
    iss: issuer.endsWith("/") ? issuer.slice(0, -1) : `${issuer}/`,
  })),
  claims("iss-case", "the issuer in other letters", "invalid_issuer", ({ issuer }) => ({
    iss: issuer.replace(/^https/, "HTTPS"),
  })),
  claims("iss-port", "the issuer with its default port", "invalid_issuer", ({ issuer }) => ({
    iss: issuer.replace(/^(https:\/\/[^/:]+)/, "$1:443"),
  })),
  ...audiences.map(([id, name, code, aud]) =>
    claims(`aud-${id}`, `the audience is ${name}`, code, ({ audience }) => ({ aud: aud(audience) })),
  ),
  claims("aud-missing", "no audience", lacking("aud", "invalid_audience"), ({ preset }) => ({
    aud: undefined,
    ...(preset.audience && { client_id: "another-client" }),
  })),
  claims("aud-null", "the audience is null", lacking("aud", "invalid_audience"), { aud: null }),
  ...times.map(([id, code, changes]) => claims(id, `a time that is wrong (${id})`, code, changes)),
  ...parties.map(([id, code, changes]) => claims(id, `a party that is wrong (${id})`, code, changes)),
];

function swapCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}

function chainOfActors(length: number): object {
  return length === 0 ? { sub: "agent" } : { sub: "agent", act: chainOfActors(length - 1) };
}
