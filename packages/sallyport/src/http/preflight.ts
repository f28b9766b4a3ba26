// CORS preflights: neither refused nor let in.
import { Answer } from "./refusal.ts";

/**
 * Whether an OPTIONS request without `Authorization` is a real CORS preflight (Fetch §3.3.2: `Origin` and
 * `Access-Control-Request-Method`). Any other OPTIONS request is guarded like GET.
 */
export function isPreflight(
  header: (name: string) => string | readonly string[] | null | undefined,
): boolean {
  const has = (name: string) => {
    const value = header(name);
    return typeof value === "string" && value !== "";
  };
  return has("origin") && has("access-control-request-method");
}

/**
 * The answer to a preflight that reaches a guard which takes a token: an empty 204, which allows nothing.
 *
 * A browser sends preflights without credentials, so a 401 would be wrong; but whatever is behind the guard may answer
 * any method, so going on would let everyone in who adds two headers. CORS middleware in front of the guard answers
 * before this one does.
 */
export const preflightAnswer: Answer = new Answer(204, {}, undefined);
