import { createDpopFetch, createDpopKey, createDpopProof } from "sallyport/client";

const key = await createDpopKey(); // its private half can't be exported

/** The header `DPoP` of the POST that asks the provider for a token; it answers `token_type: "DPoP"`. */
export const proofForProvider = (tokenEndpoint: string, nonce?: string) =>
  createDpopProof(key, { method: "POST", url: tokenEndpoint, nonce });

/** A `fetch` that proves each request, and repeats it where the API asks for a nonce. */
export const apiWith = (accessToken: string | (() => Promise<string>)) =>
  createDpopFetch({ key, accessToken });
