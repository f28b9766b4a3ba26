// Who and what this provider knows: people, clients, scopes and audiences, looked up by name.
import type { Client } from "./clients.ts";
import { type Person, subjectOf } from "./people.ts";

export interface Directory {
  readonly people: readonly Person[];
  readonly clients: readonly Client[];
  /** The default audience first. */
  readonly audiences: readonly string[];
  /** Every scope of the API: all that a person or a client may do. */
  readonly apiScopes: readonly string[];
  personBySubject(subject: string | undefined): Person | undefined;
  personByUsername(username: string | null): Person | undefined;
  client(id: string | undefined): Client | undefined;
}

/** What of it one may set: by options, or in a file. */
export interface DirectoryOptions {
  /** In place of the seeded people. */
  people?: readonly Person[];
  /** In place of the seeded clients. */
  clients?: readonly Client[];
  /** The `aud` of access tokens. Default "my-api". */
  audience?: string;
  /** Further audiences, which clients ask for by `resource`. */
  otherAudiences?: readonly string[];
}

/** The scopes of OpenID Connect itself that this provider knows. */
export const identityScopes = ["openid", "profile", "email", "offline_access"] as const;

/** Indexes people and clients, and collects the API's scopes from their permissions and scopes. */
export function createDirectory(
  people: readonly Person[],
  clients: readonly Client[],
  audiences: readonly string[],
): Directory {
  const bySubject = new Map(people.map((person) => [subjectOf(person), person]));
  const byUsername = new Map(people.map((person) => [person.username, person]));
  const byId = new Map(clients.map((client) => [client.id, client]));
  const scopes = new Set([
    ...people.flatMap(({ permissions }) => permissions),
    ...clients.flatMap((client) => [...(client.scopes ?? []), ...(client.permissions ?? [])]),
  ]);
  for (const scope of identityScopes) scopes.delete(scope);
  return {
    people,
    clients,
    audiences,
    apiScopes: [...scopes],
    personBySubject: (subject) => (subject === undefined ? undefined : bySubject.get(subject)),
    personByUsername: (username) => (username === null ? undefined : byUsername.get(username)),
    client: (id) => (id === undefined ? undefined : byId.get(id)),
  };
}
