// `sallyport/client`: calling an API with a token that is bound to a key.
export { createDpopFetch, type DpopFetchOptions } from "./dpop-fetch.ts";
export { createDpopKey, createDpopProof, type DpopKey, type DpopProofRequest } from "./dpop-key.ts";
