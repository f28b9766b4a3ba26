// Sample ID tokens of Google, taken on purpose by the preset `google-id-token`
// (https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload).
import { basics, jwt, type ProviderToken, type SampleContext } from "./types.ts";

function person(context: SampleContext) {
  return {
    ...basics(context),
    azp: "000000000001-example.apps.googleusercontent.com",
    sub: "100000000000000000001",
    hd: "example.com",
    email: "ada@example.com",
    email_verified: true,
    at_hash: "HK6E_P6Dh8example",
    nonce: "0394852-example",
    name: "Ada Example",
    picture: "https://example.com/ada.png",
    given_name: "Ada",
    family_name: "Example",
    jti: "0000000000000000000000000000000000000001",
    nbf: context.now - 300,
  };
}

function serviceAccount(context: SampleContext) {
  return {
    ...basics(context),
    azp: "100000000000000000009",
    sub: "100000000000000000009",
    email: "worker@example-project.iam.gserviceaccount.com",
    email_verified: true,
  };
}

/** A security event (RISC): signed with the same keys, for the same client. */
function event(context: SampleContext) {
  const { exp: _, ...rest } = basics(context);
  return {
    ...rest,
    jti: "0000000000000000000000000000000000000002",
    events: {
      "https://schemas.openid.net/secevent/risc/event-type/account-disabled": { reason: "hijacking" },
    },
  };
}

export const googleTokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: jwt, claims: person },
  {
    id: "person-by-bare-issuer",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...person(context), iss: new URL(context.issuer).hostname }),
  },
  { id: "service-account", use: "access", header: jwt, claims: serviceAccount },
  {
    id: "service-account-by-key",
    use: "access",
    header: jwt,
    claims: (context) => ({
      ...serviceAccount(context),
      azp: "worker@example-project.iam.gserviceaccount.com",
    }),
  },
  {
    id: "virtual-machine",
    use: "access",
    header: jwt,
    claims: (context) => ({
      ...serviceAccount(context),
      google: {
        compute_engine: {
          instance_creation_timestamp: context.now - 10_000,
          instance_id: "1000000000000000001",
          instance_name: "vm-1",
          project_id: "example-project",
          project_number: 100000000001,
          zone: "europe-west1-b",
        },
      },
    }),
  },
  { id: "security-event", use: "security-event", code: "missing_claim", header: jwt, claims: event },
  {
    id: "security-event-with-everything",
    use: "security-event",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...person(context), ...event(context) }),
  },
  {
    id: "security-event-issuer",
    use: "security-event",
    code: "invalid_issuer",
    header: jwt,
    claims: (context) => ({ ...event(context), iss: `${context.issuer}/` }),
  },
  {
    id: "for-two-audiences",
    use: "id",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...person(context), aud: [context.audience, "https://other.example"] }),
  },
];
