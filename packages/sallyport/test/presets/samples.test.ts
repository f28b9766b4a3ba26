// Every token that a preset's provider signs: access tokens come out as exactly this identity, all others are refused.
import { expect, test } from "vitest";
import { createVerifier, type Identity, type PresetName } from "../../src/index.ts";
import { providerTokens, signSample } from "../../src/testing/index.ts";
import { codeOf, issuerOf, now } from "./kit.ts";

type Expected = Partial<Omit<Identity, "claims">> & Pick<Identity, "subject">;

const tenant = "00000000-0000-4000-8000-0000000000f1";

const rfcPerson: Expected = {
  subject: "user-1",
  clientId: "web-app",
  scopes: ["orders:read", "orders:write"],
  roles: ["Reader"],
  groups: ["staff"],
  authTime: now - 60,
  acr: "urn:example:silver",
  tokenId: "token-1",
  name: "Ada Example",
  email: "ada@example.com",
  username: "ada",
};

const entraPerson: Expected = {
  subject: "HKZpfaHyWadeOouYlitjrI-example",
  userId: `${tenant}:00000000-0000-4000-8000-0000000000d1`,
  clientId: "00000000-0000-4000-8000-0000000000c1",
  scopes: ["Orders.Read", "Orders.Write"],
  roles: ["Orders.Admin"],
  groups: ["00000000-0000-4000-8000-0000000000e1"],
  expiresAt: now + 4500,
  tokenId: "fqiBqXLPj0example",
  name: "Ada Example",
  username: "ada@example.com",
};

const entraApplication: Expected = {
  kind: "service",
  subject: "00000000-0000-4000-8000-0000000000d2",
  userId: `${tenant}:00000000-0000-4000-8000-0000000000d2`,
  clientId: "00000000-0000-4000-8000-0000000000c2",
  expiresAt: now + 4500,
  tokenId: "fqiBqXLPj0example",
};

const oktaPerson: Expected = {
  subject: "ada@example.com",
  userId: "00u00000000000000001",
  clientId: "0oa00000000000000001",
  scopes: ["openid", "profile", "orders:read"],
  authTime: now - 10,
  tokenId: "AT.0example0example0example",
  username: "ada@example.com",
};

const auth0Person: Expected = {
  subject: "auth0|000000000000000000000001",
  clientId: "ExampleClientId0000000000000001",
  audience: ["my-api", "https://example.eu.auth0.com/userinfo"],
  scopes: ["openid", "profile", "read:orders"],
  permissions: ["read:orders"],
  expiresAt: now + 86_400,
};

const auth0Machine: Expected = {
  kind: "service",
  subject: "ExampleClientId0000000000000002@clients",
  clientId: "ExampleClientId0000000000000002",
};

const keycloakPerson: Expected = {
  subject: "00000000-0000-4000-8000-00000000000a",
  clientId: "web-app",
  audience: ["my-api", "account"],
  scopes: ["openid", "profile", "email"],
  roles: ["offline_access", "editor", "reader"],
  expiresAt: now + 300,
  authTime: now - 10,
  acr: "1",
  tokenId: "onrtac:00000000-0000-4000-8000-000000000001",
  name: "Ada Example",
  email: "ada@example.com",
  username: "ada",
};

const keycloakService: Expected = {
  kind: "service",
  subject: "00000000-0000-4000-8000-0000000000aa",
  clientId: "worker",
  audience: ["my-api", "account"],
  scopes: ["profile", "email"],
  roles: ["editor", "reader"],
  expiresAt: now + 300,
  acr: "1",
  tokenId: "trrtcc:00000000-0000-4000-8000-000000000002",
  username: "service-account-worker",
};

const authentikPerson: Expected = {
  subject: "0000000000000000000000000000000000000000000000000000000000000001",
  clientId: "my-api",
  groups: ["admins"],
  authTime: now - 10,
  acr: "goauthentik.io/providers/oauth2/default",
  tokenId: "exampleRandom00000000000000000000000040c",
  name: "Ada Example",
  email: "ada@example.com",
  username: "ada",
};

const cognitoPerson: Expected = {
  subject: "00000000-0000-4000-8000-00000000000a",
  clientId: "my-api",
  scopes: ["openid", "profile", "orders/read"],
  authTime: now,
  tokenId: "00000000-0000-4000-8000-0000000000b3",
  username: "ada",
};

const googlePerson: Expected = {
  subject: "100000000000000000001",
  clientId: "000000000001-example.apps.googleusercontent.com",
  tokenId: "0000000000000000000000000000000000000001",
  name: "Ada Example",
  email: "ada@example.com",
};

const googleService: Expected = {
  kind: "service",
  subject: "100000000000000000009",
  clientId: "100000000000000000009",
  email: "worker@example-project.iam.gserviceaccount.com",
};

const job = (subject: string): Expected => ({
  kind: "workload",
  subject,
  expiresAt: now + 300,
  tokenId: "00000000-0000-4000-8000-000000000001",
});
const production = job("repo:example-org/example-repo:environment:prod");

