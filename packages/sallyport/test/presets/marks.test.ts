// What tells access tokens from the rest, mark by mark: each one alone makes the difference.
import { expect, test } from "vitest";
import type { PresetName } from "../../src/index.ts";
import { codeOf, verifySample } from "./kit.ts";

const login = { nonce: "n", at_hash: "h", c_hash: "h", s_hash: "h", events: {} };
const nulls = { nonce: null, at_hash: null, c_hash: null, s_hash: null, events: null };

/** preset, honest sample, claims of which each alone shows another kind of token. */
const marks: readonly [PresetName, string, Readonly<Record<string, unknown>>][] = [
  ["entra", "person", login],
  ["entra", "person", nulls],
  ["entra", "person-v1", login],
  ["entra", "application", login],
  ["okta", "person", { ...login, idp: "00o1", jti: "ID.1" }],
  ["okta", "person", { ...nulls, idp: null }],
  ["auth0", "person", login],
  ["auth0", "person-rfc9068", login],
  ["cognito", "person", login],
  ["keycloak", "person", { at_hash: "h", c_hash: "h", s_hash: "h", events: {} }],
  ["authentik", "person", { at_hash: "h", events: {} }],
  ["google-id-token", "person", { events: {}, scope: "a", scp: ["a"] }],
  ["github-actions", "environment", { ...login, scp: "a", nameid: "n", orch_id: "o" }],
  ["kubernetes", "pod", login],
];

test.each(
  marks.flatMap(([preset, id, claims]) =>
    Object.entries(claims).map(([name, value]) => ({ preset, id, name, value })),
  ),
)("$preset/$id with $name $value is refused", async ({ preset, id, name, value }) => {
  expect(await codeOf(verifySample(preset, id, { claims: { [name]: value } }))).toBe("wrong_token_type");
});

/** preset, honest sample, values of claims that no access token has. */
const broken: readonly [PresetName, string, string, readonly unknown[]][] = [
  ["entra", "person", "azp", [undefined]],
  ["entra", "person-v1", "appid", [undefined, 1, "", null]],
  ["entra", "person", "ver", ["1.0", "3.0", 2]],
  ["entra", "person-v1", "ver", ["2.0", 1]],
  ["okta", "person", "cid", [undefined, 1, "", null]],
  ["okta", "person", "scp", [undefined, "openid profile", null, {}]],
  ["auth0", "person", "azp", [undefined]],
  ["auth0", "person-rfc9068", "client_id", [undefined]],
  ["auth0", "person", "aud", [["my-api", "ExampleClientId0000000000000001"]]],
  ["auth0", "person-rfc9068", "aud", [["my-api", "ExampleClientId0000000000000001"]]],
  ["google-id-token", "person", "azp", [undefined]],
  ["google-id-token", "person", "aud", [["my-api", "other"], [["my-api"]]]],
  [
    "keycloak",
    "person",
    "typ",
    [undefined, null, "ID", "Refresh", "Offline", "Logout", "BEARER", "Bearer ", ["Bearer"], ""],
  ],
  ["keycloak", "person", "azp", [undefined]],
  ["authentik", "person", "uid", [undefined, 1, "", null]],
  ["authentik", "person", "azp", [undefined]],
  ["authentik", "before-2023", "cid", [undefined, 1, ""]],
  ["cognito", "person", "token_use", [undefined, "id", "Access", "access ", ["access"], null]],
  ["cognito", "person", "client_id", [undefined]],
  ["github-actions", "environment", "repository", [undefined, 1, "", null]],
  ["github-actions", "environment", "repository_owner", [undefined, 1]],
  ["github-actions", "environment", "run_id", [undefined, 3000001]],
  ["github-actions", "environment", "aud", [["my-api", "other"]]],
  [
    "kubernetes",
    "pod",
    "kubernetes.io",
    [
      undefined,
      null,
      "shop",
      {},
      { namespace: "shop" },
      { namespace: "shop", serviceaccount: { name: "worker" } },
      { namespace: "shop", serviceaccount: { name: "worker", uid: "" } },
      { namespace: "shop", serviceaccount: { name: "admin", uid: "u" } },
      { namespace: "other", serviceaccount: { name: "worker", uid: "u" } },
      { namespace: 1, serviceaccount: { name: "worker", uid: "u" } },
    ],
  ],
  [
    "kubernetes",
    "pod",
    "sub",
    ["system:serviceaccount:shop:admin", "system:serviceaccount:shop:worker:x", "shop:worker", "{0}:{1}"],
  ],
];

