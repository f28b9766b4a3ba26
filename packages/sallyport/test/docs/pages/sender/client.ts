import { createDpopFetch, createDpopKey, createDpopProof } from "sallyport/client";

const key = await createDpopKey(); // its private half can't be exported

/** The proof for the token endpoint: the provider binds the token to this key. */
export const proofForProvider = (tokenEndpoint: string) =>
  createDpopProof(key, { method: "POST", url: tokenEndpoint });

/** A `fetch` that proves each request, and repeats one where the API asks for a nonce. */
export const apiWith = (accessToken: string) => createDpopFetch({ key, accessToken });

export const { thumbprint } = key;
