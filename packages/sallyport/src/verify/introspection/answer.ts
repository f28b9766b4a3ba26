// What the provider says of a token → claims, in the form of a JWT's (RFC 7662 §2.2). They are checked as a JWT's are.
import { AuthError } from "../../errors.ts";
import type { JsonObject, JsonValue } from "../../identity.ts";
import type { IssuerPolicy } from "../issuers/issuers.ts";
import { type Binding, bindingOf } from "../sender/binding.ts";
import type { Answer, OwnWords } from "./question.ts";
import type { IntrospectionSettings } from "./settings.ts";

/** RFC 6749 §5.1, RFC 6750 §6.1.1, RFC 9449 §5: compared without regard to case. */
const accessTokenTypes: readonly string[] = ["bearer", "dpop"];
/** Ory Hydra and Cognito tell a token's use apart from its type. */
const accessTokenUses: readonly unknown[] = ["access_token", "access"];

/**
 * The claims of an active token. `iss` is the provider's own where the answer has none. Where nobody but a client stands behind
 * the token (RFC 9068 §2.2), an answer often has no `sub`: then it is the client's id.
 *
 * @throws AuthError `token_inactive`, `invalid_issuer`, `wrong_token_type` or `sender_constrained`
 */
export function claimsOf(
  answer: Answer,
  policy: IssuerPolicy,
  settings: IntrospectionSettings,
  own?: OwnWords,
): JsonObject {
  const { active, ...said } = answer;
  if (!active) throw new AuthError("token_inactive", "The provider does not call the token active");
  const { iss = policy.name, sub = said.client_id, aud, cnf = own?.cnf, ...rest } = said;
  if (!policy.accepted.has(iss as string)) {
    throw new AuthError("invalid_issuer", "The provider's answer names another issuer than its own");
  }
  requireAccessToken(said, settings.typeRequired);
  // A token that says it is bound is never a bearer token, whatever its provider leaves out.
  if (own?.cnf !== undefined && !isSameBinding(bindingOf(own.cnf), bindingOf(cnf as JsonValue))) {
    throw new AuthError(
      "sender_constrained",
      "The token and the provider's answer name different keys (cnf)",
    );
  }
  // RFC 9449 §5: it is not to be taken as a bearer token, and without the key's name nobody can tell whose it is.
  if (isDpop(said) && cnf === undefined) {
    throw new AuthError(
      "sender_constrained",
      "The provider calls the token a DPoP token, and names no key (cnf)",
    );
  }
  // Some write an empty list for a token that is meant for nobody in particular.
  const named = aud === undefined || (Array.isArray(aud) && aud.length === 0) ? {} : { aud };
  return Object.freeze({ iss, sub, ...named, ...(cnf !== undefined && { cnf }), ...rest });
}

function isSameBinding(one: Binding, other: Binding): boolean {
  return one.jkt === other.jkt && one.certificate === other.certificate;
}

function isDpop({ token_type: type }: JsonObject): boolean {
  return typeof type === "string" && type.toLowerCase() === "dpop";
}

/** A provider that is asked about refresh tokens as well calls those active too: they must not pass here. */
function requireAccessToken({ token_type: type, token_use: use }: JsonObject, typeRequired: boolean): void {
  if (type === undefined && typeRequired) {
    throw new AuthError(
      "wrong_token_type",
      "The provider's answer has no token_type, as an access token's has",
    );
  }
  if (type !== undefined && !(typeof type === "string" && accessTokenTypes.includes(type.toLowerCase()))) {
    throw new AuthError("wrong_token_type", "The token_type of the provider's answer is not Bearer or DPoP");
  }
  if (use !== undefined && !accessTokenUses.includes(use)) {
    throw new AuthError(
      "wrong_token_type",
      "The token_use of the provider's answer is not that of an access token",
    );
  }
}
