// A DPoP proof: its form, and what it says of the request (RFC 9449 §4.2, §4.3).
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import { type Algorithm, sameAlgorithm } from "../keys/algorithms.ts";
import { type JudgedJwk, judgeJwk, type VerificationKey } from "../keys/jwk.ts";
import { type CompactToken, createCompactParser, mediaType } from "../token/compact.ts";

/** What is kept of a proof's header; a client's proofs share one. */
export interface ProofHeader {
  readonly judged: JudgedJwk;
  /** The key as the runtime has it, and its thumbprint, once it was imported. */
  key?: ProofKey;
}

/** The key of a proof. */
export interface ProofKey {
  readonly key: VerificationKey;
  /** RFC 7638, by SHA-256. */
  readonly thumbprint: string;
}

/** A proof taken apart, not yet believed. */
export type Proof = CompactToken<ProofHeader>;

/** What a proof has to fit. Times in seconds. */
export interface ProofRules {
  readonly maxAgeSeconds: number;
  readonly clockToleranceSeconds: number;
  /** What `htu` has in place of the request's URL, where it has another. */
  readonly urlDifference: (htu: unknown, target: string) => string | undefined;
}

const longestProof = 8192;
const deepestProof = 8;
const tokenId = /^[\x20-\x7e]{1,256}$/;
/** Proofs of this many clients need no import of their key. */
const headersKept = 2048;

/** Makes the parser of proofs. A `remember` is due where the signature was good and the key is the token's. */
export function createProofParser(allowed: readonly Algorithm[]) {
  const parser = createCompactParser(
    { tokenBytes: longestProof, depth: deepestProof, headers: headersKept },
    (header) => readProofHeader(header, allowed),
  );
  return {
    remember: parser.remember,
    /** @throws AuthError `invalid_dpop_proof` */
    parse(value: string | readonly string[] | undefined): Proof {
      if (value === undefined) throw invalid("The request has no DPoP header");
      if (typeof value !== "string") throw invalid("The request has more than one DPoP header");
      try {
        return parser.parse(value);
      } catch (cause) {
        if (cause instanceof AuthError && cause.code === "malformed_token") {
          throw invalid("The DPoP header is not one well-formed JWT", cause);
        }
        throw cause;
      }
    },
  };
}

// What would change where the key comes from or how the proof is read; `jwk` alone names the key (RFC 9449 §4.2).
const forbidden = ["crit", "b64", "zip", "cty", "enc", "epk", "p2c", "jku", "x5u", "x5c"] as const;

function readProofHeader(header: JsonObject, allowed: readonly Algorithm[]): ProofHeader {
  const { typ, alg, jwk } = header;
  if (typeof typ !== "string" || mediaType(typ) !== "dpop+jwt") {
    throw invalid("The header's typ of the DPoP proof is not dpop+jwt");
  }
  for (const member of forbidden) {
    if (Object.hasOwn(header, member)) throw invalid(`The header of the DPoP proof has the member ${member}`);
  }
  if (typeof alg !== "string" || !allowed.some((name) => sameAlgorithm(name, alg))) {
    throw invalid(`The alg of the DPoP proof is not allowed: ${allowed.join(", ")} are`);
  }
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) {
    throw invalid("The header of the DPoP proof has no jwk");
  }
  const judged = judgeJwk(jwk as JsonObject, [alg as Algorithm]);
  if (typeof judged === "string") throw invalid(`The key of the DPoP proof is not used: ${judged}`);
  if (judged.hadPrivateMembers) throw invalid("The DPoP proof shows a private key");
  return { judged };
}

/**
 * Checks what a proof says of the request, all but the nonce, the token's hash and the replay.
 *
 * @throws AuthError `invalid_dpop_proof`
 */
export function checkProofClaims(
  { htm, htu, iat, jti, exp, nbf }: JsonObject,
  { method, url }: { readonly method: string; readonly url: string },
  { maxAgeSeconds, clockToleranceSeconds: tolerance, urlDifference }: ProofRules,
  nowSeconds: number,
): void {
  if (typeof jti !== "string" || !tokenId.test(jti)) {
    throw invalid("The jti of the DPoP proof is not 1 to 256 characters of ASCII");
  }
  if (htm !== method) throw invalid("The htm of the DPoP proof is not this request's method");
  const difference = urlDifference(htu, url);
  if (difference !== undefined) {
    throw invalid(
      `The htu of the DPoP proof is not this request's URL, as publicUrl has it: it has ${difference}`,
    );
  }
  // The comparisons are put so that what is not a number refuses.
  if (!(typeof iat === "number" && iat <= nowSeconds + tolerance)) {
    throw invalid("The iat of the DPoP proof is missing, not a number, or in the future");
  }
  if (!(nowSeconds <= iat + maxAgeSeconds + tolerance)) throw invalid("The DPoP proof is too old (iat)");
  // RFC 9449 gives a proof neither, but RFC 7519 §4.1.4 and §4.1.5 say what they mean in any JWT.
  if (exp !== undefined && !(typeof exp === "number" && nowSeconds < exp + tolerance)) {
    throw invalid("The DPoP proof has expired (exp)");
  }
  if (nbf !== undefined && !(typeof nbf === "number" && nbf <= nowSeconds + tolerance)) {
    throw invalid("The DPoP proof is not valid yet (nbf)");
  }
}

/** What a refused proof is refused by. */
export function invalid(message: string, cause?: unknown): AuthError {
  return new AuthError("invalid_dpop_proof", message, { cause });
}
