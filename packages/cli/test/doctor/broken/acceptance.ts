// APIs that let in what they should not.
import { createHmac, createPublicKey } from "node:crypto";
import { EmbeddedJWK, jwtVerify } from "jose";
import { claimsOf, fromHeaders } from "../../support/scripted-api.ts";
import { type BrokenApi, changed } from "./api.ts";

const header = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as Record<string, string>;
const must = (good: boolean) => {
  if (!good) throw new Error("refused");
};
const notExpired = (token: string) => must(Number(claimsOf(token).exp) > Date.now() / 1000);

/** HS256 as a library checks it that believes the header. */
function hs256(token: string, secret: string): void {
  must(header(token).alg === "HS256");
  notExpired(token);
  const [head, payload, signature] = token.split(".");
  must(createHmac("sha256", secret).update(`${head}.${payload}`).digest("base64url") === signature);
}

const either = (...checks: readonly (() => unknown)[]) =>
  checks.reduce<Promise<unknown>>(
    (before, check) => before.catch(async () => check()),
    Promise.reject(new Error()),
  );

export const brokenAcceptance: readonly BrokenApi[] = [
  {
    name: "no guard at all",
    script: { answer: () => ({ status: 200, headers: {}, body: "[]" }) },
    finds: "not_guarded",
    mend: /Put the guard before this route/,
  },
  {
    name: "a guard that lets in whoever brings nothing",
    script: { answer: changed(["none"], { status: 200, body: "[]" }) },
    finds: "not_guarded",
    mend: /`auth\.required\(\)` on it/,
  },
  {
    name: "a guard on GET alone",
    script: {
      answer: (right, { request }) => (request.method === "HEAD" ? { ...right, status: 200 } : right),
    },
    finds: "head_not_guarded",
    mend: /for every method/,
  },
  {
    name: "a look at whether there is a token",
    script: { check: () => {} },
    finds:
      "broken_token_accepted unsigned_accepted self_signed_accepted expired_accepted embedded_key_accepted algorithm_confusion known_secret tampered_accepted id_token_accepted other_audience_accepted",
    mend: /Verify the token, not that there is one/,
  },
  {
    name: "decoding instead of verifying",
    script: {
      check: (token, { idp }) => {
        notExpired(token);
        must(header(token).alg !== "none" && header(token).alg !== "None");
        must(claimsOf(token).iss === idp.issuer && claimsOf(token).aud === idp.audience);
      },
    },
    finds: "self_signed_accepted embedded_key_accepted algorithm_confusion known_secret tampered_accepted",
    mend: /Decoding is not verifying/,
  },
  {
    name: "the header's alg believed, `none` included",
    script: {
      check: (token, { verify }) =>
        /^none$/i.test(header(token).alg ?? "") ? notExpired(token) : verify(token),
    },
    finds: "unsigned_accepted",
    mend: /Name the algorithms that are accepted/,
  },
  {
    name: "the key that the token brings",
    script: {
      check: (token, { verify }) =>
        header(token).jwk ? jwtVerify(token, EmbeddedJWK).then(() => {}) : verify(token),
    },
    finds: "embedded_key_accepted",
    mend: /refuse jwk, jku/,
  },
  {
    name: "the public key as a shared secret",
    script: {
      check: async (token, { verify, idp }) => {
        if (header(token).alg !== "HS256") return verify(token);
        const { keys } = (await (await fetch(`${idp.issuer}/jwks`)).json()) as { keys: [JsonWebKey] };
        const pem = createPublicKey({ key: keys[0] as never, format: "jwk" }).export({
          type: "spki",
          format: "pem",
        });
        hs256(token, String(pem));
      },
    },
    finds: "algorithm_confusion",
    mend: /Bind each key to its one algorithm/,
  },
  {
    name: "a secret from a tutorial",
    script: {
      check: (token, { verify }) =>
        either(
          () => verify(token),
          () => hs256(token, "your-256-bit-secret"),
        ),
    },
    finds: "known_secret",
    mend: /32 random bytes/,
  },
  {
    name: "no look at the audience",
    script: { check: (token, { verify, idp }) => verify(token, { issuer: idp.issuer, typ: "at+jwt" }) },
    finds: "other_audience_accepted",
    mend: /Check aud/,
  },
  {
    name: "no look at the kind of token, and the login's client among the audiences",
    script: {
      check: (token, { verify, idp }) =>
        verify(token, { issuer: idp.issuer, audience: [idp.audience, "web"] }),
    },
    finds: "id_token_accepted",
    mend: /Tell the kinds apart/,
  },
  {
    name: "a token from the query as well",
    script: {
      tokens: (request) => {
        const token = new URL(request.url ?? "", "http://x").searchParams.get("access_token");
        return token === null ? fromHeaders(request) : [token];
      },
    },
    finds: "query_token_accepted",
    mend: /let it expire/,
  },
  {
    name: "the first of two Authorization headers, as Node hands it out",
    script: {
      tokens: ({ headers: { authorization } }) =>
        authorization ? [authorization.replace("Bearer ", "")] : [],
    },
    finds: "two_tokens_accepted",
    mend: /count in `rawHeaders`/,
  },
  {
    name: "an expired token, of whomever",
    script: {
      check: (token, { verify }) =>
        Number(claimsOf(token).exp) < Date.now() / 1000 ? undefined : verify(token),
    },
    finds: "expired_accepted",
    mend: /past its exp/,
  },
];
