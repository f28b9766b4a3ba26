// The application's own claims: checked and typed by a schema of any Standard Schema library.
import { isThenable } from "../../chain.ts";
import { AuthError } from "../../errors.ts";
import type { Identity, JsonObject } from "../../identity.ts";
import { outline } from "../../outline.ts";
import type { StandardResult, StandardSchema } from "../../standard-schema.ts";

/** From an identity with raw claims to one with the application's. */
export type CustomClaims<Claims> = (identity: Identity) => Identity<Claims> | Promise<Identity<Claims>>;

/**
 * Makes the step that applies `deps.claims`. What the schema gives out stands over the token's own claims, which stay.
 *
 * The step throws or rejects with an AuthError `invalid_token`, whose `cause` says how many rules are not met, or what kind
 * of error the schema threw: its messages and paths may repeat what the token says.
 */
export function customClaims<Claims>(schema: StandardSchema<Claims> | undefined): CustomClaims<Claims> {
  if (!schema) return (identity) => identity as Identity<Claims>;
  const refuse = (cause: unknown) =>
    new AuthError("invalid_token", "The token's claims do not fit the application's schema", { cause });

  const finish = (identity: Identity, result: StandardResult<Claims>): Identity<Claims> => {
    if (typeof result !== "object" || result === null)
      throw refuse(new TypeError("The schema gave no answer"));
    if (result.issues) throw refuse(new Error(`${result.issues.length} of the schema's rules are not met`));
    const { value } = result;
    const claims = freezePlain(isObject(value) ? { ...identity.claims, ...value } : value);
    return Object.freeze({ ...identity, claims: claims as Claims });
  };

  return (identity) => {
    let result: StandardResult<Claims> | Promise<StandardResult<Claims>>;
    try {
      result = schema["~standard"].validate(identity.claims);
    } catch (cause) {
      throw refuse(outline(cause));
    }
    // A promise of another realm or library is a promise all the same.
    if (!isThenable(result)) return finish(identity, result);
    return Promise.resolve(result).then(
      (done) => finish(identity, done),
      (cause: unknown) => {
        throw refuse(outline(cause));
      },
    );
  };
}

// The identity is handed to every request with the same token: what the schema made is shared too. Instances of classes
// (a Date of a transform) are the schema's own, and stay as they are.
function freezePlain<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freezePlain(inner);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
