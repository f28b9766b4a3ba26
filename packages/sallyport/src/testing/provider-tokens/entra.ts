// Sample tokens of Entra ID (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
import { basics, jwt, logoutClaims, type ProviderToken, type SampleContext } from "./types.ts";

const web = "00000000-0000-4000-8000-0000000000c1";
const worker = "00000000-0000-4000-8000-0000000000c2";
const ada = "00000000-0000-4000-8000-0000000000d1";
const principal = "00000000-0000-4000-8000-0000000000d2";

const tenantOf = ({ issuer }: SampleContext) => new URL(issuer).pathname.split("/")[1];

/** Both versions' issuers are one tenant's: its API says in its manifest which of them it gets. */
function common(context: SampleContext) {
  const { now } = context;
  return {
    ...basics(context),
    nbf: now,
    exp: now + 4500,
    aio: "AXQAi/8IAAAAexample",
    rh: "0.Aexample.",
    tid: tenantOf(context),
    uti: "fqiBqXLPj0example",
  };
}

const v1Issuer = (context: SampleContext) => `https://sts.windows.net/${tenantOf(context)}/`;

function person(context: SampleContext) {
  return {
    ...common(context),
    azp: web,
    azpacr: "0",
    name: "Ada Example",
    oid: ada,
    preferred_username: "ada@example.com",
    roles: ["Orders.Admin"],
    groups: ["00000000-0000-4000-8000-0000000000e1"],
    scp: "Orders.Read Orders.Write",
    sid: "00000000-0000-4000-8000-0000000000b1",
    sub: "HKZpfaHyWadeOouYlitjrI-example",
    ver: "2.0",
    wids: ["62e90394-69f5-4237-9190-012177145e10"],
    acrs: ["c1"],
    xms_cc: ["cp1"],
  };
}

function personV1(context: SampleContext) {
  return {
    ...common(context),
    iss: v1Issuer(context),
    acr: "1",
    amr: ["pwd", "mfa"],
    appid: web,
    appidacr: "0",
    family_name: "Example",
    given_name: "Ada",
    ipaddr: "192.0.2.7",
    name: "Ada Example",
    oid: ada,
    scp: "user_impersonation",
    sub: "l3_roISQU222bULS9yi2k0-example",
    unique_name: "ada@example.com",
    upn: "ada@example.com",
    ver: "1.0",
  };
}

function application(context: SampleContext) {
  return { ...common(context), azp: worker, azpacr: "1", oid: principal, sub: principal, ver: "2.0" };
}

/** Where API and client are one registration, the ID token's `aud` is the API's, and its roles are too. */
function idToken(context: SampleContext) {
  const { name, oid, preferred_username, roles, groups, sub, ver } = person(context);
  return { ...common(context), name, oid, preferred_username, roles, groups, sub, ver };
}

function idTokenV1(context: SampleContext) {
  const { amr, family_name, given_name, ipaddr, name, oid, sub, unique_name, upn, ver } = personV1(context);
  return {
    ...common(context),
    iss: v1Issuer(context),
    ...{ amr, family_name, given_name, ipaddr, name, oid, sub, unique_name, upn, ver },
  };
}

const idTokenRow = (id: string, claims: ProviderToken["claims"]): ProviderToken => ({
  id,
  use: "id",
  code: "wrong_token_type",
  header: jwt,
  claims,
});

export const entraTokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: jwt, claims: person },
  { id: "person-v1", use: "access", header: { ...jwt, x5t: "key-1" }, claims: personV1 },
  {
    id: "person-without-profile-scope",
    use: "access",
    header: jwt,
    claims: (context) => {
      const { oid: _, name: __, preferred_username: ___, ...rest } = person(context);
      return rest;
    },
  },
  {
    id: "person-by-roles-alone",
    use: "access",
    header: jwt,
    claims: (context) => {
      const { scp: _, groups: __, ...rest } = person(context);
      return rest;
    },
  },
  {
    id: "person-in-too-many-groups",
    use: "access",
    header: jwt,
    claims: (context) => {
      const { groups: _, ...rest } = person(context);
      const endpoint = `https://graph.windows.net/${rest.tid}/users/${ada}/getMemberObjects`;
      return { ...rest, _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
    },
  },
  {
    id: "person-in-too-many-groups-implicit",
    use: "access",
    header: jwt,
    claims: (context) => {
      const { groups: _, ...rest } = person(context);
      return { ...rest, hasgroups: true };
    },
  },
  {
    id: "person-marked",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...person(context), idtyp: "user" }),
  },
  { id: "application", use: "access", header: jwt, claims: application },
  {
    id: "application-marked",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...application(context), idtyp: "app", roles: ["Orders.Sync"] }),
  },
  {
    id: "application-v1",
    use: "access",
    header: { ...jwt, x5t: "key-1" },
    claims: (context) => ({
      ...common(context),
      iss: v1Issuer(context),
      appid: worker,
      appidacr: "1",
      idp: v1Issuer(context),
      oid: principal,
      roles: ["Orders.Sync"],
      sub: principal,
      ver: "1.0",
    }),
  },
  {
    id: "device",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...application(context), idtyp: "device", sub: "device-sub-example" }),
  },
  {
    id: "proof-of-possession",
    use: "access",
    code: "sender_constrained",
    header: jwt,
    claims: (context) => ({ ...person(context), cnf: { kid: "example-thumbprint" } }),
  },
  {
    id: "for-microsoft-graph",
    use: "access",
    code: "invalid_audience",
    header: { ...jwt, nonce: "example-nonce" },
    claims: (context) => ({ ...person(context), aud: "00000003-0000-0000-c000-000000000000" }),
  },
  idTokenRow("id-token", idToken),
  idTokenRow("id-token-of-a-login", (context) => ({
    ...idToken(context),
    nonce: "n-example",
    at_hash: "77QmUPtjPfz-example",
  })),
  idTokenRow("id-token-hybrid", (context) => ({
    ...idToken(context),
    nonce: "n-example",
    c_hash: "LDktKdoQak3-example",
  })),
  idTokenRow("id-token-v1", idTokenV1),
  idTokenRow("id-token-v1-of-a-login", (context) => ({
    ...idTokenV1(context),
    nonce: "n-example",
    at_hash: "77Qm-example",
  })),
  {
    id: "logout-token",
    use: "logout",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...logoutClaims(context), tid: tenantOf(context), ver: "2.0" }),
  },
];
