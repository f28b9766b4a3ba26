// The router's endpoints as operations.

/** An endpoint of the router, as far as a document tells of it. */
export interface EndpointLike {
  readonly name: string;
  readonly methods: readonly string[];
  readonly path: string;
}
