// The usual mistakes with each provider, as its page tells them: what arrives, and the refusal, to the letter.
import type { AuthErrorCode } from "../../../src/index.ts";

/** What arrives instead of a good token. */
export type Arrives =
  | {
      /** A sample of the provider's tokens. */
      readonly sample: string;
      readonly claims?: Readonly<Record<string, unknown>>;
      /** Put into its header after it was signed. */
      readonly header?: Readonly<Record<string, unknown>>;
    }
  | { readonly text: string };

export interface Mistake {
  /** The first cell of the page's row. */
  readonly what: string;
  readonly arrives: Arrives;
  /** Set otherwise than on the page; `undefined` takes an option away. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** `at start`: the configuration is refused. */
  readonly code: AuthErrorCode | "at start";
}

const opaque = { text: "exampleOpaqueToken0000000000000000000000001" } as const;
const jwe = {
  text: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
} as const;

export const mistakes: Readonly<Record<string, readonly Mistake[]>> = {
  keycloak: [
    {
      what: "No audience mapper, and the caller has no role in the API",
      arrives: { sample: "without-audience" },
      code: "missing_claim",
    },
    {
      what: "The mapper names another client, or the caller has roles elsewhere alone",
      arrives: { sample: "person", claims: { aud: "account" } },
      code: "invalid_audience",
    },
    {
      what: "The ID token was sent",
      arrives: { sample: "id-token-of-a-login" },
      code: "wrong_token_type",
    },
    {
      what: "The refresh token was sent",
      arrives: { sample: "refresh-token", header: { alg: "HS512" } },
      code: "disallowed_alg",
    },
    {
      what: "A lightweight access token",
      arrives: { sample: "lightweight" },
      code: "missing_claim",
    },
    {
      what: "Keycloak does not know its public URL (`KC_HOSTNAME`, proxy headers)",
      arrives: { sample: "person", claims: { iss: "http://sso.example.com/realms/demo" } },
      code: "invalid_issuer",
    },
    {
      what: "The issuer of Keycloak 16 and earlier (`/auth`), or another realm's",
      arrives: { sample: "person", claims: { iss: "https://sso.example.com/auth/realms/demo" } },
      code: "invalid_issuer",
    },
    {
      what: '`preset: "rfc9068"`, since the client writes `at+jwt`',
      arrives: { sample: "person-at-jwt" },
      options: { preset: "rfc9068" },
      code: "missing_claim",
    },
  ],
  "entra-id": [
    {
      what: "`issuer` is a shared one (`common`, `organizations`)",
      arrives: { sample: "person" },
      options: { tenantId: undefined, issuer: "https://login.microsoftonline.com/common/v2.0" },
      code: "at start",
    },
    {
      what: "The token is for Microsoft Graph: no scope of this API was asked for",
      arrives: { sample: "for-microsoft-graph", header: { nonce: "example" } },
      code: "invalid_signature",
    },
    {
      what: "`audience` has the client id alone, and the API takes version 1",
      arrives: { sample: "person-v1", claims: { aud: "api://00000000-0000-4000-8000-0000000000a1" } },
      options: { audience: "00000000-0000-4000-8000-0000000000a1" },
      code: "invalid_audience",
    },
    {
      what: "The ID token was sent",
      arrives: { sample: "id-token" },
      code: "wrong_token_type",
    },
    {
      what: "Somebody of another tenant",
      arrives: {
        sample: "person",
        claims: {
          iss: "https://login.microsoftonline.com/00000000-0000-4000-8000-0000000000f2/v2.0",
          tid: "00000000-0000-4000-8000-0000000000f2",
        },
      },
      code: "invalid_issuer",
    },
  ],
  okta: [
    {
      what: "`issuer` is the org authorization server",
      arrives: {
        sample: "of-the-org-server",
        claims: { iss: "https://example.okta.com", aud: "https://example.okta.com" },
      },
      options: { issuer: "https://example.okta.com" },
      code: "at start",
    },
    {
      what: "The token is from the org authorization server (no `/oauth2/…`)",
      arrives: {
        sample: "of-the-org-server",
        claims: { iss: "https://example.okta.com", aud: "https://example.okta.com" },
      },
      code: "invalid_issuer",
    },
    {
      what: "`audience` is not the authorization server's",
      arrives: { sample: "person", claims: { aud: "api://orders" } },
      code: "invalid_audience",
    },
    {
      what: "The ID token was sent",
      arrives: { sample: "id-token" },
      code: "wrong_token_type",
    },
    {
      what: "A domain of your own, without `preset`",
      arrives: { sample: "person" },
      options: { preset: "rfc9068" },
      code: "wrong_token_type",
    },
  ],
  auth0: [
    {
      what: "No `audience` was asked for: the token is Auth0's own (opaque)",
      arrives: opaque,
      code: "malformed_token",
    },
    {
      what: "The same, encrypted",
      arrives: jwe,
      code: "malformed_token",
    },
    {
      what: "`issuer` without its slash",
      arrives: { sample: "person" },
      options: { issuer: "https://example.eu.auth0.com" },
      code: "at start",
    },
    {
      what: "The token is for the Management API",
      arrives: { sample: "for-the-management-api" },
      code: "invalid_audience",
    },
    {
      what: "`audience` with a slash more than the identifier",
      arrives: { sample: "person", claims: { aud: "https://orders.example.com/" } },
      code: "invalid_audience",
    },
    {
      what: "The ID token was sent",
      arrives: { sample: "id-token" },
      code: "wrong_token_type",
    },
    {
      what: "A domain of your own, without `preset`",
      arrives: { sample: "person" },
      options: { preset: "rfc9068" },
      code: "wrong_token_type",
    },
  ],
  google: [
    {
      what: "The access token was sent (`ya29.…`), which is for Google's own APIs",
      arrives: { text: "ya29.example-access-token-of-google-0000000000000000" },
      code: "malformed_token",
    },
    {
      what: "The token is for another client id",
      arrives: { sample: "person", claims: { aud: "000000000002-example.apps.googleusercontent.com" } },
      code: "invalid_audience",
    },
    {
      what: "A service account signed the JWT itself, with its own key",
      arrives: {
        sample: "service-account",
        claims: { iss: "worker@example-project.iam.gserviceaccount.com" },
      },
      code: "invalid_issuer",
    },
  ],
  authentik: [
    {
      what: "`preset` was not named",
      arrives: { sample: "person" },
      options: { preset: undefined },
      code: "wrong_token_type",
    },
    {
      what: "The provider has no signing key: it signs with the client's secret",
      arrives: { sample: "person", header: { alg: "HS256" } },
      code: "disallowed_alg",
    },
    {
      what: "`issuer` without its slash",
      arrives: { sample: "person" },
      options: { issuer: "https://auth.example.com/application/o/orders" },
      code: "at start",
    },
    {
      what: "The token is another application's",
      arrives: { sample: "person", claims: { iss: "https://auth.example.com/application/o/shop/" } },
      code: "invalid_issuer",
    },
    {
      what: "The ID token was sent",
      arrives: { sample: "id-token" },
      code: "wrong_token_type",
    },
  ],
  cognito: [
    {
      what: "The ID token was sent",
      arrives: { sample: "id-token" },
      code: "wrong_token_type",
    },
    {
      what: "The token is another app client's",
      arrives: { sample: "person", claims: { client_id: "example0client0id0000000002" } },
      code: "invalid_audience",
    },
    {
      what: "The token is bound to a resource, and `audience` is still the app client's id",
      arrives: { sample: "person-bound-to-resource", claims: { aud: "https://orders.example.com" } },
      code: "invalid_audience",
    },
    {
      what: "`issuer` is the sign-in domain (`….amazoncognito.com`)",
      arrives: { sample: "person" },
      options: { issuer: "https://shop.auth.eu-west-1.amazoncognito.com" },
      code: "invalid_issuer",
    },
  ],
  "github-actions": [
    {
      what: "The workflow asked for no audience: it is the owner's URL",
      arrives: { sample: "environment", claims: { aud: "https://github.com/example-org" } },
      code: "invalid_audience",
    },
    {
      what: "The job's `ACTIONS_ID_TOKEN_REQUEST_TOKEN` was sent instead of what it is exchanged for",
      arrives: { sample: "runtime-token" },
      code: "missing_claim",
    },
    {
      what: "A personal or installation token (`ghp_…`, `ghs_…`) was sent",
      arrives: { text: "ghs_exampleInstallationToken000000000001" },
      code: "malformed_token",
    },
    {
      what: "The job runs on a GitHub Enterprise Server or in an enterprise with an issuer of its own",
      arrives: {
        sample: "environment",
        claims: { iss: "https://token.actions.githubusercontent.com/example-ent" },
      },
      code: "invalid_issuer",
    },
  ],
  kubernetes: [
    {
      what: "The pod sends the token that it has for the API server",
      arrives: { sample: "pod", claims: { aud: ["https://kubernetes.default.svc.cluster.local"] } },
      code: "invalid_audience",
    },
    {
      what: "`preset` was not named",
      arrives: { sample: "pod" },
      options: { preset: undefined },
      code: "wrong_token_type",
    },
    {
      what: "A token from a Secret, of the kind made before Kubernetes 1.24",
      arrives: { sample: "legacy" },
      code: "invalid_issuer",
    },
    {
      what: "The pod is in another cluster",
      arrives: { sample: "pod", claims: { iss: "https://oidc.example.com/cluster-2" } },
      code: "invalid_issuer",
    },
  ],
};
