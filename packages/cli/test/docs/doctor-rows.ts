// Providers that are set up wrongly, as their pages tell it: what is asked for, what answers, and what the doctor finds.

type Document = Readonly<Record<string, unknown>>;

export interface DoctorRow {
  /** The first cell of the page's row. */
  readonly what: string;
  readonly issuer: string;
  readonly preset?: string;
  /** The metadata document, or the status without one. */
  readonly metadata: Document | number;
  readonly finds: string;
}

const keycloak = (base: string, issuer = base) => ({
  issuer,
  authorization_endpoint: `${base}/protocol/openid-connect/auth`,
  token_endpoint: `${base}/protocol/openid-connect/token`,
  jwks_uri: `${base}/protocol/openid-connect/certs`,
  id_token_signing_alg_values_supported: ["RS256", "ES256"],
});

const auth0 = (domain: string) => ({
  issuer: `https://${domain}/`,
  authorization_endpoint: `https://${domain}/authorize`,
  token_endpoint: `https://${domain}/oauth/token`,
  mfa_challenge_endpoint: `https://${domain}/mfa/challenge`,
  jwks_uri: `https://${domain}/.well-known/jwks.json`,
  id_token_signing_alg_values_supported: ["HS256", "RS256", "PS256"],
});

const okta = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/v1/authorize`,
  token_endpoint: `${issuer}/v1/token`,
  jwks_uri: `${issuer}/v1/keys`,
  id_token_signing_alg_values_supported: ["RS256"],
});

const authentik = (algorithm: string) => ({
  issuer: "https://auth.example.com/application/o/orders/",
  authorization_endpoint: "https://auth.example.com/application/o/authorize/",
  token_endpoint: "https://auth.example.com/application/o/token/",
  jwks_uri: "https://auth.example.com/application/o/orders/jwks/",
  id_token_signing_alg_values_supported: [algorithm],
});

export const doctorRows: Readonly<Record<string, readonly DoctorRow[]>> = {
  keycloak: [
    {
      what: "Keycloak does not know its public URL",
      issuer: "https://sso.example.com/realms/demo",
      metadata: keycloak("http://sso.example.com/realms/demo"),
      finds: "issuer_differs",
    },
    {
      what: "The realm is misspelt, or `/auth` is missing or too much",
      issuer: "https://sso.example.com/auth/realms/demo",
      metadata: 404,
      finds: "discovery_status",
    },
  ],
  "entra-id": [
    {
      what: "`issuer` is a shared one",
      issuer: "https://login.microsoftonline.com/common/v2.0",
      metadata: { issuer: "https://login.microsoftonline.com/{tenantid}/v2.0" },
      finds: "configuration_refused",
    },
  ],
  okta: [
    {
      what: "`issuer` is the org authorization server",
      issuer: "https://example.okta.com",
      metadata: okta("https://example.okta.com"),
      finds: "configuration_refused",
    },
    {
      what: "A domain of your own, without `preset`",
      issuer: "https://id.example.com/oauth2/default",
      metadata: okta("https://id.example.com/oauth2/default"),
      finds: "preset_must_be_named",
    },
  ],
  auth0: [
    {
      what: "A domain of your own, without `preset`",
      issuer: "https://id.example.com/",
      metadata: auth0("id.example.com"),
      finds: "preset_must_be_named",
    },
    {
      what: "The same, and without its slash",
      issuer: "https://id.example.com",
      metadata: auth0("id.example.com"),
      finds: "issuer_differs",
    },
  ],
  authentik: [
    {
      what: "`preset` was not named",
      issuer: "https://auth.example.com/application/o/orders/",
      metadata: authentik("RS256"),
      finds: "preset_must_be_named",
    },
    {
      what: "The provider has no signing key",
      issuer: "https://auth.example.com/application/o/orders/",
      preset: "authentik",
      metadata: authentik("HS256"),
      finds: "no_common_algorithm",
    },
  ],
  kubernetes: [
    {
      what: "The cluster shows its documents to its own pods alone",
      issuer: "https://kubernetes.default.svc.cluster.local",
      preset: "kubernetes",
      metadata: 403,
      finds: "discovery_status",
    },
    {
      what: "`preset` was not named",
      issuer: "https://oidc.example.com/cluster-1",
      metadata: {
        issuer: "https://oidc.example.com/cluster-1",
        jwks_uri: "https://oidc.example.com/cluster-1/openid/v1/jwks",
        id_token_signing_alg_values_supported: ["RS256"],
      },
      finds: "preset_must_be_named",
    },
  ],
};
