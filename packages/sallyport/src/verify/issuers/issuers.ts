// Options → one policy an issuer. Every contradiction is found here, at construction.
import { type ClaimPath, claimPath } from "../../claim-path.ts";
import type { IdentityKind } from "../../identity.ts";
import { checkOptions, type Elsewhere } from "../../options.ts";
import { type IntrospectionSettings, resolveIntrospection } from "../introspection/settings.ts";
import { type Algorithm, algorithms } from "../keys/algorithms.ts";
import { verifierOptionTable } from "../options.ts";
import { checkIssuerForm } from "./issuer-form.ts";
import { type ClaimName, type IssuerOptions, issuerOptionTable } from "./issuer-options.ts";
import { type ClaimTest, compileCondition, type Preset } from "./preset.ts";
import { checkPreset } from "./preset-check.ts";
import { inferPreset } from "./preset-choice.ts";
import { presets } from "./presets.ts";
import { type ResolvedIssuer, tenantIssuer } from "./tenants.ts";
import { requireHttps } from "./urls.ts";

/** Where the claims of an issuer are found; the configuration's names before the preset's. */
export interface ClaimMap {
  readonly scopes: readonly ClaimPath[];
  readonly scopeList: boolean;
  readonly roles: readonly ClaimPath[];
  readonly groups: readonly ClaimPath[];
  readonly permissions: readonly ClaimPath[];
  readonly roleMap: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** All there is to know about one trusted issuer, resolved and frozen. */
export interface IssuerPolicy {
  /** The issuer's name in health, logs and events; for several tenants, the shared form. */
  readonly name: string;
  /** Every `iss` that is accepted → its tenant (`undefined` where the issuer has none). */
  readonly accepted: ReadonlyMap<string, string | undefined>;
  /** What the discovery document's `issuer` may be. */
  readonly discovered: readonly string[];
  readonly discoveryUrl: string;
  /** What clients are told of where they get tokens: issuers by the names that their own metadata has. */
  readonly authorizationServers: readonly string[];
  /** Where the issuer's own name leads (OIDC Discovery §4), whatever `discoveryUrl` says. */
  readonly wellKnown: string;
  readonly preset: Preset;
  /** The preset's conditions, compiled. */
  readonly accept: readonly ClaimTest[];
  readonly refuse: readonly ClaimTest[];
  readonly kinds: readonly { readonly kind: IdentityKind; readonly when: ClaimTest }[];
  readonly inferred: boolean;
  readonly audience: readonly string[];
  readonly audienceRequired: boolean;
  readonly algorithms: readonly Algorithm[];
  readonly claimMap: ClaimMap;
  readonly requiredClaims: readonly ClaimPath[];
  readonly requiredScopes: readonly string[];
  readonly requiredPermissions: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly maxTokenAgeSeconds: number | undefined;
  /** How the issuer is asked about its tokens; `undefined` where it never is. */
  readonly introspection: IntrospectionSettings | undefined;
  readonly options: IssuerOptions;
}

const metadataPath = "/.well-known/openid-configuration";

/** What is said once, for all issuers. */
const besideIssuers: Elsewhere = {
  table: verifierOptionTable,
  place: () => "belongs beside `issuers`, not into one of them",
};

/**
 * Resolves one issuer's options.
 *
 * @param signIn whether people sign in there: then it may have no audience, and none of its access tokens is taken
 * @throws TypeError one sentence that names the option and what it takes
 */
export function resolveIssuer(options: IssuerOptions, where: string, signIn = false): IssuerPolicy {
  checkOptions(where, options, issuerOptionTable, besideIssuers);
  checkIssuerForm(options, where, signIn && options.audience === undefined);
  const { preset: row, inferred } = presetOf(options, where);
  // A copy that is not frozen: V8 goes through frozen lists slowly, and every token goes through these.
  const preset = structuredClone(row);
  const { name, accepted, discovered, metadata } = issuerOf(options, preset, where);
  for (const option of ["discoveryUrl", "jwksUri"] as const) {
    const url = options[option];
    if (url !== undefined) requireHttps(url, option, options, where);
  }
  if (options.jwksUri?.endsWith(metadataPath)) {
    throw new TypeError(
      `${where}: \`jwksUri\` takes the address of the keys; that of the metadata goes into \`discoveryUrl\``,
    );
  }
  if (signIn && options.secret !== undefined) {
    throw new TypeError(
      `${where}: \`secret\` is of tokens that anyone who checks them could make: nobody signs in by those`,
    );
  }
  const audience = audienceOf(options, preset, where, signIn);
  const wellKnown = `${metadata.replace(/\/$/, "")}${metadataPath}`;
  return Object.freeze({
    name,
    accepted,
    discovered,
    discoveryUrl: options.discoveryUrl ?? wellKnown,
    wellKnown,
    authorizationServers:
      audience.length > 0 && (options.authorizationServer ?? preset.authorizationServer ?? true)
        ? serversOf(name, accepted)
        : [],
    preset,
    accept: preset.accept.map(compileCondition),
    refuse: preset.refuse.map(compileCondition),
    kinds: preset.kinds.map(({ kind, when }) => ({ kind, when: compileCondition(when) })),
    inferred,
    audience,
    audienceRequired: true,
    // Copies: what the caller does with a list afterwards can't widen what was decided here.
    algorithms: [...algorithmsOf(options, preset, where)],
    claimMap: claimMapOf(options, preset, audience),
    requiredClaims: (options.requiredClaims ?? []).map(claimPath),
    requiredScopes: [...(options.requiredScopes ?? [])],
    requiredPermissions: [...(options.requiredPermissions ?? [])],
    clockToleranceSeconds: options.clockToleranceSeconds ?? 5,
    maxTokenAgeSeconds: options.maxTokenAgeSeconds,
    introspection: resolveIntrospection(options, preset, where),
    options,
  });
}

function presetOf(options: IssuerOptions, where: string): { preset: Preset; inferred: boolean } {
  const { preset, issuer, tenantId, tenants } = options;
  if (typeof preset === "string") return { preset: presets[preset], inferred: false };
  if (preset !== undefined) return { preset: checkPreset(preset, where), inferred: false };
  if (issuer === undefined && (tenantId ?? tenants) !== undefined)
    return { preset: presets.entra, inferred: true };
  const inferred = issuer === undefined ? undefined : inferPreset(issuer);
  return inferred ? { preset: inferred, inferred: true } : { preset: presets.rfc9068, inferred: false };
}

function issuerOf(options: IssuerOptions, preset: Preset, where: string): ResolvedIssuer {
  const { tenantId, tenants } = options;
  if (preset.tenancy) return tenantIssuer(options, preset.tenancy, where);
  if ((tenantId ?? tenants) !== undefined) {
    throw new TypeError(`${where}: \`${tenantId ? "tenantId" : "tenants"}\` goes with the preset entra only`);
  }
  const issuer = options.issuer ?? preset.issuer;
  if (issuer === undefined)
    throw new TypeError(`${where}: \`issuer\` is missing; it takes ${issuerOptionTable.issuer.takes}`);
  requireHttps(issuer, "issuer", options, where);
  const { search, hash } = new URL(issuer);
  if (search || hash || issuer.endsWith("?") || issuer.endsWith("#")) {
    throw new TypeError(`${where}: \`issuer\` takes a URL without a query or a fragment (RFC 8414 §2)`);
  }
  const aliases = issuer === preset.issuer ? (preset.issuerAliases ?? []) : [];
  return {
    name: issuer,
    accepted: new Map([issuer, ...aliases].map((name) => [name, undefined])),
    discovered: [issuer],
    metadata: issuer,
  };
}

/** Several tenants share a name that no metadata document has: each tenant has one of its own. */
function serversOf(name: string, accepted: IssuerPolicy["accepted"]): readonly string[] {
  const byTenant = new Map<string | undefined, string>();
  for (const [issuer, tenant] of accepted) if (!byTenant.has(tenant)) byTenant.set(tenant, issuer);
  return byTenant.size > 1 ? [...byTenant.values()] : [name];
}

function audienceOf(
  { audience, introspection }: IssuerOptions,
  preset: Preset,
  where: string,
  signIn: boolean,
): readonly string[] {
  if (audience === undefined) {
    if (signIn && introspection === undefined) return [];
    throw new TypeError(`${where}: \`audience\` is missing; it takes ${issuerOptionTable.audience.takes}`);
  }
  const list = Object.freeze(typeof audience === "string" ? [audience] : [...audience]);
  if (preset.singleAudience && list.length !== 1) {
    throw new TypeError(`${where}: \`audience\` takes exactly one value with the preset ${preset.name}`);
  }
  return list;
}

function algorithmsOf(options: IssuerOptions, preset: Preset, where: string): readonly Algorithm[] {
  const { secret, jwks, jwksUri, discoveryUrl } = options;
  if (jwks && (jwksUri ?? discoveryUrl) !== undefined) {
    throw new TypeError(`${where}: \`jwks\` excludes \`jwksUri\` and \`discoveryUrl\`: nothing is fetched`);
  }
  if (jwksUri !== undefined && discoveryUrl !== undefined) {
    throw new TypeError(
      `${where}: \`jwksUri\` and \`discoveryUrl\` exclude each other: with jwksUri no discovery is made`,
    );
  }
  const list = options.algorithms ?? (secret === undefined ? preset.algorithms : []);
  const symmetric = list.filter((name) => algorithms[name].kty === "oct");
  if (secret === undefined) {
    if (symmetric.length > 0)
      throw new TypeError(`${where}: \`algorithms\` names ${symmetric[0]}, which needs \`secret\``);
    return list;
  }
  if ((jwks ?? jwksUri ?? discoveryUrl) !== undefined) {
    throw new TypeError(
      `${where}: \`secret\` excludes \`jwks\`, \`jwksUri\` and \`discoveryUrl\` (RFC 8725 §2.1)`,
    );
  }
  if (list.length === 0 || symmetric.length !== list.length) {
    throw new TypeError(
      `${where}: \`secret\` goes with \`algorithms\` of HS256, HS384 and HS512 only; name them`,
    );
  }
  return list;
}

function claimMapOf(options: IssuerOptions, preset: Preset, audience: readonly string[]): ClaimMap {
  // `{audience}` in a preset's path stands for each configured audience.
  const each = (path: ClaimPath): readonly ClaimPath[] =>
    path.includes("{audience}")
      ? audience.map((one) => path.map((step) => (step === "{audience}" ? one : step)))
      : [path];
  const paths = (name: ClaimName | undefined, fallback: readonly ClaimPath[]) =>
    name === undefined ? fallback : [claimPath(name)];
  return {
    scopes: paths(options.scopeClaim, preset.scopes),
    // Whoever names the claim knows its form; RFC 9068 §2.2.3 has a string.
    scopeList: preset.scopeList === true || options.scopeClaim !== undefined,
    roles: paths(options.roleClaim, preset.roles).flatMap(each),
    groups: paths(options.groupClaim, preset.groups).flatMap(each),
    permissions: paths(options.permissionClaim, preset.permissions).flatMap(each),
    roleMap: structuredClone(options.roleMap),
  };
}
