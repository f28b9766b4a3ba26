// How each provider's access token is put together from what a test says: one row a preset.
import type { IdentityKind } from "../identity.ts";
import type { PresetName } from "../verify/index.ts";

/** What a row of {@link tokenShapes} knows of the token to be made. */
export interface TokenDraft {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly kind: IdentityKind;
  /** What the test asked for; a row has defaults of its own. */
  readonly subject: string | undefined;
  readonly clientId: string | undefined;
  /** Unique among the tokens of one issuer. */
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** One provider's row. */
export interface TokenShape {
  /** An issuer URL of this provider's form. */
  readonly issuer: string;
  /** Who its tokens can speak for; the first is the usual one. */
  readonly kinds: readonly [IdentityKind, ...IdentityKind[]];
  /** The claims beside `iss`, `aud`, `iat` and `exp`; a claim here stands over those. */
  readonly claims: (draft: TokenDraft) => Readonly<Record<string, unknown>>;
}

const client = "client-1";
const person = "user-1";
const tenant = "00000000-0000-4000-8000-0000000000f1";

const googleClients = ".apps.googleusercontent.com";

/** `sub` and the client, where an application's `sub` is its client's id. */
function parties({ kind, subject, clientId }: TokenDraft) {
  if (kind === "user") return { subject: subject ?? person, clientId: clientId ?? client };
  const id = clientId ?? subject ?? client;
  if (subject !== undefined && subject !== id) {
    throw new TypeError(
      "An application's token has one value as subject and clientId; leave one of them out",
    );
  }
  return { subject: id, clientId: id };
}

export const tokenShapes: Readonly<Record<PresetName, TokenShape>> = {
  rfc9068: {
    issuer: "https://issuer.example",
    kinds: ["user", "service"],
    claims(draft) {
      const { subject, clientId } = parties(draft);
      return { sub: subject, client_id: clientId, jti: draft.tokenId };
    },
  },
  entra: {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    kinds: ["user", "service"],
    claims(draft) {
      const { subject, clientId } = parties(draft);
      const v1 = new URL(draft.issuer).hostname.startsWith("sts.");
      return {
        sub: subject,
        oid: subject,
        tid: new URL(draft.issuer).pathname.split("/")[1],
        ...(v1 ? { appid: clientId, ver: "1.0" } : { azp: clientId, ver: "2.0" }),
        idtyp: draft.kind === "service" ? "app" : "user",
        uti: draft.tokenId,
        nbf: draft.now,
      };
    },
  },
  okta: {
    issuer: "https://example.okta.com/oauth2/default",
    kinds: ["user", "service"],
    claims(draft) {
      const { subject, clientId } = parties(draft);
      return {
        ver: 1,
        jti: `AT.${draft.tokenId}`,
        sub: subject,
        cid: clientId,
        scp: [],
        ...(draft.kind === "user" && { uid: subject }),
      };
    },
  },
  auth0: {
    issuer: "https://example.eu.auth0.com/",
    kinds: ["user", "service"],
    claims({ kind, subject, clientId = client }) {
      if (kind === "user") return { sub: subject ?? `auth0|${person}`, azp: clientId };
      return { sub: subject ?? `${clientId}@clients`, azp: clientId, gty: "client-credentials" };
    },
  },
  "google-id-token": {
    issuer: "https://accounts.google.com",
    kinds: ["user", "service"],
    claims(draft) {
      const { kind, subject, clientId = `${client}${googleClients}` } = draft;
      if (kind === "service") return { sub: parties(draft).subject, azp: parties(draft).clientId };
      if (!clientId.endsWith(googleClients)) {
        throw new TypeError(
          `\`clientId\` takes one that ends in ${googleClients}, as every person's token from Google has`,
        );
      }
      return { sub: subject ?? person, azp: clientId };
    },
  },
  keycloak: {
    issuer: "https://sso.example.com/realms/demo",
    kinds: ["user", "service"],
    claims({ kind, subject, clientId = client, tokenId }) {
      const common = { jti: tokenId, typ: "Bearer", azp: clientId, acr: "1" };
      if (kind === "user") return { ...common, sub: subject ?? person, sid: "session-1" };
      return {
        ...common,
        sub: subject ?? `account-of-${clientId}`,
        client_id: clientId,
        clientHost: "192.0.2.10",
        clientAddress: "192.0.2.10",
      };
    },
  },
  authentik: {
    issuer: "https://auth.example.com/application/o/demo/",
    kinds: ["user", "service"],
    claims({ kind, subject, clientId = client, tokenId, now }) {
      const common = {
        azp: clientId,
        uid: tokenId,
        acr: "goauthentik.io/providers/oauth2/default",
        auth_time: now,
      };
      if (kind === "user") return { ...common, sub: subject ?? person, sid: "session-1" };
      return { ...common, sub: subject ?? `account-of-${clientId}` };
    },
  },
  cognito: {
    issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01",
    kinds: ["user", "service"],
    claims(draft) {
      // Without a resource, Cognito names no audience: the client is what the API knows its tokens by.
      const clientId = draft.clientId ?? draft.audience[0];
      if (draft.kind === "service") parties({ ...draft, clientId });
      return {
        sub: draft.kind === "user" ? (draft.subject ?? person) : clientId,
        client_id: clientId,
        ...(draft.clientId === undefined && { aud: undefined }),
        token_use: "access",
        jti: draft.tokenId,
        version: 2,
        ...(draft.kind === "user" && { username: draft.subject ?? person, auth_time: draft.now }),
      };
    },
  },
  "github-actions": {
    issuer: "https://token.actions.githubusercontent.com",
    kinds: ["workload"],
    claims: ({ subject, tokenId, now }) => ({
      sub: subject ?? "repo:example-org/example-repo:ref:refs/heads/main",
      jti: tokenId,
      nbf: now,
      repository: "example-org/example-repo",
      repository_id: "2000001",
      repository_owner: "example-org",
      repository_owner_id: "1000001",
      run_id: "3000001",
      ref: "refs/heads/main",
      ref_type: "branch",
      event_name: "push",
      workflow: "deploy",
    }),
  },
  kubernetes: {
    issuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000001",
    kinds: ["workload"],
    claims({ subject = "system:serviceaccount:default:worker", tokenId, now }) {
      const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(subject) ?? [];
      if (!name) throw new TypeError("`subject` takes system:serviceaccount:<namespace>:<name>");
      return {
        sub: subject,
        jti: tokenId,
        nbf: now,
        "kubernetes.io": { namespace, serviceaccount: { name, uid: `uid-of-${namespace}-${name}` } },
      };
    },
  },
};
