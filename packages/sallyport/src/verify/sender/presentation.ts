// How a token was shown: what a sender-constrained one is proven by.

/** A request as a verifier sees it; what {@link Verifier.verify} takes beside the token. */
export interface Presentation {
  /** The scheme of the `Authorization` header. */
  readonly scheme: "Bearer" | "DPoP";
  readonly method: string;
  /** The request's target, or its whole URL, of which only the path counts: the rest comes from `publicUrl`. */
  readonly url: string;
  /** The value of the `DPoP` header; all values as a list where there are several. */
  readonly proof?: string | readonly string[] | undefined;
  /** The client's TLS certificate in DER, or its `x5t#S256` (RFC 8705 §3.1). */
  readonly certificate?: Uint8Array | string | undefined;
  /** What stands for the request: guards that follow each other look at one proof, which is no replay. */
  readonly request?: object | undefined;
}

/** A good token that somebody shows. */
export interface ShownToken {
  readonly token: string;
  /** The token's issuer; for events. */
  readonly issuer: string;
  /** `undefined` where it came with no request. */
  readonly presented: Presentation | undefined;
}
