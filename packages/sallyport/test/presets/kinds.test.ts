// Who is calling, as each provider documents it: never by a name, and what a person can choose changes nothing.
import { expect, test } from "vitest";
import type { IdentityKind, PresetName } from "../../src/index.ts";
import { verifySample } from "./kit.ts";

const oid = "00000000-0000-4000-8000-0000000000d1";

const rows: readonly [string, IdentityKind, PresetName, string, object][] = [
  [
    "a person named as an application",
    "user",
    "keycloak",
    "person",
    { preferred_username: "service-account-worker" },
  ],
  ["a person with a client_id mapped in", "user", "keycloak", "person", { client_id: "web-app" }],
  [
    "client_id beside azp without a session",
    "service",
    "keycloak",
    "person",
    { client_id: "web-app", sid: undefined },
  ],
  ["nothing that tells of a session", "service", "keycloak", "person", { sid: undefined }],
  ["a session by its older name", "user", "keycloak", "person", { sid: undefined, session_state: "s" }],
  [
    "client credentials with a session, by the grant alone",
    "service",
    "keycloak",
    "person",
    { jti: "onltcc:00000000-0000-4000-8000-000000000001" },
  ],
  [
    "an application by its address alone",
    "service",
    "keycloak",
    "lightweight-with-sub",
    { clientAddress: "192.0.2.1" },
  ],
  ["an application by its id alone", "service", "keycloak", "lightweight-with-sub", { clientId: "web-app" }],
  [
    "an application by its host alone",
    "service",
    "keycloak",
    "lightweight-with-sub",
    { clientHost: "192.0.2.1" },
  ],
  ["a person whose sub is an application's id", "user", "entra", "person", { sub: oid }],
  ["idtyp before scp", "service", "entra", "person", { idtyp: "app" }],
  ["an idtyp that nobody has documented", "service", "entra", "person", { idtyp: "agent" }],
  ["idtyp user before equal ids", "user", "entra", "application", { idtyp: "user" }],
  ["scp before equal ids", "user", "entra", "application", { scp: "Orders.Read" }],
  ["an application without oid", "service", "entra", "application", { oid: undefined }],
  ["no uid, whatever sub says", "service", "okta", "person", { uid: undefined }],
  ["a uid, whatever sub says", "user", "okta", "application", { uid: "00u1" }],
  ["another client's @clients", "user", "auth0", "person", { sub: "Other@clients" }],
  [
    "the client's own @clients",
    "service",
    "auth0",
    "person",
    { sub: "ExampleClientId0000000000000001@clients" },
  ],
  ["a person named so within a connection", "user", "auth0", "person", { sub: "auth0|x@clients" }],
  ["a grant of another type", "user", "auth0", "person", { gty: "password" }],
  [
    "an e-mail address of a service account's form",
    "user",
    "google-id-token",
    "person",
    { email: "a@b.iam.gserviceaccount.com" },
  ],
  ["a user name is there", "user", "cognito", "machine", { username: "worker" }],
  ["no user name, whatever sub says", "service", "cognito", "person", { username: undefined }],
  ["a client that is none of an application's", "service", "google-id-token", "person", { azp: "1000001" }],
  ["no session", "service", "authentik", "person", { sid: undefined }],
  [
    "a service account's usual name",
    "user",
    "authentik",
    "person",
    { preferred_username: "ak-orders-client_credentials" },
  ],
  ["sub is the client", "service", "rfc9068", "person", { sub: "web-app" }],
  ["a job, whatever its subject", "workload", "github-actions", "environment", { sub: "anything" }],
];

test.each(rows)("%s: %s", async (_, kind, preset, id, claims) => {
  expect((await verifySample(preset, id, { claims })).kind).toBe(kind);
});
