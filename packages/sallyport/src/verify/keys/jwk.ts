// Which public keys are fit to verify with: the policy for one JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2).

import { platform } from "#platform";
import { isPromise } from "../../chain.ts";
import type { AlgorithmRow, PlatformKey } from "../../platform/types.ts";
import { type Algorithm, algorithmRow, algorithms, sameAlgorithm } from "./algorithms.ts";
import { type Thumbprints, thumbprintsOf } from "./thumbprints.ts";

/** A key of an issuer, bound to one algorithm. */
export interface VerificationKey {
  readonly kid: string | undefined;
  readonly algorithm: Algorithm;
  readonly row: AlgorithmRow;
  readonly key: PlatformKey;
  /** The key's own issuer, where the provider states one (Entra ID). */
  readonly issuer: string | undefined;
  readonly thumbprints: Thumbprints | undefined;
  /** The same JWK gives the same fingerprint: a refresh keeps the key, and what was verified with it. */
  readonly fingerprint: string;
  /** `false` once the issuer has dropped the key. */
  active: boolean;
}

/** A JWK judged fit, before the runtime has imported it. */
export interface JudgedJwk {
  readonly kid: string | undefined;
  readonly algorithm: Algorithm;
  readonly issuer: string | undefined;
  readonly thumbprints: Thumbprints | undefined;
  /** Public members only. */
  readonly material: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  /** Whether the document published the private half (RFC 7517 §9.2: it never should). */
  readonly hadPrivateMembers: boolean;
}

type Jwk = Readonly<Record<string, unknown>>;

const publicMembers = { RSA: ["n", "e"], EC: ["crv", "x", "y"], OKP: ["crv", "x"] } as const;
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const coordinateBytes = { "P-256": 32, "P-384": 48, "P-521": 66, Ed25519: 32 } as const;
const leastRsaBits = 2048;
const greatestRsaBits = 8192;

/**
 * Judges one JWK of a set for an issuer's algorithms.
 *
 * A key has exactly one algorithm (RFC 8725 §3.1): its own `alg`, or, where it names none, what its curve implies
 * or the first RSA algorithm of the issuer's list.
 *
 * @returns the judged key, or a sentence that says why it is not used.
 */
export function judgeJwk(jwk: Jwk, allowed: readonly Algorithm[]): JudgedJwk | string {
  const { kty, use, alg, kid } = jwk;
  if (kty !== "RSA" && kty !== "EC" && kty !== "OKP") return "its kty is not RSA, EC or OKP";
  if (use !== undefined && use !== "sig") return "its use is not sig";
  if (jwk.key_ops !== undefined && !isVerifyOperation(jwk.key_ops))
    return "its key_ops do not include verify";
  if (kid !== undefined && typeof kid !== "string") return "its kid is not a string";
  if (alg !== undefined && typeof alg !== "string") return "its alg is not a string";
  const algorithm = algorithmOf(kty, jwk.crv, alg, allowed);
  if (!algorithm) return "it fits none of the algorithms allowed for this issuer";

  const material: Record<string, string> = { kty };
  const bytes: Record<string, Uint8Array> = {};
  for (const member of publicMembers[kty]) {
    const value = jwk[member];
    if (typeof value !== "string") return `its ${member} is missing`;
    material[member] = value;
    if (member === "crv") continue;
    const decoded = platform.decodeBase64url(value);
    if (!decoded || decoded.length === 0) return `its ${member} is not canonical base64url`;
    bytes[member] = decoded;
  }
  const flaw = kty === "RSA" ? rsaFlaw(bytes as RsaBytes) : curveFlaw(kty, algorithms[algorithm], bytes);
  if (flaw) return flaw;
  if (contradictsCertificate(jwk.x5c, kty === "RSA" ? bytes.n : bytes.x)) {
    return "its certificate (x5c) holds another key";
  }
  const thumbprints = thumbprintsOf(jwk);
  return {
    kid,
    algorithm,
    // What is no issuer's name is nobody's: such a key is not every tenant's.
    issuer: jwk.issuer === undefined || typeof jwk.issuer === "string" ? jwk.issuer : "",
    material,
    thumbprints,
    fingerprint: JSON.stringify([kid, algorithm, jwk.issuer, thumbprints, material]),
    hadPrivateMembers: privateMembers.some((member) => Object.hasOwn(jwk, member)),
  };
}

