// What is known of a token that a provider answered for, and of the provider itself: plain data.

/** When the provider last called a token active; the cache holds it in the place of a key. */
export interface Proof {
  /** Milliseconds since 1970: when the question was put. */
  readonly askedAt: number;
  /** `false` once the provider has called the token anything else. */
  active: boolean;
}

/** Plain data about asking one issuer. */
export interface IntrospectionHealth {
  readonly state: "untried" | "answering" | "failing";
  /** Questions put so far. */
  readonly requests: number;
  readonly inFlight: number;
  readonly lastError: { readonly code: string; readonly message: string } | undefined;
}
