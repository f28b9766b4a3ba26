// Sample tokens of Cognito user pools (https://docs.aws.amazon.com/cognito/latest/developerguide/).
import { basics, type ProviderToken, type SampleContext, untyped } from "./types.ts";

/** Without resource binding no audience is named: the API knows its tokens by their client. */
function person(context: SampleContext) {
  const { aud, ...rest } = basics(context);
  return {
    ...rest,
    client_id: aud,
    sub: "00000000-0000-4000-8000-00000000000a",
    version: 2,
    origin_jti: "00000000-0000-4000-8000-0000000000b1",
    event_id: "00000000-0000-4000-8000-0000000000b2",
    token_use: "access",
    scope: "openid profile orders/read",
    auth_time: context.now,
    jti: "00000000-0000-4000-8000-0000000000b3",
    username: "ada",
  };
}

function machine(context: SampleContext) {
  const { aud, ...rest } = basics(context);
  return {
    ...rest,
    sub: aud,
    client_id: aud,
    token_use: "access",
    scope: "orders/read",
    auth_time: context.now,
    version: 2,
    jti: "00000000-0000-4000-8000-0000000000b4",
  };
}

function idToken(context: SampleContext) {
  return {
    ...basics(context),
    sub: "00000000-0000-4000-8000-00000000000a",
    "cognito:username": "ada",
    "cognito:groups": ["admin"],
    "cognito:roles": ["arn:aws:iam::000000000000:role/example"],
    email: "ada@example.com",
    email_verified: true,
    origin_jti: "00000000-0000-4000-8000-0000000000b1",
    event_id: "00000000-0000-4000-8000-0000000000b2",
    token_use: "id",
    auth_time: context.now,
    jti: "00000000-0000-4000-8000-0000000000b5",
  };
}

const refused = (id: string, claims: ProviderToken["claims"]): ProviderToken => ({
  id,
  use: "id",
  code: "wrong_token_type",
  header: untyped,
  claims,
});

export const cognitoTokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: untyped, claims: person },
  {
    id: "person-in-groups",
    use: "access",
    header: untyped,
    claims: (context) => ({
      ...person(context),
      device_key: "eu-west-1_00000000-0000-4000-8000-0000000000dd",
      "cognito:groups": ["admin", "eu-west-1_Example01_ExampleSaml"],
    }),
  },
  {
    id: "person-bound-to-resource",
    use: "access",
    header: untyped,
    claims: (context) => ({
      ...person(context),
      client_id: "example0client0id0000000001",
      aud: context.audience,
    }),
  },
  {
    id: "person-of-password-sign-in",
    use: "access",
    header: untyped,
    claims: (context) => ({ ...person(context), scope: "aws.cognito.signin.user.admin" }),
  },
  { id: "machine", use: "access", header: untyped, claims: machine },
  {
    // The client is known, but the token is for another API.
    id: "bound-to-other-resource",
    use: "access",
    code: "invalid_audience",
    header: untyped,
    claims: (context) => ({ ...person(context), aud: "https://other.example" }),
  },
  refused("id-token", idToken),
  refused("id-token-of-a-login", (context) => ({
    ...idToken(context),
    nonce: "n-example",
    at_hash: "77QmUPtjPfz-example",
  })),
  refused("id-token-with-client-id", (context) => ({
    ...idToken(context),
    client_id: context.audience,
    scope: "orders/read",
  })),
  {
    ...refused("access-shape-without-use", ({ ...context }) => ({
      ...person(context),
      token_use: undefined,
    })),
    use: "internal",
  },
];
