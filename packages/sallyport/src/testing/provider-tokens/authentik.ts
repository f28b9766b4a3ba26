// Sample tokens of authentik (https://docs.goauthentik.io/add-secure-apps/providers/oauth2/): access tokens and ID tokens
// are alike but for two claims.
import { basics, jwt, logoutClaims, logoutJwt, type ProviderToken, type SampleContext } from "./types.ts";

function login(context: SampleContext) {
  return {
    ...basics(context),
    sub: "0000000000000000000000000000000000000000000000000000000000000001",
    auth_time: context.now - 10,
    acr: "goauthentik.io/providers/oauth2/default",
    amr: ["pwd", "mfa"],
    sid: "00000000000000000000000000000000000000000000000000000000000000aa",
    email: "ada@example.com",
    email_verified: true,
    name: "Ada Example",
    given_name: "Ada",
    preferred_username: "ada",
    nickname: "ada",
    groups: ["admins"],
  };
}

/** No session: the grant of a machine. The answer to that grant has an ID token beside it. */
function machine(context: SampleContext) {
  const { sid: _, amr: __, ...rest } = login(context);
  return { ...rest, preferred_username: "worker", name: "Worker", email: "worker@example.com", groups: [] };
}

const uid = "exampleRandom00000000000000000000000040c";
const access = (claims: Record<string, unknown>) => ({ ...claims, azp: claims.aud, uid });

const refused = (id: string, claims: ProviderToken["claims"]): ProviderToken => ({
  id,
  use: "id",
  code: "wrong_token_type",
  header: jwt,
  claims,
});

export const authentikTokens: readonly ProviderToken[] = [
  {
    id: "person",
    use: "access",
    header: jwt,
    claims: (context) => access({ ...login(context), nonce: "n-example" }),
  },
  { id: "person-without-nonce", use: "access", header: jwt, claims: (context) => access(login(context)) },
  {
    id: "person-hybrid",
    use: "access",
    header: jwt,
    claims: (context) => access({ ...login(context), nonce: "n-example", c_hash: "LDktKdoQak3-example" }),
  },
  {
    id: "person-with-scope-and-roles",
    use: "access",
    header: jwt,
    claims: (context) => access({ ...login(context), scope: "openid orders", roles: ["Reader"] }),
  },
  {
    id: "before-2023",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...login(context), cid: context.audience, uid }),
  },
  { id: "machine", use: "access", header: jwt, claims: (context) => access(machine(context)) },
  refused("id-token", login),
  refused("id-token-of-a-login", (context) => ({
    ...login(context),
    nonce: "n-example",
    at_hash: "77Qm-example",
  })),
  refused("id-token-of-a-machine", machine),
  // A scope mapping can add claims to both kinds; the hash of the access token is the ID token's alone.
  refused("id-token-dressed-up", (context) => access({ ...login(context), at_hash: "77QmUPtjPfz-example" })),
  { ...refused("logout-token", logoutClaims), use: "logout", header: logoutJwt },
  { ...refused("logout-token-untyped", (context) => access(logoutClaims(context))), use: "logout" },
];
