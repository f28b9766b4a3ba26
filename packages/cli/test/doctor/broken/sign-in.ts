// Providers, clients and callbacks by which nobody can sign in, in one way each.
import type { Json } from "../../support/scripted-provider.ts";
import { client, json, pages, type SignInScript } from "../../support/scripted-sign-in.ts";
import { with_, without } from "./provider.ts";

/** One broken sign-in. */
export interface BrokenSignIn {
  readonly name: string;
  readonly script?: SignInScript;
  /** What is found beyond the notes, and nothing else. */
  readonly finds: string;
  readonly mend: RegExp;
  readonly sentence?: RegExp;
  readonly args?: readonly string[];
  readonly secret?: string;
}

const document = (change: (good: Json) => Json): SignInScript => ({ metadata: change });

export const brokenSignIns: readonly BrokenSignIn[] = [
  {
    name: "no place to sign in at",
    script: document(without("authorization_endpoint")),
    finds: "authorization_endpoint_missing",
    mend: /issuer that people sign in at/,
  },
  {
    name: "no place to redeem a code",
    script: document(without("token_endpoint")),
    finds: "token_endpoint_missing",
    mend: /code flow/,
  },
  {
    name: "implicit answers alone",
    script: document(with_({ response_types_supported: ["id_token"] })),
    finds: "code_flow_missing",
    mend: /RFC 9700/,
  },
  {
    name: "a secret, where the provider takes keys alone",
    script: document(with_({ token_endpoint_auth_methods_supported: ["private_key_jwt"] })),
    finds: "secret_not_offered",
    mend: /login\.privateKey/,
  },
  {
    name: "a callback that is not registered",
    args: ["--callback-url", "https://app.example/auth/v2/callback/"],
    finds: "callback_not_registered",
    mend: /to the letter/,
    sentence: /does not know https:\/\/app\.example\/auth\/v2\/callback\/ as an address .*\(400\)/,
  },
  {
    name: "a client that is not there",
    args: ["--client-id", "wob"],
    finds: "client_unknown secret_refused",
    mend: /Compare `clientId`/,
  },
  {
    name: "a refusal without a word of what for",
    script: { authorize: (right) => (right === pages.signIn ? pages.wordless : right) },
    finds: "authorization_refused",
    mend: /to the letter/,
  },
  {
    name: "a refusal by a redirect to a page of errors",
    script: {
      authorize: (right) =>
        right === pages.signIn ? { status: 302, headers: { location: "/sign/error?x" } } : right,
    },
    finds: "authorization_refused",
    mend: /in a browser/,
  },
  {
    name: "a client that may not use the code flow",
    script: {
      authorize: (right, { callback }) =>
        right === pages.signIn
          ? { status: 302, headers: { location: `${callback}?error=unauthorized_client` } }
          : right,
    },
    finds: "authorization_error",
    mend: /unauthorized_client: allow/,
    sentence: /with unauthorized_client$/,
  },
  {
    name: "any callback at all",
    script: { authorize: (right) => (right === pages.wrongCallback ? pages.signIn : right) },
    finds: "any_callback_accepted",
    mend: /RFC 9700 §4\.1/,
  },
  {
    name: "codes for any callback at all",
    script: {
      authorize: (right, { callback }) =>
        right === pages.wrongClient ? right : { status: 302, headers: { location: `${callback}?code=1` } },
    },
    finds: "any_callback_accepted",
    mend: /RFC 9700 §4\.1/,
  },
  {
    name: "a sign-in that breaks",
    script: { authorize: () => ({ status: 502 }) },
    finds: "authorization_unanswered",
    mend: /Who is signed in stays so/,
    sentence: /\(502\)/,
  },
  {
    name: "a wrong secret",
    secret: "not-the-secret-of-web",
    finds: "secret_refused",
    mend: /without a line break/,
    sentence: /\(invalid_client\)/,
  },
  {
    name: "a wrong secret, and 401 without a word",
    secret: "not-the-secret-of-web",
    script: { token: (right) => (right.status === 401 ? { status: 401 } : right) },
    finds: "secret_refused",
    mend: /login\.privateKey/,
    sentence: /\(401\)/,
  },
  {
    name: "a secret that has to be in the form",
    script: {
      token: (right, { method }) =>
        method === "client_secret_basic" ? json(401, { error: "invalid_client" }) : right,
    },
    finds: "secret_sent_otherwise",
    mend: /OIDC_AUTH_METHOD/,
    sentence: /by client_secret_post, and not by client_secret_basic/,
  },
  {
    name: "the same the other way, as it is told to",
    args: ["--auth-method", "client_secret_post"],
    script: {
      token: (right, { method }) =>
        method === "client_secret_post" ? json(401, { error: "invalid_client" }) : right,
    },
    finds: "secret_sent_otherwise",
    mend: /OIDC_AUTH_METHOD/,
    sentence: /by client_secret_basic, and not by client_secret_post/,
  },
  {
    name: "a wrong secret, and a form that nobody looks at",
    secret: "not-the-secret-of-web",
    script: {
      token: (right, { method }) =>
        method === "client_secret_post" ? json(400, { error: "invalid_grant" }) : right,
    },
    finds: "secret_refused",
    mend: /Copy the secret/,
  },
  {
    name: "a token endpoint that breaks",
    script: { token: () => ({ status: 500 }) },
    finds: "token_endpoint_unanswered",
    mend: /reach that address/,
    sentence: /\(500\)/,
  },
];

/** Nothing to mend, and a note that says what was learnt, or that nothing could be. */
export const noted: readonly {
  name: string;
  script: SignInScript;
  notes: readonly string[];
  args?: readonly string[];
}[] = [
  { name: "a client that is well", script: {}, notes: ["callback_registered", "secret_accepted"] },
  {
    name: "error pages that look like a sign-in",
    script: { authorize: (right) => ({ ...right, status: 200 }) },
    notes: ["callback_cannot_be_told", "secret_accepted"],
  },
  {
    name: "a provider that looks at the code first",
    script: { token: () => json(400, { error: "invalid_grant" }) },
    notes: ["callback_registered", "secret_cannot_be_told"],
  },
  {
    name: "a provider with a word of its own",
    script: { token: () => json(400, { error: "invalid_request" }) },
    notes: ["callback_registered", "secret_cannot_be_told"],
  },
  {
    name: "somebody who is signed in already: a code comes at once",
    script: {
      authorize: (right) =>
        right === pages.signIn ? { status: 302, headers: { location: `${client.callback}?code=1` } } : right,
    },
    notes: ["callback_registered", "secret_accepted"],
  },
  {
    name: "pushed requests alone",
    script: { metadata: with_({ require_pushed_authorization_requests: true }) },
    notes: ["secret_accepted", "pushed_requests", "sign_in_not_tried"],
  },
];
