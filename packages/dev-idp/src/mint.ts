// Access tokens without a browser: made by the provider's own token classes, for tests and for the first `curl`.
/// <reference path="./oidc-provider.d.ts" />
import type { Provider, Token } from "oidc-provider";
import { resourceOf, resourceServerInfo } from "./audiences.ts";
import type { Client } from "./clients.ts";
import { clientTypes } from "./clients.ts";
import type { Directory } from "./directory.ts";
import { saveGrant } from "./grants.ts";
import type { SigningAlgorithm } from "./keys.ts";
import { type Person, subjectOf } from "./people.ts";
import { type TokenFormat, type TokenRequest, tokenFormats } from "./token-request.ts";

export interface Minting {
  provider: Provider;
  directory: Directory;
  algorithm: SigningAlgorithm;
  accessTokenSeconds: number;
  accessTokenFormat: TokenFormat;
}

/** Mints an access token. Throws a `TypeError` that names the people or clients there are when one is unknown. */
export async function mintToken(minting: Minting, request: TokenRequest): Promise<string> {
  const { provider, directory, algorithm, accessTokenSeconds } = minting;
  const { audience = directory.audiences[0] ?? "", format: accessTokenFormat = minting.accessTokenFormat } =
    request;
  if (audience === "") throw new TypeError("token({ audience }) must not be empty");
  if (!tokenFormats.includes(accessTokenFormat)) {
    throw new TypeError(`token({ format }) takes ${tokenFormats.join(" or ")}`);
  }
  const person = request.person === undefined ? undefined : knownPerson(directory, request.person);
  const { id } = knownClient(directory, request.client, person);
  const client = await provider.Client.find(id);
  const resource = resourceOf(audience);
  const values = {
    client,
    scope: request.scope ?? defaultScope(directory, id, person),
    resourceServer: new provider.ResourceServer(
      resource,
      resourceServerInfo(audience, { directory, algorithm, accessTokenSeconds, accessTokenFormat }),
    ),
  };
  if (!person) return save(new provider.ClientCredentials(values), values);
  const grant = await saveGrant(provider, directory, {
    person,
    clientId: id,
    scopes: values.scope.split(" "),
    resources: [resource],
  });
  const token = new provider.AccessToken({
    ...values,
    accountId: subjectOf(person),
    grantId: grant.jti,
    gty: "authorization_code",
  });
  return save(token, values);
}

// The model takes these from its constructor only in part; the provider's own grants set them as properties too.
async function save(token: Token, { scope }: { scope: string }): Promise<string> {
  if (scope !== "") token.scope = scope;
  return token.save();
}

function knownPerson(directory: Directory, username: string): Person {
  const person = directory.personByUsername(username);
  if (person) return person;
  const names = directory.people.map(({ username: name }) => name).join(", ");
  throw new TypeError(`token({ person }) takes one of ${names}; there is no "${username}"`);
}

function knownClient(directory: Directory, id: string | undefined, person: Person | undefined): Client {
  const fits = ({ type }: Client) =>
    clientTypes[type].grants.includes("client_credentials") === (person === undefined);
  const found = id === undefined ? directory.clients.find(fits) : directory.client(id);
  if (found && fits(found)) return found;
  const ids = directory.clients.filter(fits).map((client) => client.id);
  const kind = person ? "clients that people sign in with" : "clients of the type machine";
  throw new TypeError(`token({ client }) takes one of the ${kind}: ${ids.join(", ") || "there is none"}`);
}

function defaultScope(directory: Directory, id: string, person: Person | undefined): string {
  const allowed = directory.client(id)?.scopes;
  if (!person) return (allowed ?? []).join(" ");
  const all = ["openid", "profile", "email", ...person.permissions];
  return all.filter((scope) => !allowed || allowed.includes(scope)).join(" ");
}
