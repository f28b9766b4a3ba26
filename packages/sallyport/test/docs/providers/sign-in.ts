// The providers that people sign in at: their metadata as they document it, what a sign-in by the page's settings asks for, and variants.
import type { LoginOptions } from "../../../src/login/index.ts";

export interface SignInPage {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly authorization_endpoint: string };
  /** Of the authorization request, beside what every one has. */
  readonly asks: Readonly<Record<string, string>>;
  /** Options that the page has in one line of code, and what they change. */
  readonly variants?: readonly {
    readonly code: string;
    readonly login: LoginOptions;
    readonly asks: Readonly<Record<string, string>>;
  }[];
  /** What the page says that the doctor advises. */
  readonly advice?: readonly string[];
}

const base = (issuer: string, at: string) => ({
  issuer,
  authorization_endpoint: `${at}/authorize`,
  token_endpoint: `${at}/token`,
  jwks_uri: `${at}/keys`,
  response_types_supported: ["code"],
  id_token_signing_alg_values_supported: ["RS256"],
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  code_challenge_methods_supported: ["S256"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
});

const keycloak = "https://sso.example.com/realms/demo";
const entra = "https://login.microsoftonline.com/00000000-0000-4000-8000-0000000000f1";
const usual = "openid email profile";
const withRefresh = `${usual} offline_access`;

export const signInPages: Readonly<Record<string, SignInPage>> = {
  keycloak: {
    metadata: {
      ...base(keycloak, `${keycloak}/protocol/openid-connect`),
      authorization_endpoint: `${keycloak}/protocol/openid-connect/auth`,
      end_session_endpoint: `${keycloak}/protocol/openid-connect/logout`,
      authorization_response_iss_parameter_supported: true,
      frontchannel_logout_supported: true,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    },
    asks: { scope: usual },
    variants: [
      {
        code: 'login: { acrValues: ["gold"] }',
        login: { acrValues: ["gold"] },
        asks: { scope: usual, acr_values: "gold" },
      },
    ],
  },
  authentik: {
    metadata: {
      ...base("https://auth.example.com/application/o/orders/", "https://auth.example.com/application/o"),
      jwks_uri: "https://auth.example.com/application/o/orders/jwks/",
      authorization_endpoint: "https://auth.example.com/application/o/authorize/",
      end_session_endpoint: "https://auth.example.com/application/o/orders/end-session/",
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    },
    asks: { scope: withRefresh },
  },
  auth0: {
    metadata: {
      ...base("https://example.eu.auth0.com/", "https://example.eu.auth0.com"),
      end_session_endpoint: "https://example.eu.auth0.com/oidc/logout",
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    },
    asks: { scope: withRefresh },
    variants: [
      {
        code: 'login: { extra: { audience: "https://orders.example.com" } }',
        login: { extra: { audience: "https://orders.example.com" } },
        asks: { scope: usual, audience: "https://orders.example.com" },
      },
    ],
  },
  okta: {
    metadata: {
      ...base("https://example.okta.com/oauth2/default", "https://example.okta.com/oauth2/default/v1"),
      end_session_endpoint: "https://example.okta.com/oauth2/default/v1/logout",
    },
    asks: { scope: withRefresh },
  },
  "entra-id": {
    metadata: {
      ...base(`${entra}/v2.0`, `${entra}/oauth2/v2.0`),
      code_challenge_methods_supported: undefined,
      end_session_endpoint: `${entra}/oauth2/v2.0/logout`,
      frontchannel_logout_supported: true,
    },
    asks: { scope: withRefresh },
    advice: ["pkce_not_offered", "issuer_not_in_response"],
  },
  google: {
    metadata: {
      ...base("https://accounts.google.com", "https://accounts.google.com/o/oauth2/v2"),
      authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
      scopes_supported: ["openid", "email", "profile"],
      code_challenge_methods_supported: ["plain", "S256"],
    },
    asks: { scope: usual, prompt: "select_account" },
    variants: [
      {
        code: 'login: { prompt: "consent", extra: { access_type: "offline" } }',
        login: { prompt: "consent", extra: { access_type: "offline" } },
        asks: { scope: usual, prompt: "consent", access_type: "offline" },
      },
    ],
  },
};

/** The section of a page. */
export function signInSection(page: string): string {
  const [, section = ""] = page.split("\n## Sign people in\n");
  return section.split("\n## ")[0] ?? "";
}

/** The settings of the section, by their variables. */
export function settingsOf(section: string): Readonly<Record<string, string>> {
  const [, block = ""] = /```sh\n((?:[A-Z0-9_]+=.*\n)+)```/.exec(section) ?? [];
  return Object.fromEntries(
    block
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", value = ""] = line.split(/=(.*)/s);
        return [name, value.replace(/^"(.*)"$/, "$1")];
      }),
  );
}