const pod: Expected = {
  kind: "workload",
  subject: "system:serviceaccount:shop:worker",
  userId: "00000000-0000-4000-8000-0000000000a1",
  expiresAt: now + 3607,
  tokenId: "00000000-0000-4000-8000-000000000001",
};

const identities: Readonly<Record<string, Expected>> = {
  "rfc9068/person": rfcPerson,
  "rfc9068/full-media-type": rfcPerson,
  "rfc9068/client": {
    kind: "service",
    subject: "worker",
    clientId: "worker",
    scopes: ["orders:read"],
    tokenId: "token-2",
  },
  "rfc9068/delegated": {
    ...rfcPerson,
    audience: ["my-api", "https://other.example"],
    actor: {
      subject: "agent-1",
      issuer: undefined,
      clientId: "agent",
      actor: { subject: "gateway-1", issuer: undefined, clientId: undefined, actor: undefined },
    },
  },
  "entra/person": entraPerson,
  "entra/person-v1": {
    ...entraPerson,
    issuer: `https://sts.windows.net/${tenant}/`,
    subject: "l3_roISQU222bULS9yi2k0-example",
    scopes: ["user_impersonation"],
    roles: [],
    groups: [],
    acr: "1",
  },
  "entra/person-without-profile-scope": {
    ...entraPerson,
    userId: "HKZpfaHyWadeOouYlitjrI-example",
    name: undefined,
    username: undefined,
  },
  "entra/person-by-roles-alone": { ...entraPerson, scopes: [], groups: [] },
  "entra/person-in-too-many-groups": { ...entraPerson, groups: [] },
  "entra/person-in-too-many-groups-implicit": { ...entraPerson, groups: [] },
  "entra/person-marked": entraPerson,
  "entra/application": entraApplication,
  "entra/application-marked": { ...entraApplication, roles: ["Orders.Sync"] },
  "entra/application-v1": {
    ...entraApplication,
    issuer: `https://sts.windows.net/${tenant}/`,
    roles: ["Orders.Sync"],
  },
  "entra/device": { ...entraApplication, subject: "device-sub-example" },
  "okta/person": oktaPerson,
  "okta/person-with-groups": { ...oktaPerson, groups: ["Everyone", "Admins"] },
  "okta/person-at-jwt": oktaPerson,
  "okta/application": {
    kind: "service",
    subject: "0oa00000000000000002",
    clientId: "0oa00000000000000002",
    scopes: ["orders:read"],
    tokenId: "AT.1example1example1example",
    username: "0oa00000000000000002",
  },
  "auth0/person": auth0Person,
  "auth0/person-of-an-organization": { ...auth0Person, audience: ["my-api"] },
  "auth0/machine": auth0Machine,
  "auth0/machine-with-scope": { ...auth0Machine, scopes: ["read:orders"], permissions: ["read:orders"] },
  "auth0/person-rfc9068": {
    ...auth0Person,
    audience: ["my-api"],
    scopes: ["openid", "read:orders"],
    expiresAt: now + 3600,
    tokenId: "73WakrfVexample",
  },
  "auth0/machine-rfc9068": { ...auth0Machine, scopes: ["read:orders"], tokenId: "84XblsgWexample" },
  "google-id-token/person": googlePerson,
  "google-id-token/person-by-bare-issuer": googlePerson,
  "google-id-token/service-account": googleService,
  "google-id-token/service-account-by-key": {
    ...googleService,
    clientId: "worker@example-project.iam.gserviceaccount.com",
  },
  "google-id-token/virtual-machine": googleService,
  "keycloak/person": keycloakPerson,
  "keycloak/person-at-jwt": keycloakPerson,
  "keycloak/lower-case-type": keycloakPerson,
  "keycloak/before-25": keycloakPerson,
  "keycloak/realm-roles-as-groups": { ...keycloakPerson, groups: ["offline_access", "editor"] },
  "keycloak/permissions-of-uma": keycloakPerson,
  "keycloak/person-with-fixed-client-id": keycloakPerson,
  "keycloak/exchanged": {
    ...keycloakPerson,
    clientId: "worker",
    authTime: undefined,
    tokenId: "ntrtte:00000000-0000-4000-8000-000000000007",
  },
  "keycloak/exchanged-service-account": {
    ...keycloakService,
    clientId: "orders",
    tokenId: "trrtte:00000000-0000-4000-8000-000000000008",
  },
  "keycloak/lightweight-service-account": {
    kind: "service",
    subject: "00000000-0000-4000-8000-0000000000aa",
    clientId: "worker",
    scopes: ["openid", "profile", "email"],
    tokenId: "trltcc:00000000-0000-4000-8000-000000000009",
  },
  "keycloak/lightweight-with-sub": {
    subject: "00000000-0000-4000-8000-00000000000a",
    clientId: "web-app",
    scopes: ["openid", "profile", "email"],
    tokenId: "onltac:00000000-0000-4000-8000-000000000003",
  },
  "keycloak/service-account": keycloakService,
  "keycloak/service-account-before-23": keycloakService,
  "keycloak/service-account-with-session": keycloakService,
  "authentik/person": authentikPerson,
  "authentik/person-without-nonce": authentikPerson,
  "authentik/person-hybrid": authentikPerson,
  "authentik/person-with-scope-and-roles": {
    ...authentikPerson,
    scopes: ["openid", "orders"],
    roles: ["Reader"],
  },
  "authentik/before-2023": authentikPerson,
  "authentik/machine": {
    ...authentikPerson,
    kind: "service",
    groups: [],
    name: "Worker",
    email: "worker@example.com",
    username: "worker",
  },
  "cognito/person": cognitoPerson,
  "cognito/person-in-groups": {
    ...cognitoPerson,
    roles: ["admin", "eu-west-1_Example01_ExampleSaml"],
    groups: ["admin", "eu-west-1_Example01_ExampleSaml"],
  },
  "cognito/person-bound-to-resource": { ...cognitoPerson, clientId: "example0client0id0000000001" },
  "cognito/person-of-password-sign-in": { ...cognitoPerson, scopes: ["aws.cognito.signin.user.admin"] },
  "cognito/machine": {
    kind: "service",
    subject: "my-api",
    clientId: "my-api",
    scopes: ["orders/read"],
    authTime: now,
    tokenId: "00000000-0000-4000-8000-0000000000b4",
  },
  "github-actions/environment": production,
  "github-actions/pull-request": job("repo:example-org/example-repo:pull_request"),
  "github-actions/tag": job("repo:example-org/example-repo:ref:refs/tags/v1"),
  "github-actions/immutable-subject": job("repo:example-org@1000001/example-repo@2000001:environment:prod"),
  "github-actions/custom-subject": job("repository_owner:example-org:job_workflow_ref:example-org%3Ashared"),
  "github-actions/custom-properties": production,
  "github-actions/without-nbf": production,
  "kubernetes/pod": pod,
  "kubernetes/external-signer": pod,
  "kubernetes/several-audiences": { ...pod, audience: ["my-api", "vault"] },
  "kubernetes/before-1.29": { ...pod, tokenId: undefined },
  "kubernetes/extended": { ...pod, expiresAt: now + 31_536_000 },
  "kubernetes/of-no-pod": pod,
};

