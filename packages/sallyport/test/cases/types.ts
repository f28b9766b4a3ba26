// The form of the case tables: data and small functions that any runner, on any runtime, can loop over.
import type { AuthErrorCode, Identity, Requirement, VerifierOptions } from "../../src/index.ts";
import type { Kit } from "../support/kit.ts";
import type { TestJwk } from "../support/signing.ts";

/** One token, and the answer it must get. */
export interface TokenCase {
  /** The class of attack it belongs to, as in the table of policies. */
  readonly id: string;
  readonly name: string;
  /** Options beside issuer and audience. With `issuers`, the case brings everything itself. */
  readonly config?: (kit: Kit) => VerifierOptions;
  /** The keys the issuer publishes. Default: `kit.jwks`. */
  readonly keys?: (kit: Kit) => readonly TestJwk[];
  /** Usually a string; whatever else a caller might pass. */
  readonly token: (kit: Kit) => unknown;
  /** A requirement the identity is measured by afterwards. */
  readonly needs?: Requirement;
  readonly expect: "accept" | AuthErrorCode;
  /** Members of the identity that an accepted token must give. */
  readonly gives?: Partial<Identity>;
  /** Requests to the provider from a cold start; default: none for what needs no key, else two. */
  readonly requests?: number;
  /** `false` where the case's options refuse the honest token as well. */
  readonly honestAfterwards?: boolean;
}
