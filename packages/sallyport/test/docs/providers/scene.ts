// A provider page's issuer, and the tokens that arrive: what the page's test, and the command's, play with.
import type { SallyportDeps, SallyportOptions } from "../../../src/frameworks/exports.ts";
import { type FakeIssuer, fakeIssuer, providerTokens, signSample } from "../../../src/testing/index.ts";
import * as auth0 from "../pages/providers/auth0.ts";
import * as authentik from "../pages/providers/authentik.ts";
import * as cognito from "../pages/providers/cognito.ts";
import * as entraId from "../pages/providers/entra-id.ts";
import * as githubActions from "../pages/providers/github-actions.ts";
import * as google from "../pages/providers/google.ts";
import * as keycloak from "../pages/providers/keycloak.ts";
import * as kubernetes from "../pages/providers/kubernetes.ts";
import * as okta from "../pages/providers/okta.ts";
import type { Arrives } from "./mistakes.ts";
import { type Page, pages } from "./visits.ts";

/** What the code of a page exports. */
export interface Code {
  readonly options: SallyportOptions;
  readonly build: (deps?: SallyportDeps) => import("fastify").FastifyInstance;
}

const codes: Readonly<Record<string, Code>> = {
  auth0,
  authentik,
  cognito,
  entraId,
  githubActions,
  google,
  keycloak,
  kubernetes,
  okta,
};

export function codeOf(name: string): Code {
  const code = codes[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())];
  if (!code) throw new TypeError(`no code ${name}`);
  return code;
}

function pageOf(name: string): Page {
  const page = pages[name];
  if (!page) throw new TypeError(`no page ${name}`);
  return page;
}

const issuers = new Map<string, FakeIssuer>();

/** The page's issuer, which makes its key once. */
export function issuerOf(name: string): FakeIssuer {
  const idp = issuers.get(name) ?? makeIssuer(name);
  issuers.set(name, idp);
  return idp;
}

/** Metadata and keys come from nowhere but here. */
export function makeIssuer(name: string): FakeIssuer {
  const { preset, issuer } = pageOf(name);
  const { audience = [] } = codeOf(name).options;
  const idp = fakeIssuer({ preset, issuer, audience });
  const send: typeof fetch = (input, init) =>
    // The fake publishes its keys elsewhere than a cluster does.
    idp.deps.fetch(String(input).replace(/\/openid\/v1\/jwks$/, "/jwks"), init);
  return { ...idp, deps: { ...idp.deps, fetch: send } };
}

export function sampleOf(name: string, id: string, changes: object = {}) {
  const { preset } = pageOf(name);
  const sample = providerTokens[preset].find((one) => one.id === id);
  if (!sample) throw new TypeError(`no sample ${preset}/${id}`);
  return {
    ...sample,
    claims: (context: Parameters<typeof sample.claims>[0]) => ({ ...sample.claims(context), ...changes }),
  };
}

/** The token that arrives by a mistake. */
export async function arriving(name: string, what: Arrives): Promise<string> {
  if ("text" in what) return what.text;
  const idp = issuerOf(name);
  const token = await signSample(idp, sampleOf(name, what.sample, what.claims));
  if (!what.header) return token;
  // Its header is another than the one that was signed.
  const [header = "", ...rest] = token.split(".");
  const signed = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
  const text = JSON.stringify({ ...signed, ...what.header });
  return [Buffer.from(text).toString("base64url"), ...rest].join(".");
}
