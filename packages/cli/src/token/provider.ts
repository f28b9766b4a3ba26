// The provider and the client's own proof, for every flow: openid-client's configuration, with our rules on addresses.
import * as client from "openid-client";
import { issuerDifference } from "sallyport/diagnose";
import { isSafeUrl } from "../answer.ts";
import { type Io, RefusedError, UsageError } from "../io.ts";
import { failureOf } from "./failure.ts";

/** Who asks, and for what. */
export interface TokenQuestion {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scope: string | undefined;
  /** Auth0's parameter and its like. */
  readonly audience: string | undefined;
  /** RFC 8707. */
  readonly resource: readonly string[];
  readonly insecureAllowLoopback: boolean;
}

/** The endpoints that a flow sends secrets, codes or people to. */
export type Endpoint = "token_endpoint" | "authorization_endpoint" | "device_authorization_endpoint";

/** What openid-client needs, and the parameters that every flow adds. */
export interface Connection {
  readonly config: client.Configuration;
  readonly parameters: URLSearchParams;
}

/**
 * Discovers the provider.
 *
 * @throws UsageError where it can't be had; RefusedError where it is another, or an endpoint is missing or in clear text
 */
export async function connect(
  question: TokenQuestion,
  endpoints: readonly Endpoint[],
  { fetch }: Io,
): Promise<Connection> {
  const { issuer, clientId, clientSecret, insecureAllowLoopback } = question;
  if (!isSafeUrl(issuer, insecureAllowLoopback)) {
    throw new UsageError(
      "--issuer takes an https URL; http for localhost, 127.0.0.1 and [::1] only, with --insecure-allow-loopback",
    );
  }
  const http = new URL(issuer).protocol === "http:";
  const config = await client
    .discovery(new URL(issuer), clientId, undefined, proof(clientSecret), {
      ...(http && { execute: [client.allowInsecureRequests] }),
      [client.customFetch]: (url, options) => fetch(url, options as RequestInit),
    })
    .catch((error: unknown) => {
      throw failureOf(error, "The provider's metadata can't be had");
    });
  const metadata = config.serverMetadata();
  if (metadata.issuer !== issuer) {
    throw new RefusedError(issuerDifference("The metadata document's issuer", metadata.issuer, issuer));
  }
  for (const name of endpoints) {
    const url = metadata[name];
    if (url === undefined) throw new RefusedError(`The provider has no ${name}: it does not offer this flow`);
    if (!isSafeUrl(url, insecureAllowLoopback)) throw new RefusedError(`The provider's ${name} is not https`);
  }
  return { config, parameters: parametersOf(question) };
}

/** HTTP Basic where the provider takes it, which by default it does (RFC 6749 §2.3.1). */
function proof(secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None();
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (methods.includes("client_secret_basic") ? basic : post)(server, ...rest);
  };
}

function parametersOf({ scope, audience, resource }: TokenQuestion): URLSearchParams {
  const parameters = new URLSearchParams();
  if (scope !== undefined) parameters.set("scope", scope);
  if (audience !== undefined) parameters.set("audience", audience);
  for (const one of resource) parameters.append("resource", one);
  return parameters;
}
