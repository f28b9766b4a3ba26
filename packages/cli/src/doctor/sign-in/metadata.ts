// What signing people in needs of the metadata (OpenID Connect Discovery §3), and what there is beyond it: logout, devices, renewal.
import type { Check } from "../../finding.ts";
import type { SignInFacts } from "./index.ts";

type WithDocument = SignInFacts & { readonly document: Readonly<Record<string, unknown>> };

const list = ({ document }: WithDocument, name: string) => {
  const value = document[name];
  return Array.isArray(value) ? value : undefined;
};
const has = ({ document }: WithDocument, name: string) => typeof document[name] === "string";

export const needChecks: readonly Check<WithDocument>[] = [
  {
    id: "authorization_endpoint_missing",
    level: "mend",
    says: "The metadata has no authorization_endpoint: people can't be sent there to sign in",
    mend: "Take the issuer that people sign in at: that of a cluster or of a job signs nobody in.",
    test: (facts) => !has(facts, "authorization_endpoint"),
  },
  {
    id: "token_endpoint_missing",
    level: "mend",
    says: "The metadata has no token_endpoint: a code can't be redeemed",
    mend: "Take the issuer that people sign in at, and let the provider offer the code flow.",
    test: (facts) => !has(facts, "token_endpoint"),
  },
  {
    id: "code_flow_missing",
    level: "mend",
    says: "The provider does not offer the code flow (response_types_supported has no `code`)",
    mend: "Switch the authorization code flow on at the provider: it is the only one that people sign in by here (RFC 9700 §2.1).",
    test: (facts) => list(facts, "response_types_supported")?.includes("code") === false,
  },
  {
    id: "secret_not_offered",
    level: "mend",
    says: "A secret is configured, and the provider takes none, neither by HTTP Basic nor in the form",
    mend: "Give the client a key (`login.privateKey`) or a certificate, as the provider demands, and leave the secret out.",
    // Without a word it is client_secret_basic (Discovery §3).
    test: (facts) =>
      facts.clientSecret !== undefined &&
      list(facts, "token_endpoint_auth_methods_supported")?.some((one) => /^client_secret_/.test(one)) ===
        false,
  },
];

export const signInNotes: readonly Check<WithDocument>[] = [
  {
    id: "provider_logout",
    level: "note",
    says: "Logout: whether people can be signed out at the provider as well (end_session_endpoint)",
    test: (facts) =>
      has(facts, "end_session_endpoint")
        ? "Signing out here goes on to the provider's own logout. Register the post-logout address there: `publicUrl` and a slash"
        : "The provider has no logout (end_session_endpoint): who signs out here stays signed in there, and is back by a click",
  },
  {
    id: "told_of_logouts",
    level: "note",
    says: "Logouts elsewhere: whether the provider tells of them, and of which session",
    test: ({ document }) => {
      if (document.backchannel_logout_supported === true) {
        return document.backchannel_logout_session_supported === true
          ? "The provider tells of logouts at the back channel, and of which session: register /auth/v2/backchannel-logout there, and keep sessions in a store"
          : "The provider tells of logouts at the back channel, but not of which session: all of the person's sessions end. Register /auth/v2/backchannel-logout there, and keep sessions in a store";
      }
      return document.frontchannel_logout_supported === true
        ? "The provider tells of logouts by a frame in the browser alone: register /auth/v2/frontchannel-logout there; browsers that block cookies in frames stop it"
        : "The provider tells nobody of logouts: a session here ends at its limits, or when its tokens can't be renewed";
    },
  },
  {
    id: "renewal",
    level: "note",
    says: "Renewal: whether a refresh token has to be asked for (offline_access)",
    test: (facts) =>
      list(facts, "scopes_supported")?.includes("offline_access") === true &&
      "The provider knows offline_access: where no refresh token comes without it, add it to `login.scopes`",
  },
  {
    id: "devices",
    level: "note",
    says: "Devices: whether command-line clients can sign people in by a code (RFC 8628)",
    test: (facts) =>
      has(facts, "device_authorization_endpoint")
        ? "The device grant is offered: `nativeClients` can serve POST /auth/v2/device"
        : "The device grant is not offered: POST /auth/v2/device answers 503, and command-line clients go on to the browser",
  },
  {
    id: "pushed_requests",
    level: "note",
    says: "Pushed requests: whether the browser need carry no more than a reference (RFC 9126)",
    test: (facts) =>
      facts.document.require_pushed_authorization_requests === true
        ? "The provider demands pushed requests (PAR), which is then done by itself"
        : has(facts, "pushed_authorization_request_endpoint") &&
          "Pushed requests (PAR) are offered: `login.par` uses them",
  },
];

export const triedChecks: readonly Check<SignInFacts>[] = [
  {
    id: "sign_in_not_tried",
    level: "note",
    says: "What was not tried, for want of an address or a secret",
    test: ({ document, authorization, secret, pushed }) => {
      const missing = [
        authorization === undefined &&
          (pushed
            ? "the callback (the provider demands pushed requests)"
            : "the callback (--public-url or --callback-url, and a safe authorization_endpoint)"),
        secret === undefined &&
          "the secret (OIDC_CLIENT_SECRET or --client-secret-file, and a safe token_endpoint)",
      ].filter((one) => one !== false);
      return document !== undefined && missing.length > 0 && `Not tried: ${missing.join("; ")}`;
    },
  },
];
