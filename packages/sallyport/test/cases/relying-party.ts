// The certification suite's relying-party tests as scenarios, each by its name there: what the provider does, and what comes of it.
import type { AuthErrorCode } from "../../src/index.ts";
import type { LoginOptions } from "../../src/login/index.ts";
import type { BentJwt, Json, ProviderScript } from "../support/scripted-login-provider.ts";
import { createTestKey } from "../support/signing.ts";

/** A scenario of one sign-in. */
export interface RelyingPartyCase {
  readonly name: string;
  /** As `metadata`, which needs nothing else; a function where the script is not the same at each run. */
  readonly script?: () => ProviderScript;
  readonly login?: LoginOptions;
  readonly algorithms?: readonly ("RS256" | "ES256" | "PS256")[];
  /** `session`, or the code that the log has. */
  readonly expect: "session" | AuthErrorCode;
  /** What follows a sign-in that worked; the test of this table knows them by their names. */
  readonly after?:
    | "userinfo"
    | "userinfo_refused"
    | "refresh"
    | "refresh_refused"
    | "logout"
    | "backchannel"
    | "backchannel_refused"
    | "frontchannel"
    | "frontchannel_after_logout"
    | "return_without_effect"
    | "third_party"
    | "rotation"
    | "basic"
    | "bound_resource";
  /** How the logout token differs. */
  readonly logoutToken?: { readonly changes?: Json; readonly bent?: BentJwt };
}

const rsa = createTestKey("provider-rs", "RS256");
const second = createTestKey("provider-rs-2", "RS256");
const es = createTestKey("provider-es", "ES256");
const claims = (change: (good: Json) => Json): BentJwt => ({ claims: change });
const idToken = (bent: BentJwt) => () => ({ idToken: bent });
const without = (name: string) => idToken(claims(({ [name]: _gone, ...rest }) => rest));
const withClaim = (name: string, value: unknown) => idToken(claims((good) => ({ ...good, [name]: value })));
/** A signature that is none, of the right length. */
const badSignature = (jwt: string) =>
  jwt.replace(/[^.]{8}$/, (end) => (end === "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA"));
const nameless = ({ kid: _kid, ...jwk }: Json) => jwk;
const refused = "invalid_id_token";
const event = "http://schemas.openid.net/event/backchannel-logout";