const rows = Object.entries(providerTokens).flatMap(([preset, samples]) =>
  samples.map((sample) => ({ preset: preset as PresetName, sample, id: `${preset}/${sample.id}` })),
);

test("every sample has an id of its own, and every access token an identity", () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  const accepted = rows.filter(({ sample }) => sample.code === undefined);
  expect(accepted.map(({ id }) => id).sort()).toEqual(Object.keys(identities).sort());
  expect(accepted.length).toBeGreaterThanOrEqual(63);
  expect(rows.length - accepted.length).toBeGreaterThanOrEqual(80);
});

test.each(rows.filter(({ sample }) => sample.code === undefined))(
  "$id is accepted",
  async ({ preset, sample, id }) => {
    const idp = issuerOf(preset);
    const identity = await createVerifier(idp.config, idp.deps).verify(await signSample(idp, sample));
    const { claims, ...rest } = identity;
    const expected = identities[id] as Expected;
    expect(rest).toStrictEqual({
      kind: "user",
      issuer: idp.issuer,
      userId: expected.subject,
      clientId: undefined,
      audience: ["my-api"],
      scopes: [],
      roles: [],
      groups: [],
      permissions: [],
      expiresAt: now + 3600,
      authTime: undefined,
      acr: undefined,
      tokenId: undefined,
      name: undefined,
      email: undefined,
      username: undefined,
      actor: undefined,
      ...expected,
    });
    const signed = sample.claims({ issuer: idp.issuer, audience: "my-api", now });
    expect(claims).toEqual(JSON.parse(JSON.stringify(signed)));
  },
);

test.each(rows.filter(({ sample }) => sample.code !== undefined))(
  "$id is refused: $sample.code",
  async ({ preset, sample }) => {
    const idp = issuerOf(preset);
    const verifier = createVerifier(idp.config, idp.deps);
    expect(await codeOf(verifier.verify(await signSample(idp, sample)))).toBe(sample.code);
  },
);

// One provider's token with another's preset: an issuer that was configured by the wrong name lets nothing in.
const strangers: readonly [PresetName, string, PresetName][] = [
  ["keycloak", "person", "rfc9068"],
  ["entra", "person", "rfc9068"],
  ["cognito", "person", "rfc9068"],
  ["okta", "person", "rfc9068"],
  ["kubernetes", "pod", "rfc9068"],
];

test.each(strangers)("%s/%s with the preset %s is refused", async (preset, id, other) => {
  const idp = issuerOf(preset);
  const sample = providerTokens[preset].find((one) => one.id === id);
  const verifier = createVerifier({ ...idp.config, preset: other }, idp.deps);
  const token = await signSample(idp, sample as NonNullable<typeof sample>);
  expect(await codeOf(verifier.verify(token))).toBe("wrong_token_type");
});
