// What a minted token is asked to be. Apart from the minting, so that its types need none of oidc-provider's.

/** What an access token looks like. */
export type TokenFormat = "jwt" | "opaque";

export const tokenFormats: readonly TokenFormat[] = ["jwt", "opaque"];

export interface TokenRequest {
  /** The username of the person who is calling; without it, the client calls for itself. */
  person?: string;
  /** The client's id; by default the first `machine` client, or for a person the first one that people sign in with. */
  client?: string;
  /** Exactly these scopes, separated by spaces; by default all that the person or the client may have. */
  scope?: string;
  /** By default the provider's own. */
  audience?: string;
  /** A JWT, or a token that only the provider, asked by introspection, knows anything of. By default the provider's own. */
  format?: TokenFormat;
}