const oidc: readonly RelyingPartyCase[] = [
  { name: "oidcc-client-test", expect: "session", after: "userinfo" },
  { name: "oidcc-client-test-3rd-party-init-login", expect: "session", after: "third_party" },
  {
    name: "oidcc-client-test-aggregated-claims",
    expect: "session",
    after: "userinfo",
    script: () => ({
      userinfo: (good) => ({
        body: { ...good, _claim_names: { address: "src1" }, _claim_sources: { src1: { JWT: "a.b.c" } } },
      }),
    }),
  },
  { name: "oidcc-client-test-client-secret-basic", expect: "session", after: "basic" },
  {
    name: "oidcc-client-test-discovery-issuer-mismatch",
    expect: "provider_unavailable",
    script: () => ({ metadata: (good) => ({ ...good, issuer: "https://another.example" }) }),
  },
  {
    name: "oidcc-client-test-discovery-jwks-uri-keys",
    expect: "session",
    script: () => ({ metadata: (good) => ({ ...good, jwks_uri: `${good.jwks_uri}?of=this-run` }) }),
  },
  { name: "oidcc-client-test-discovery-openid-config", expect: "session" },
  {
    name: "oidcc-client-test-distributed-claims",
    expect: "session",
    after: "userinfo",
    script: () => ({
      userinfo: (good) => ({
        body: {
          ...good,
          _claim_names: { credit_score: "src1" },
          _claim_sources: { src1: { endpoint: "https://claims.example/", access_token: "a" } },
        },
      }),
    }),
  },
  {
    name: "oidcc-client-test-form-post-error",
    expect: "login_refused",
    login: { responseMode: "form_post", maxAgeSeconds: 0 },
    script: () => ({ authorize: (good) => [["error", "login_required"], ...good.slice(1)] }),
  },
  {
    name: "oidcc-client-test-idtoken-sig-none",
    expect: refused,
    script: idToken({ header: { alg: "none" } }),
  },
  { name: "oidcc-client-test-idtoken-sig-rs256", expect: "session" },
  {
    name: "oidcc-client-test-invalid-athash",
    expect: refused,
    script: withClaim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
  },
  { name: "oidcc-client-test-invalid-aud", expect: refused, script: withClaim("aud", "another-client") },
  {
    name: "oidcc-client-test-invalid-chash",
    expect: refused,
    script: withClaim("c_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
  },
  {
    name: "oidcc-client-test-invalid-iss",
    expect: refused,
    script: withClaim("iss", "https://another.example"),
  },
  {
    name: "oidcc-client-test-invalid-sig-es256",
    expect: refused,
    algorithms: ["ES256"],
    script: () => ({ keys: () => [es.jwk], idToken: { key: es, raw: badSignature } }),
  },
  {
    name: "oidcc-client-test-invalid-sig-hs256",
    expect: refused,
    script: idToken({ header: { alg: "HS256" }, raw: badSignature }),
  },
  { name: "oidcc-client-test-invalid-sig-rs256", expect: refused, script: idToken({ raw: badSignature }) },
  {
    name: "oidcc-client-test-kid-absent-multiple-jwks",
    expect: refused,
    script: () => ({
      keys: () => [nameless(rsa.jwk), nameless(second.jwk)],
      idToken: { key: rsa, header: { kid: undefined } },
    }),
  },
  {
    name: "oidcc-client-test-kid-absent-single-jwks",
    expect: "session",
    script: () => ({ keys: () => [nameless(rsa.jwk)], idToken: { key: rsa, header: { kid: undefined } } }),
  },
  { name: "oidcc-client-test-missing-aud", expect: refused, script: without("aud") },
  { name: "oidcc-client-test-missing-iat", expect: refused, script: without("iat") },
  { name: "oidcc-client-test-missing-sub", expect: refused, script: without("sub") },
  { name: "oidcc-client-test-nonce-invalid", expect: refused, script: withClaim("nonce", "another") },
  // The suite lets a code flow go without; ours never does.
  { name: "oidcc-client-test-nonce-unless-code-flow", expect: refused, script: without("nonce") },
  { name: "oidcc-client-test-refresh-token", expect: "session", after: "refresh" },
  {
    name: "oidcc-client-test-refresh-token-invalid-issuer",
    expect: "session",
    after: "refresh_refused",
    script: () => afterFirst("iss", "https://another.example"),
  },
  {
    name: "oidcc-client-test-refresh-token-invalid-sub",
    expect: "session",
    after: "refresh_refused",
    script: () => afterFirst("sub", "another-person"),
  },
  { name: "oidcc-client-test-rp-backchannel-rpinitlogout", expect: "session", after: "backchannel" },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { bent: { header: { alg: "none" } } },
  },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-no-event",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { changes: { events: undefined } },
  },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { changes: { nonce: "n" } },
  },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { bent: { header: { alg: "HS256" } } },
  },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { changes: { aud: "another-client" } },
  },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { changes: { events: { [`${event}x`]: {} } } },
  },
  {
    name: "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss",
    expect: "session",
    after: "backchannel_refused",
    logoutToken: { changes: { iss: "https://another.example" } },
  },
  { name: "oidcc-client-test-rp-frontchannel-opinitlogout", expect: "session", after: "frontchannel" },
  {
    name: "oidcc-client-test-rp-frontchannel-rpinitlogout",
    expect: "session",
    after: "frontchannel_after_logout",
  },
  { name: "oidcc-client-test-rp-init-logout", expect: "session", after: "logout" },
  { name: "oidcc-client-test-rp-init-logout-no-state", expect: "session", after: "return_without_effect" },
  { name: "oidcc-client-test-rp-init-logout-other-state", expect: "session", after: "return_without_effect" },
  {
    name: "oidcc-client-test-scope-userinfo-claims",
    expect: "session",
    after: "userinfo",
    login: { scopes: ["openid", "email", "phone", "address"] },
  },
  { name: "oidcc-client-test-signing-key-rotation", expect: "session", after: "rotation" },
  {
    name: "oidcc-client-test-signing-key-rotation-just-before-signing",
    expect: "session",
    script: () => {
      let signed = false;
      return {
        keys: (good) => (signed ? [rsa.jwk] : good),
        token: () => {
          signed = true;
          return undefined;
        },
        idToken: { key: rsa },
      };
    },
  },
  { name: "oidcc-client-test-userinfo-bearer-header", expect: "session", after: "userinfo" },
  {
    name: "oidcc-client-test-userinfo-invalid-sub",
    expect: "session",
    after: "userinfo_refused",
    script: () => ({ userinfo: (good) => ({ body: { ...good, sub: "another-person" } }) }),
  },
];

