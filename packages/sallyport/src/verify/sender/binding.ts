// What a token is bound to: its `cnf` claim (RFC 7800 §3.1).
import { AuthError } from "../../errors.ts";
import type { JsonValue } from "../../identity.ts";

/** The keys that the sender of a token has to prove; at least one of them. */
export interface Binding {
  /** `jkt`: thumbprint of the DPoP key (RFC 9449 §6.1). */
  readonly jkt: string | undefined;
  /** `x5t#S256`: thumbprint of the client's certificate (RFC 8705 §3.1). */
  readonly certificate: string | undefined;
}

const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads `cnf`. RFC 7800 has a recipient ignore what it does not understand; but a token bound in no way that is understood
 * here is not a bearer token, so that is refused.
 *
 * @throws AuthError `sender_constrained`
 */
export function bindingOf(cnf: JsonValue): Binding {
  if (typeof cnf === "object" && cnf !== null && !Array.isArray(cnf)) {
    const { jkt, "x5t#S256": certificate } = cnf as Readonly<Record<string, JsonValue | undefined>>;
    if ((jkt ?? certificate) !== undefined && isThumbprint(jkt) && isThumbprint(certificate)) {
      return Object.freeze({ jkt, certificate });
    }
  }
  throw new AuthError("sender_constrained", "The token is bound to a key in a way (cnf) that is not known");
}

function isThumbprint(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || (typeof value === "string" && thumbprint.test(value));
}
