import { createDpopFetch, createDpopKey } from "sallyport/client";

export const key = await createDpopKey(); // its private half can't be exported

/** A `fetch` that proves each request, and repeats one where the API asks for a nonce. */
export const apiWith = (accessToken: string | (() => Promise<string>)) =>
  createDpopFetch({ key, accessToken });
