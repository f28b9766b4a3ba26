// An API's audience as a resource indicator (RFC 8707), and what its access tokens look like.
/// <reference path="./oidc-provider.d.ts" />
import type { ResourceServerInfo } from "oidc-provider";
import type { Directory } from "./directory.ts";
import { identityScopes } from "./directory.ts";
import type { SigningAlgorithm } from "./keys.ts";
import type { TokenFormat } from "./token-request.ts";

const namespace = "urn:sallyport:audience:";

/**
 * The `resource` parameter that asks for an audience. RFC 8707 wants an absolute URI: an audience that is one stands for
 * itself, and a plain name such as `my-api` becomes `urn:sallyport:audience:my-api`.
 */
export function resourceOf(audience: string): string {
  const isUri = URL.canParse(audience) && !audience.includes("#");
  return isUri ? audience : namespace + encodeURIComponent(audience);
}

/** The audience that a `resource` parameter asks for, or undefined for one that this provider does not serve. */
export function audienceOf(resource: string, directory: Directory): string | undefined {
  return directory.audiences.find((audience) => resourceOf(audience) === resource);
}

/** Access tokens for an audience: JWTs (RFC 9068), or opaque, that may carry every scope the provider knows. */
export function resourceServerInfo(
  audience: string,
  {
    directory,
    algorithm,
    accessTokenSeconds,
    accessTokenFormat,
  }: {
    directory: Directory;
    algorithm: SigningAlgorithm;
    accessTokenSeconds: number;
    accessTokenFormat: TokenFormat;
  },
): ResourceServerInfo {
  return {
    audience,
    scope: [...identityScopes, ...directory.apiScopes].join(" "),
    accessTokenTTL: accessTokenSeconds,
    accessTokenFormat,
    jwt: { sign: { alg: algorithm } },
  };
}