/** Lets the runtime import a judged key. Throws or rejects where the runtime refuses it (a point off its curve). */
export function importJudged(judged: JudgedJwk): VerificationKey | Promise<VerificationKey> {
  const row = algorithms[judged.algorithm];
  const imported = platform.importKey(judged.material, row);
  const finish = (key: PlatformKey): VerificationKey => ({
    kid: judged.kid,
    algorithm: judged.algorithm,
    row,
    key,
    issuer: judged.issuer,
    thumbprints: judged.thumbprints,
    fingerprint: judged.fingerprint,
    active: true,
  });
  return isPromise(imported) ? imported.then(finish) : finish(imported);
}

function isVerifyOperation(operations: unknown): boolean {
  return Array.isArray(operations) && operations.includes("verify");
}

function algorithmOf(
  kty: "RSA" | "EC" | "OKP",
  crv: unknown,
  alg: string | undefined,
  allowed: readonly Algorithm[],
): Algorithm | undefined {
  const fits = (name: Algorithm) => {
    const row = algorithms[name];
    return row.kty === kty && (row.crv === undefined || row.crv === crv);
  };
  if (alg === undefined) return allowed.find(fits);
  if (!algorithmRow(alg) || !fits(alg as Algorithm)) return undefined;
  return allowed.some((name) => sameAlgorithm(name, alg)) ? (alg as Algorithm) : undefined;
}

type RsaBytes = { readonly n: Uint8Array; readonly e: Uint8Array };

function rsaFlaw({ n, e }: RsaBytes): string | undefined {
  const bits = bitLength(n);
  if (bits < leastRsaBits) return `its modulus is shorter than ${leastRsaBits} bits`;
  if (bits > greatestRsaBits) return `its modulus is longer than ${greatestRsaBits} bits`;
  if (((n.at(-1) ?? 0) & 1) === 0) return "its modulus is even";
  // Odd, at least 65537 (FIPS 186-5 §5.1) and below 2^32: a giant exponent is a way to burn our time.
  const exponent = e.length > 4 ? Number.NaN : e.reduce((value, byte) => value * 256 + byte, 0);
  if (!(exponent >= 65_537 && exponent % 2 === 1))
    return "its exponent is not an odd number from 65537 to 2^32";
  if (hasRocaFingerprint(n))
    return "its modulus was made by a generator with a known weakness (CVE-2017-15361)";
  return undefined;
}

function bitLength(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] as number) + 24;
}

const rocaPrimes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

// Moduli of the flawed generator are powers of 65537 modulo every small prime (Nemec et al., CCS 2017).
function hasRocaFingerprint(modulus: Uint8Array): boolean {
  return rocaPrimes.every((prime) => {
    const residue = modulus.reduce((value, byte) => (value * 256 + byte) % prime, 0);
    let power = 1;
    do {
      if (power === residue) return true;
      power = (power * 65_537) % prime;
    } while (power !== 1);
    return false;
  });
}

function curveFlaw(
  kty: "EC" | "OKP",
  row: AlgorithmRow,
  bytes: Record<string, Uint8Array>,
): string | undefined {
  const length = row.crv ? coordinateBytes[row.crv] : 0;
  if (bytes.x?.length !== length || (kty === "EC" && bytes.y?.length !== length)) {
    return "its coordinates do not have the length of its curve";
  }
  return kty === "OKP" && isWeakEd25519Point(bytes.x)
    ? "its point is of small order or not canonical"
    : undefined;
}

// The y coordinates of the eight points of small order on edwards25519 (RFC 7748 §6.1 asks the like of X25519):
// 0, 1, p - 1 and two of order eight; a key among them makes any signature verify.
const smallOrderPoints = new Set([
  0n,
  1n,
  2n ** 255n - 20n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

/** Whether 32 bytes encode a point of small order, or a coordinate that is not reduced (RFC 8032 §5.1.3). */
function isWeakEd25519Point(encoded: Uint8Array): boolean {
  let y = 0n;
  for (let index = 31; index >= 0; index -= 1) {
    y = (y << 8n) | BigInt((encoded[index] ?? 0) & (index === 31 ? 0x7f : 0xff));
  }
  return y >= 2n ** 255n - 19n || smallOrderPoints.has(y);
}

// OIDC Discovery §3: a certificate beside bare values must match them. The certificate is used for nothing, so it
// is enough that it contains the bare value's bytes.
function contradictsCertificate(x5c: unknown, value: Uint8Array | undefined): boolean {
  if (x5c === undefined) return false;
  const first = Array.isArray(x5c) ? x5c[0] : undefined;
  if (typeof first !== "string" || first.length > 16_384 || !value) return true;
  try {
    const der = atob(first);
    return !der.includes(String.fromCharCode(...value));
  } catch {
    return true;
  }
}
