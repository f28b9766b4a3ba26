// The providers we know: one row each. How to add one: CONTRIBUTING.md.
import { defaultAlgorithms } from "../keys/algorithms.ts";
import type { Condition, Preset } from "./preset.ts";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const present = (...claim: string[]): Condition => ({ claim, present: true });
const absent = (...claim: string[]): Condition => ({ claim, present: false });
const equals = (name: string, value: string): Condition => ({ claim: [name], equals: value });
const isText = (...claim: string[]): Condition => ({ claim, type: "string" });
const isList = (...claim: string[]): Condition => ({ claim, type: "list" });
// A text, or a list of one: what is made for one audience only never names two.
const isOne = (...claim: string[]): Condition => ({ claim, type: "one" });
const same = (left: string, right: string): Condition => ({
  claim: [left],
  template: "{0}",
  from: [[right]],
});

// Claims of an ID token, or of a login, that no access token of the providers below carries (OIDC Core §2, §3.3.2.11;
// Back-Channel Logout §2.4).
const idTokenMarks: readonly Condition[] = [
  present("nonce"),
  present("at_hash"),
  present("c_hash"),
  present("s_hash"),
  present("events"),
];

// `jti` begins with the kinds of session and of token, and the grant: `cc` is client credentials.
const keycloakClientGrants = ["on", "of", "tr", "nt", "ft", "un"].flatMap((session) =>
  ["rt", "lt", "un"].map((token): Condition => ({ claim: ["jti"], startsWith: `${session}${token}cc:` })),
);

/** What a row has where it says nothing else. */
export const plain = {
  accept: [],
  refuse: [],
  kinds: [],
  userId: [],
  clientId: [["client_id"], ["azp"]],
  scopes: [["scope"]],
  roles: [["roles"]],
  groups: [["groups"]],
  permissions: [["permissions"]],
  username: [["preferred_username"], ["username"]],
} as const satisfies Partial<Preset>;

