// One provider, many tenants, shared keys (Entra ID): which `iss` values a configuration means, and whose a key is.
import type { JsonObject } from "../../identity.ts";
import type { IssuerOptions } from "./issuer-options.ts";
import type { Tenancy } from "./preset.ts";
import { requireHttps } from "./urls.ts";

/** The `iss` values that an issuer's options stand for. */
export interface ResolvedIssuer {
  readonly name: string;
  readonly accepted: ReadonlyMap<string, string | undefined>;
  readonly discovered: readonly string[];
  /** Where the metadata lives. */
  readonly metadata: string;
}

/** Several tenants of one provider: an explicit list of `iss` values, which no pattern can widen. */
export function tenantIssuer(options: IssuerOptions, tenancy: Tenancy, where: string): ResolvedIssuer {
  const { issuer, tenantId } = options;
  if (tenantId !== undefined && options.tenants !== undefined) {
    throw new TypeError(`${where}: \`tenantId\` and \`tenants\` exclude each other`);
  }
  // Tokens carry the id in lower case; people paste it as they find it.
  let tenants = (tenantId === undefined ? options.tenants : [tenantId])?.map((tenant) =>
    tenant.toLowerCase(),
  );
  const url = issuer === undefined ? undefined : new URL(issuer);
  const cloud = url ? tenancy.issuers.find(({ host }) => host.test(url.hostname)) : tenancy.issuers[0];
  if (url) requireHttps(url.href, "issuer", options, where);
  if (!cloud) throw new TypeError(`${where}: \`issuer\` is not a URL of this preset's provider`);
  const first = cloud.forms[0] as string;
  const refuseOtherForms = (segment: string, shown: string) => {
    if (cloud.forms.some((form) => form.replaceAll("{tenant}", segment) === issuer)) return;
    throw new TypeError(
      `${where}: \`issuer\` takes ${first.replaceAll("{tenant}", shown)} for this provider`,
    );
  };
  let shared = "common";
  if (url) {
    const segment = url.pathname.split("/")[1] ?? "";
    if (tenancy.tenant.test(segment)) {
      if (tenants && !(tenants.length === 1 && tenants[0] === segment)) {
        throw new TypeError(`${where}: \`issuer\` already names the one tenant; leave \`tenants\` out`);
      }
      tenants = [segment];
      refuseOtherForms(segment, "<tenant>");
    } else if (tenancy.shared.includes(segment)) {
      refuseOtherForms(segment, segment);
      shared = segment;
    } else {
      const form = tenancy.tenant.test(segment.toLowerCase()) ? "in lower case" : "(a GUID), not its name";
      throw new TypeError(`${where}: \`issuer\` takes the tenant's id ${form}, since tokens carry it so`);
    }
  }
  if (!tenants)
    throw new TypeError(
      `${where}: \`tenants\` is missing; it takes the list of tenants whose tokens are accepted`,
    );
  const wrong = tenants.find((tenant) => !tenancy.tenant.test(tenant));
  if (wrong !== undefined) {
    const option = tenantId === undefined ? "tenants" : "tenantId";
    throw new TypeError(`${where}: \`${option}\` takes tenant ids (GUIDs)`);
  }
  const accepted = new Map<string, string | undefined>();
  for (const tenant of tenants)
    for (const form of cloud.forms) accepted.set(form.replaceAll("{tenant}", tenant), tenant);
  const only = tenants.length === 1 ? tenants[0] : undefined;
  const metadata =
    issuer && only && !tenancy.shared.includes(url?.pathname.split("/")[1] ?? "")
      ? issuer
      : first.replaceAll("{tenant}", only ?? shared);
  return {
    name: metadata,
    accepted,
    discovered: [
      ...accepted.keys(),
      ...cloud.forms.map((form) => form.replaceAll("{tenant}", tenancy.placeholder)),
    ],
    metadata,
  };
}

/** What the tenant rules need of an issuer's policy. */
interface TenantPolicy {
  readonly preset: { readonly tenancy?: Tenancy };
  readonly accepted: ReadonlyMap<string, string | undefined>;
}

/** The tenant rule (Entra ID): the tenant in `iss` and the tenant claim are the same. */
export function tenantMatches(policy: TenantPolicy, claims: JsonObject): boolean {
  const { tenancy } = policy.preset;
  if (!tenancy) return true;
  const tenant = claims[tenancy.claim];
  // A person's token may lack it; with one tenant `iss` alone says enough.
  if (tenant === undefined) return new Set(policy.accepted.values()).size === 1;
  return tenant === policy.accepted.get(claims.iss as string);
}

/** Whether a key that states its own issuer may sign for this token's (Entra ID's shared key sets). */
export function keyMayServe(policy: TenantPolicy, keyIssuer: string | undefined, iss: string): boolean {
  const { tenancy } = policy.preset;
  if (!tenancy || keyIssuer === undefined) return true;
  const tenant = policy.accepted.get(iss);
  if (tenant === undefined) return false;
  const stated = keyIssuer.replaceAll(tenancy.placeholder, tenant);
  // Keys state the v2 form even where the token has the v1 form: any form of the same tenant is the same issuer.
  return policy.accepted.get(stated) === tenant;
}