test.each(
  broken.flatMap(([preset, id, name, values]) => values.map((value) => ({ preset, id, name, value }))),
)("$preset/$id with $name as $value is refused", async ({ preset, id, name, value }) => {
  const claims = { [name]: value };
  expect(await codeOf(verifySample(preset, id, { claims }))).toBe("wrong_token_type");
});

/** preset, honest sample, `typ` headers accepted and refused. */
const types: readonly [PresetName, string, readonly unknown[], readonly unknown[]][] = [
  ["rfc9068", "person", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"], [undefined, "JWT"]],
  ["entra", "person", ["JWT", "jwt"], [undefined]],
  [
    "okta",
    "person",
    [undefined, "JWT", "at+jwt"],
    ["okta-internal-at+jwt", "application/okta-internal-at+jwt"],
  ],
  ["auth0", "person", ["JWT", "at+jwt"], [undefined]],
  ["google-id-token", "person", ["JWT"], [undefined, "at+jwt"]],
  ["keycloak", "person", ["JWT", "at+jwt", "application/at+jwt"], [undefined, "oauth-id-jag+jwt"]],
  ["authentik", "person", ["JWT", "at+jwt"], [undefined]],
  ["cognito", "person", [undefined, "JWT"], []],
  ["github-actions", "environment", ["JWT"], [undefined, "at+jwt"]],
  ["kubernetes", "pod", [undefined, "JWT"], ["at+jwt"]],
];

test.each(types)("%s: the header's typ", async (preset, id, accepted, refused) => {
  for (const typ of accepted)
    expect(await codeOf(verifySample(preset, id, { header: { typ } }))).toBe("accepted");
  const others = [
    "logout+jwt",
    "secevent+jwt",
    "id+jwt",
    "dpop+jwt",
    "at+jwt2",
    "text/at+jwt",
    "application/x/at+jwt",
  ];
  for (const typ of [...refused, ...others]) {
    expect(await codeOf(verifySample(preset, id, { header: { typ } })), String(typ)).toBe("wrong_token_type");
  }
});

/** preset, honest sample, claims without which there is no believing it. */
const required: readonly [PresetName, string, readonly string[]][] = [
  ["rfc9068", "person", ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]],
  ["entra", "person", ["iss", "exp", "aud", "sub", "iat", "ver"]],
  ["okta", "person", ["iss", "exp", "aud", "sub", "iat", "jti"]],
  ["auth0", "person", ["iss", "exp", "aud", "sub", "iat"]],
  ["google-id-token", "person", ["iss", "exp", "aud", "sub", "iat"]],
  ["keycloak", "person", ["iss", "exp", "aud", "sub", "iat"]],
  ["authentik", "person", ["iss", "exp", "aud", "sub", "iat"]],
  ["cognito", "person", ["iss", "exp", "sub", "iat", "jti"]],
  ["github-actions", "environment", ["iss", "exp", "aud", "sub", "iat", "jti"]],
  ["kubernetes", "pod", ["iss", "exp", "aud", "sub", "iat"]],
];

test.each(required.flatMap(([preset, id, names]) => names.map((name) => ({ preset, id, name }))))(
  "$preset/$id without $name is refused",
  async ({ preset, id, name }) => {
    expect(await codeOf(verifySample(preset, id, { claims: { [name]: undefined } }))).toBe("missing_claim");
  },
);
