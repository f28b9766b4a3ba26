// Each provider page: whose tokens its code takes, and what their bearers may do.
import type { PresetName } from "../../../src/index.ts";

export interface Page {
  readonly preset: PresetName;
  /** As callers write it; it is not always in the configuration. */
  readonly issuer: string;
  readonly path: readonly ["GET" | "POST", string];
  /** A sample token, with claims that differ from it, and the answer. */
  readonly visits: readonly (readonly [
    sample: string,
    claims: Readonly<Record<string, unknown>>,
    status: number,
  ])[];
}

const orders = ["GET", "/orders"] as const;

export const pages: Readonly<Record<string, Page>> = {
  keycloak: {
    preset: "keycloak",
    issuer: "https://sso.example.com/realms/demo",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["person-at-jwt", {}, 200],
      ["service-account", {}, 200],
      ["person", { resource_access: { "other-api": { roles: ["reader"] } } }, 403],
      ["person", { resource_access: {}, realm_access: { roles: ["reader"] } }, 200],
    ],
  },
  "entra-id": {
    preset: "entra",
    issuer: "https://login.microsoftonline.com/00000000-0000-4000-8000-0000000000f1/v2.0",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["person-v1", { aud: "api://00000000-0000-4000-8000-0000000000a1", scp: "Orders.Read" }, 200],
      ["application", {}, 403],
      ["application", { roles: ["Orders.Read.All"] }, 200],
    ],
  },
  okta: {
    preset: "okta",
    issuer: "https://example.okta.com/oauth2/default",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["application", {}, 200],
      ["person", { scp: ["openid", "profile"] }, 403],
    ],
  },
  auth0: {
    preset: "auth0",
    issuer: "https://example.eu.auth0.com/",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["person-rfc9068", {}, 200],
      ["machine", {}, 403],
      ["machine-with-scope", { scope: "read:orders" }, 200],
    ],
  },
  google: {
    preset: "google-id-token",
    issuer: "https://accounts.google.com",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["person", { hd: undefined }, 403],
      ["person", { hd: "example.org" }, 403],
      ["service-account", {}, 200],
      ["service-account", { sub: "100000000000000000010", azp: "100000000000000000010" }, 403],
    ],
  },
  authentik: {
    preset: "authentik",
    issuer: "https://auth.example.com/application/o/orders/",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["machine", {}, 403],
    ],
  },
  cognito: {
    preset: "cognito",
    issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01",
    path: orders,
    visits: [
      ["person", {}, 200],
      ["machine", {}, 200],
      ["person-of-password-sign-in", {}, 403],
    ],
  },
  "github-actions": {
    preset: "github-actions",
    issuer: "https://token.actions.githubusercontent.com",
    path: ["POST", "/deploy"],
    visits: [
      ["environment", {}, 200],
      ["environment", { repository_id: "2000002" }, 403],
      ["pull-request", {}, 403],
    ],
  },
  kubernetes: {
    preset: "kubernetes",
    issuer: "https://kubernetes.default.svc.cluster.local",
    path: orders,
    visits: [
      ["pod", {}, 200],
      ["several-audiences", {}, 200],
    ],
  },
};
