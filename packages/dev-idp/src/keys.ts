// The signing keys: made at start, rotated on request, published by the provider.
import {
  createHash,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";

/** The algorithms that access and ID tokens can be signed with. */
export type SigningAlgorithm = "RS256" | "PS256" | "ES256" | "EdDSA";

export const signingAlgorithms: readonly SigningAlgorithm[] = ["RS256", "PS256", "ES256", "EdDSA"];

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
  /** The private key as a JWK, as oidc-provider takes it. */
  readonly privateJwk: Record<string, unknown>;
}

const generateRsa = promisify(generateKeyPair) as (
  type: "rsa",
  options: { modulusLength: number },
) => Promise<{ privateKey: KeyObject }>;

/** Makes a key for the algorithm; RSA in a thread of its own, since it takes a tenth of a second. */
export async function createKey(algorithm: SigningAlgorithm): Promise<SigningKey> {
  if (algorithm !== "RS256" && algorithm !== "PS256") return createKeySync(algorithm);
  const { privateKey } = await generateRsa("rsa", { modulusLength: 2048 });
  return signingKey(algorithm, privateKey);
}

/** The same without waiting, for a rotation that must be over when the call returns. */
export function createKeySync(algorithm: SigningAlgorithm): SigningKey {
  switch (algorithm) {
    case "ES256":
      return signingKey(algorithm, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    case "EdDSA":
      return signingKey(algorithm, generateKeyPairSync("ed25519").privateKey);
    default:
      return signingKey(algorithm, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  }
}

function signingKey(algorithm: SigningAlgorithm, privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const { e, n, x, y, crv, kty } = publicKey.export({ format: "jwk" });
  // RFC 7638: the members that the thumbprint takes, in alphabetical order; those that a key lacks fall out.
  const kid = createHash("sha256").update(JSON.stringify({ crv, e, kty, n, x, y })).digest("base64url");
  return {
    kid,
    algorithm,
    publicKey,
    privateJwk: { ...privateKey.export({ format: "jwk" }), kid, alg: algorithm, use: "sig" },
  };
}