const rows = {
  rfc9068: {
    ...plain,
    documentation: "https://www.rfc-editor.org/rfc/rfc9068",
    algorithms: defaultAlgorithms,
    headerTypes: ["at+jwt"],
    required: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
    // §2.2: without a resource owner, `sub` is the client; with one it is not.
    kinds: [
      { kind: "service", when: same("sub", "client_id") },
      { kind: "user", when: isText("sub") },
    ],
  },
  entra: {
    ...plain,
    documentation: "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
    issuerHost:
      /^(login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net|sts\.chinacloudapi\.cn|[^.]+\.ciamlogin\.com)$/,
    algorithms: ["RS256"],
    headerTypes: ["jwt", "at+jwt"],
    required: ["iss", "exp", "aud", "sub", "iat", "ver"],
    // The client is in every access token, under one name or the other, and in no ID token. Each version has its issuer.
    accept: [
      {
        anyOf: [
          { allOf: [equals("ver", "2.0"), { claim: ["iss"], endsWith: "/v2.0" }, isText("azp")] },
          { allOf: [equals("ver", "1.0"), { claim: ["iss"], startsWith: "https://sts." }, isText("appid")] },
        ],
      },
    ],
    refuse: idTokenMarks,
    // `idtyp` is optional. `scp` is in the tokens of people only; where a person has roles alone, `sub`, which is another for
    // each application, differs from `oid`: an application's two are one.
    kinds: [
      { kind: "user", when: equals("idtyp", "user") },
      { kind: "service", when: present("idtyp") },
      { kind: "user", when: isText("scp") },
      { kind: "service", when: same("oid", "sub") },
      { kind: "user", when: isText("oid") },
    ],
    userId: [["tid"], ["oid"]],
    clientId: [["azp"], ["appid"]],
    scopes: [["scp"]],
    username: [["preferred_username"], ["upn"], ["unique_name"]],
    tokenId: [["uti"]],
    tenancy: {
      claim: "tid",
      tenant: guid,
      issuers: [
        {
          host: /^(login\.microsoftonline\.com|sts\.windows\.net)$/,
          forms: ["https://login.microsoftonline.com/{tenant}/v2.0", "https://sts.windows.net/{tenant}/"],
        },
        {
          host: /^login\.microsoftonline\.us$/,
          forms: ["https://login.microsoftonline.us/{tenant}/v2.0", "https://sts.windows.net/{tenant}/"],
        },
        {
          host: /^(login\.partner\.microsoftonline\.cn|sts\.chinacloudapi\.cn)$/,
          forms: [
            "https://login.partner.microsoftonline.cn/{tenant}/v2.0",
            "https://sts.chinacloudapi.cn/{tenant}/",
          ],
        },
        { host: /\.ciamlogin\.com$/, forms: ["https://{tenant}.ciamlogin.com/{tenant}/v2.0"] },
      ],
      shared: ["common", "organizations", "consumers"],
      placeholder: "{tenantid}",
    },
  },
  okta: {
    ...plain,
    documentation: "https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/",
    issuerHost: /\.((okta|oktapreview|okta-emea|okta-gov)\.com|okta\.mil)$/,
    algorithms: ["RS256"],
    headerTypes: [null, "jwt", "at+jwt"],
    required: ["iss", "exp", "aud", "sub", "iat", "jti"],
    accept: [isText("cid"), isList("scp")],
    // `idp` is in every ID token; `jti` tells the two apart by its prefix as well.
    refuse: [...idTokenMarks, present("idp"), { claim: ["jti"], startsWith: "ID." }],
    kinds: [{ kind: "user", when: isText("uid") }],
    userId: [["uid"]],
    clientId: [["cid"]],
    scopes: [["scp"]],
    scopeList: true,
    username: [["preferred_username"], ["sub"]],
  },
  auth0: {
    ...plain,
    documentation: "https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles",
    issuerHost: /\.auth0\.com$/,
    algorithms: ["RS256", "PS256"],
    headerTypes: ["jwt", "at+jwt"],
    required: ["iss", "exp", "aud", "sub", "iat"],
    // One profile names the client `azp`, the other `client_id`; an ID token has neither, and no Action can add them.
    accept: [{ anyOf: [isText("azp"), isText("client_id")] }],
    refuse: [
      ...idTokenMarks,
      { claim: ["aud"], includes: ["azp"] },
      { claim: ["aud"], includes: ["client_id"] },
    ],
    kinds: [
      { kind: "service", when: equals("gty", "client-credentials") },
      { kind: "service", when: { claim: ["sub"], template: "{0}@clients", from: [["azp"]] } },
      { kind: "service", when: { claim: ["sub"], template: "{0}@clients", from: [["client_id"]] } },
      { kind: "user", when: isText("sub") },
    ],
    clientId: [["client_id"], ["azp"]],
  },
  "google-id-token": {
    ...plain,
    documentation:
      "https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload",
    issuerHost: /^accounts\.google\.com$/,
    issuer: "https://accounts.google.com",
    issuerAliases: ["accounts.google.com"],
    algorithms: ["RS256"],
    headerTypes: ["jwt"],
    required: ["iss", "exp", "aud", "sub", "iat"],
    accept: [isText("azp"), isOne("aud")],
    refuse: [present("events"), present("scope"), present("scp")],
    // People come by way of an OAuth client; a service account's token names the account itself, by number or by address.
    kinds: [{ kind: "user", when: { claim: ["azp"], endsWith: ".apps.googleusercontent.com" } }],
    clientId: [["azp"]],
    scopes: [],
    // An e-mail address, which may be unverified, is no user name.
    username: [],
    singleAudience: true,
    authorizationServer: false,
  },
  keycloak: {
    ...plain,
    documentation:
      "https://www.keycloak.org/docs/latest/server_admin/#_oidc_token_and_saml_assertion_mappings",
    // Not a realm within a realm, nor below /oauth2: that is PingAM.
    issuerPath: /^(?:\/(?!realms\/|oauth2\/)[^/]+)*\/realms\/[^/]+$/,
    // Each client may have its own; every key of the set names its one.
    algorithms: [...defaultAlgorithms, "RS384", "RS512", "PS384", "PS512", "ES384", "ES512"],
    headerTypes: ["jwt", "at+jwt"],
    required: ["iss", "exp", "aud", "sub", "iat"],
    hints: {
      sub: "in Keycloak, give the client the basic scope, or switch its sub mapper on for lightweight access tokens",
      aud: "in Keycloak, add an audience mapper for this API to the client or to one of its scopes",
    },
    // A client switch writes the type in lower case. Versions before 25 have `nonce` in access tokens too.
    accept: [{ claim: ["typ"], oneOf: ["Bearer", "DPoP", "bearer", "dpop"] }, isText("azp")],
    refuse: [present("at_hash"), present("c_hash"), present("s_hash"), present("events")],
    // A person has a session. A service account has one too where its client may refresh; there the marks of the account, or
    // (from 26.2 on) of the grant in `jti`, tell. Lightweight and exchanged tokens of service accounts have neither.
    kinds: [
      {
        kind: "service",
        when: {
          anyOf: [
            present("clientHost"),
            present("clientAddress"),
            present("clientId"),
            { allOf: [same("client_id", "azp"), absent("sid")] },
            ...keycloakClientGrants,
          ],
        },
      },
      { kind: "user", when: { anyOf: [isText("sid"), isText("session_state")] } },
    ],
    clientId: [["azp"]],
    roles: [
      ["realm_access", "roles"],
      ["resource_access", "{audience}", "roles"],
    ],
  },
  authentik: {
    ...plain,
    documentation: "https://docs.goauthentik.io/add-secure-apps/providers/oauth2/",
    algorithms: ["RS256", "ES256", "ES384", "ES512"],
    headerTypes: ["jwt", "at+jwt"],
    required: ["iss", "exp", "aud", "sub", "iat"],
    // An access token is the ID token's claims, `nonce` included, with these two on top.
    accept: [isText("uid"), { anyOf: [isText("azp"), isText("cid")] }],
    refuse: [present("at_hash"), present("events")],
    // Client credentials start no session.
    kinds: [{ kind: "user", when: isText("sid") }],
    clientId: [["azp"], ["cid"]],
    tokenId: [["jti"], ["uid"]],
  },
  cognito: {
    ...plain,
    documentation:
      "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html",
    issuerHost: /^(issuer-)?cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
    algorithms: ["RS256"],
    headerTypes: [null, "jwt", "at+jwt"],
    required: ["iss", "exp", "sub", "iat", "jti"],
    accept: [equals("token_use", "access"), isText("client_id")],
    refuse: idTokenMarks,
    audience: [["aud"], ["client_id"]],
    kinds: [{ kind: "user", when: isText("username") }],
    clientId: [["client_id"]],
    roles: [["cognito:groups"]],
    groups: [["cognito:groups"]],
    username: [["username"]],
  },
  "github-actions": {
    ...plain,
    documentation: "https://docs.github.com/actions/reference/security/oidc",
    issuerHost: /^token\.actions\.(githubusercontent|[a-z0-9-]+\.ghe)\.com$/,
    issuer: "https://token.actions.githubusercontent.com",
    algorithms: ["RS256"],
    headerTypes: ["jwt"],
    required: ["iss", "exp", "aud", "sub", "iat", "jti"],
    accept: [isText("repository"), isText("repository_owner"), isText("run_id"), isOne("aud")],
    // The runner's own token has these, and the same issuer.
    refuse: [...idTokenMarks, present("scp"), present("nameid"), present("orch_id")],
    kinds: [{ kind: "workload", when: present("repository") }],
    clientId: [],
    scopes: [],
    roles: [],
    groups: [],
    permissions: [],
    username: [],
    singleAudience: true,
    authorizationServer: false,
  },
  kubernetes: {
    ...plain,
    documentation: "https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/",
    issuerHost: /^oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
    algorithms: ["RS256", "ES256", "ES384", "ES512"],
    headerTypes: [null, "jwt"],
    required: ["iss", "exp", "aud", "sub", "iat"],
    accept: [
      {
        claim: ["sub"],
        template: "system:serviceaccount:{0}:{1}",
        from: [
          ["kubernetes.io", "namespace"],
          ["kubernetes.io", "serviceaccount", "name"],
        ],
      },
      isText("kubernetes.io", "serviceaccount", "uid"),
    ],
    refuse: idTokenMarks,
    kinds: [{ kind: "workload", when: present("kubernetes.io") }],
    userId: [["kubernetes.io", "serviceaccount", "uid"]],
    clientId: [],
    scopes: [],
    roles: [],
    groups: [],
    permissions: [],
    username: [],
    singleAudience: true,
    authorizationServer: false,
  },
} as const satisfies Record<string, Omit<Preset, "name">>;

/** The name of a preset. */
export type PresetName = keyof typeof rows;

export const presetNames = Object.freeze(Object.keys(rows)) as readonly PresetName[];

/** All presets by name, frozen to the bottom: no module can widen one for another. */
export const presets = deepFreeze(
  Object.fromEntries(presetNames.map((name) => [name, { name, ...rows[name] }])),
) as unknown as Readonly<Record<PresetName, Preset>>;

export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || value instanceof RegExp) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