const fapi: readonly RelyingPartyCase[] = [
  {
    name: "fapi2-security-profile-final-client-refresh-token-test",
    expect: "session",
    after: "refresh",
    login: { par: true, dpop: true },
  },
  {
    name: "fapi2-security-profile-final-client-test-discovery-issuer-mismatch",
    expect: "provider_unavailable",
    script: () => ({ metadata: (good) => ({ ...good, issuer: "https://another.example" }) }),
  },
  {
    name: "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
    expect: "login_interrupted",
    script: () => ({ authorize: (good) => good.filter(([name]) => name !== "state") }),
  },
  {
    name: "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
    expect: "login_interrupted",
    script: () => ({
      authorize: (good) => good.map(([name, value]) => [name, name === "state" ? `${value}1` : value]),
    }),
  },
  {
    name: "fapi2-security-profile-final-client-test-happy-path",
    expect: "session",
    after: "bound_resource",
    login: { par: true, dpop: true },
  },
  {
    name: "fapi2-security-profile-final-client-test-happy-path-no-dpop-nonce",
    expect: "session",
    after: "bound_resource",
    login: { par: true, dpop: true },
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-alternate-alg",
    expect: refused,
    algorithms: ["PS256", "ES256"],
    script: idToken({}),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-aud",
    expect: refused,
    script: withClaim("aud", "another-client"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
    expect: "login_interrupted",
    script: () => ({
      authorize: (good) => good.map(([name, value]) => [name, name === "iss" ? `${value}1` : value]),
    }),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-expired-exp",
    expect: refused,
    script: idToken(claims((good) => ({ ...good, exp: Number(good.iat) - 360 }))),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-iss",
    expect: refused,
    script: withClaim("iss", "https://another.example"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-missing-aud",
    expect: refused,
    script: without("aud"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-missing-exp",
    expect: refused,
    script: without("exp"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-missing-iss",
    expect: refused,
    script: without("iss"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-missing-nonce",
    expect: refused,
    script: without("nonce"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-nonce",
    expect: refused,
    script: withClaim("nonce", "another"),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-null-alg",
    expect: refused,
    script: idToken({ header: { alg: "none" } }),
  },
  {
    name: "fapi2-security-profile-final-client-test-invalid-secondary-aud",
    expect: refused,
    script: idToken(claims((good) => ({ ...good, aud: ["web", "nobody"] }))),
  },
  {
    name: "fapi2-security-profile-final-client-test-remove-authorization-response-iss",
    expect: "login_interrupted",
    script: () => ({ authorize: (good) => good.filter(([name]) => name !== "iss") }),
  },
  {
    name: "fapi2-security-profile-final-client-test-rs-dpop-auth-scheme-case-insensitivity",
    expect: "session",
    after: "bound_resource",
    login: { par: true, dpop: true },
    script: () => {
      let asked = 0;
      return {
        userinfo: () => {
          asked += 1;
          return asked === 1
            ? {
                status: 401,
                headers: { "www-authenticate": 'dPOp error="use_dpop_nonce"', "dpop-nonce": "fresh" },
                body: "",
              }
            : undefined;
        },
      };
    },
  },
  {
    name: "fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in",
    expect: "session",
    after: "refresh",
    script: () => ({ token: ({ expires_in: _, ...good }) => ({ body: good }) }),
  },
  {
    name: "fapi2-security-profile-final-client-test-token-type-case-insensitivity",
    expect: "session",
    after: "userinfo",
    script: () => ({ token: (good) => ({ body: { ...good, token_type: "bEARER" } }) }),
  },
  {
    name: "fapi2-security-profile-final-client-test-valid-aud-as-array",
    expect: "session",
    script: idToken(claims((good) => ({ ...good, aud: ["web"] }))),
  },
];

/** The signed userinfo has its script of its own: it needs the provider's key. */
export const signedUserinfo = "oidcc-client-test-userinfo-signed";
export const relyingPartyCases: readonly RelyingPartyCase[] = [...oidc, ...fapi];

const jarm = "JARM is not asked for: a response parameter is refused in any sign-in (L17)";

/** Those that don't apply to the code flow as it is done here, each with its reason. */
export const notApplicable: Readonly<Record<string, string>> = {
  "oidcc-client-test-discovery-webfinger-acct": "Issuers are configured, never found by WebFinger",
  "oidcc-client-test-discovery-webfinger-url": "Issuers are configured, never found by WebFinger",
  "oidcc-client-test-dynamic-registration": "The client is registered by whoever runs the application",
  "oidcc-client-test-missing-athash": "Implicit and hybrid flow alone demand at_hash",
  "oidcc-client-test-missing-chash": "Hybrid flow alone demands c_hash",
  "oidcc-client-test-mtls-endpoint-aliases":
    "Takes a client certificate in the TLS socket: tried with the suite itself",
  "oidcc-client-test-request-uri-signed-none": "Request objects are not sent; unsigned ones least of all",
  "oidcc-client-test-request-uri-signed-rs256":
    "Request objects are not sent: a pushed request (RFC 9126) does the same",
  "oidcc-client-test-session-management":
    "Session management by frames is not done: browsers withhold its cookies",
  "oidcc-client-test-userinfo-bearer-body": "The token goes in the header, as RFC 6750 §2.1 wants it",
  "fapi2-security-profile-final-client-test-ensure-jarm-signature-is-not-none": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-with-expired-exp-fails": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-with-invalid-aud-fails": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-with-invalid-iss-fails": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-with-invalid-sig-fails": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-without-aud-fails": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-without-exp-fails": jarm,
  "fapi2-security-profile-final-client-test-ensure-jarm-without-iss-fails": jarm,
  "fapi2-security-profile-final-client-test-invalid-openbanking-intent-id": "Open Banking UK's own claim",
};

export { second };

/** The first ID token is good, and those after it are bent. */
function afterFirst(name: string, value: unknown): ProviderScript {
  let count = 0;
  return {
    idToken: {
      claims: (good) => {
        count += 1;
        return count === 1 ? good : { ...good, [name]: value };
      },
    },
  };
}
