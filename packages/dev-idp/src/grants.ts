// What a person lets an application do: granted without asking to first-party applications.
/// <reference path="./oidc-provider.d.ts" />
import type { Context, Grant, Provider } from "oidc-provider";
import type { Directory } from "./directory.ts";
import { type Person, subjectOf } from "./people.ts";

interface Wanted {
  person: Person;
  clientId: string;
  scopes: Iterable<string>;
  resources: Iterable<string>;
  /** A grant that the person gave before, to be widened. */
  existing?: Grant | undefined;
}

/**
 * Saves a grant for what is wanted, and returns it. A scope of the API is granted only where the person has the
 * permission of that name, and is noted as rejected otherwise, so that it is neither granted nor asked for again.
 */
export async function saveGrant(provider: Provider, directory: Directory, wanted: Wanted): Promise<Grant> {
  const { person, clientId, scopes, resources, existing } = wanted;
  const grant = existing ?? new provider.Grant({ accountId: subjectOf(person), clientId });
  const known = [...scopes];
  const refused = known.filter(
    (scope) => directory.apiScopes.includes(scope) && !person.permissions.includes(scope),
  );
  const granted = known.filter((scope) => !refused.includes(scope));
  if (granted.length > 0) grant.addOIDCScope(granted.join(" "));
  if (refused.length > 0) grant.rejectOIDCScope(refused.join(" "));
  for (const resource of resources) {
    if (granted.length > 0) grant.addResourceScope(resource, granted.join(" "));
    if (refused.length > 0) grant.rejectResourceScope(resource, refused.join(" "));
  }
  await grant.save();
  return grant;
}

/** oidc-provider's `loadExistingGrant`: the grant that was given before; a first-party client's, widened as it asks. */
export function grantLoader(directory: Directory): (ctx: Context) => Promise<Grant | undefined> {
  return async (ctx) => {
    const { oidc } = ctx;
    const { provider } = oidc as unknown as { provider: Provider };
    const clientId = oidc.client?.clientId ?? "";
    const grantId = oidc.result?.consent?.grantId ?? oidc.session?.grantIdFor(clientId);
    const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const person = directory.personBySubject(oidc.account?.accountId);
    if (!person || directory.client(clientId)?.firstParty === false) return existing;
    return saveGrant(provider, directory, {
      person,
      clientId,
      scopes: oidc.requestParamOIDCScopes,
      resources: Object.keys(oidc.resourceServers),
      existing,
    });
  };
}
