import { createDpopProof, type DpopKey } from "sallyport/client";

/** A token of the client's own, bound to `key`: by client credentials; other grants differ in the body alone. */
export async function fetchToken(key: DpopKey, tokenEndpoint: string, id: string, secret: string) {
  const ask = async (nonce?: string) =>
    fetch(tokenEndpoint, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
        dpop: await createDpopProof(key, { method: "POST", url: tokenEndpoint, nonce }),
      },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
  let answer = await ask();
  const nonce = answer.headers.get("dpop-nonce");
  if (answer.status === 400 && nonce !== null) answer = await ask(nonce); // error: "use_dpop_nonce" (RFC 9449 §8)
  const { access_token, token_type } = (await answer.json()) as Record<string, string | undefined>;
  // "Bearer": the provider knows nothing of DPoP, and bound it to nothing.
  if (access_token === undefined || token_type?.toLowerCase() !== "dpop") throw new Error("No bound token");
  return access_token;
}
