// What can be said of sender-constrained tokens: the options' types for users, and a row each for the check and the docs.
import {
  checkOptions,
  isBoolean,
  isInteger,
  isPlainObject,
  isText,
  isTextList,
  type OptionTable,
} from "../../options.ts";
import { secretFlaw } from "../../secret-quality.ts";
import { type Algorithm, algorithmRow, algorithms } from "../keys/algorithms.ts";

/** Whether tokens bound to a key of the sender are taken, or are the only ones taken. */
export type SenderMode = "off" | "accepted" | "required";

/** Rules for DPoP proofs (RFC 9449). */
export interface DpopOptions {
  /** Default: `accepted`. */
  readonly mode?: SenderMode;
  /** Accepted signature algorithms of proofs. Default: `ES256 EdDSA Ed25519 PS256 RS256`. */
  readonly algorithms?: readonly Algorithm[];
  /** Seconds after its `iat` within which a proof may come, 1 to 300. Default: 60. */
  readonly proofMaxAgeSeconds?: number;
  /** Seconds by which a client's clock may differ, 0 to 300. Default: 30. */
  readonly clockToleranceSeconds?: number;
  /** Whether every proof must hold a nonce of this server. Default: `false`. */
  readonly nonce?: boolean;
  /** Seconds for which a nonce is good at most, 10 to 3600. Default: 300. */
  readonly nonceLifetimeSeconds?: number;
  /** A secret of 32 bytes or more from which nonces are made, the same in all processes. Default: one of the process's own. */
  readonly nonceSecret?: string | Uint8Array;
}

/** Options of the whole verifier that concern the sender of tokens. */
export interface SenderOptions {
  /** Tokens bound by DPoP (RFC 9449). Default: `accepted` where `publicUrl` is given, else `off`. */
  readonly dpop?: SenderMode | DpopOptions;
  /** Tokens bound to a client certificate (RFC 8705). Default: `accepted`. */
  readonly mtls?: SenderMode;
}

/** DPoP as it is done here, every default filled in. */
export interface DpopPolicy extends Required<Omit<DpopOptions, "mode" | "nonceSecret">> {
  readonly required: boolean;
  readonly nonceSecret: Uint8Array | undefined;
  readonly publicUrl: string;
}

const modes: readonly string[] = ["off", "accepted", "required"] satisfies SenderMode[];
const isMode = (value: unknown) => modes.some((mode) => mode === value);
const modeTakes = "off, accepted or required";
const proofAlgorithms: readonly Algorithm[] = ["ES256", "EdDSA", "Ed25519", "PS256", "RS256"];
const leastSecretBytes = 32;
const bytesOf = (secret: string | Uint8Array) =>
  typeof secret === "string" ? new TextEncoder().encode(secret) : new Uint8Array(secret);

/** Rows of {@link DpopOptions}. */
export const dpopTable = {
  mode: {
    check: isMode,
    takes: modeTakes,
    words: modes,
    doc: "Whether tokens bound by DPoP are taken, or are the only ones taken.",
    default: "`accepted`",
  },
  algorithms: {
    check: (value) =>
      isTextList(value) && value.every((name) => (algorithmRow(name)?.kty ?? "oct") !== "oct"),
    takes: "a list of ES256, EdDSA, PS256, RS256 and their like",
    words: Object.keys(algorithms),
    doc: "Accepted signature algorithms of proofs; the challenge names them.",
    default: "`ES256 EdDSA Ed25519 PS256 RS256`",
  },
  proofMaxAgeSeconds: {
    check: isInteger(1, 300),
    takes: "a whole number of seconds from 1 to 300",
    doc: "How long after its `iat` a proof may come.",
    default: "`60`",
  },
  clockToleranceSeconds: {
    check: isInteger(0, 300),
    takes: "a whole number of seconds from 0 to 300",
    doc: "By how much a client's clock and this one may differ.",
    default: "`30`",
  },
  nonce: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether every proof must hold a nonce of this server, which it gets with the first refusal.",
    default: "`false`",
  },
  nonceLifetimeSeconds: {
    check: isInteger(10, 3600),
    takes: "a whole number of seconds from 10 to 3600",
    doc: "How long a nonce is good at most; it is replaced after half of that.",
    default: "`300`",
  },
  nonceSecret: {
    check: (value) =>
      (isText(value) || value instanceof Uint8Array) &&
      bytesOf(value).length >= leastSecretBytes &&
      secretFlaw(bytesOf(value)) === undefined,
    takes: `a random secret of ${leastSecretBytes} bytes or more (a string or bytes)`,
    doc: "What nonces are made from: the same in all processes behind one address, or a nonce of the one is refused by the other.",
    default: "one of the process's own",
    secret: true,
  },
} as const satisfies OptionTable;

/** Rows of {@link SenderOptions}. */
export const senderTable = {
  dpop: {
    check: (value) => isMode(value) || isPlainObject(value),
    takes: `${modeTakes}, or an object of ${Object.keys(dpopTable).join(", ")}`,
    words: modes,
    doc: "Tokens bound to a key by DPoP (RFC 9449): needs `publicUrl`. A bound token without its proof is always refused.",
    default: "`accepted` with `publicUrl`, else `off`",
    env: ["OAUTH2_DPOP", "OIDC_DPOP"],
    orMembers: dpopTable,
  },
  mtls: {
    check: isMode,
    takes: modeTakes,
    words: modes,
    doc: "Tokens bound to the client's TLS certificate (RFC 8705), which comes from the TLS socket or `deps.clientCertificate`.",
    default: "`accepted`",
    env: ["OAUTH2_MTLS", "OIDC_MTLS"],
  },
} as const satisfies OptionTable;

/**
 * Fills in what is not said.
 *
 * @returns `undefined` where DPoP is off
 * @throws TypeError naming the option and what it takes
 */
export function resolveDpop(
  { dpop }: SenderOptions,
  publicUrl: string | undefined,
  where: string,
): DpopPolicy | undefined {
  const given: DpopOptions = typeof dpop === "object" ? dpop : dpop === undefined ? {} : { mode: dpop };
  checkOptions(`${where}: \`dpop\``, given, dpopTable);
  const { mode = dpop === undefined && publicUrl === undefined ? "off" : "accepted" } = given;
  if (mode === "off") return undefined;
  if (publicUrl === undefined) {
    throw new TypeError(`${where}: \`dpop\` needs \`publicUrl\`: a proof names the URL that it was made for`);
  }
  const { nonceSecret } = given;
  return Object.freeze({
    algorithms: [...(given.algorithms ?? proofAlgorithms)],
    proofMaxAgeSeconds: given.proofMaxAgeSeconds ?? 60,
    clockToleranceSeconds: given.clockToleranceSeconds ?? 30,
    nonce: given.nonce ?? false,
    nonceLifetimeSeconds: given.nonceLifetimeSeconds ?? 300,
    nonceSecret: nonceSecret === undefined ? undefined : bytesOf(nonceSecret),
    required: mode === "required",
    publicUrl,
  });
}
