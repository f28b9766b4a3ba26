// What every refusal has to be: one of ours, of the right code, and silent about the token.

import { refusals } from "../../src/errors.ts";
import { AuthError, type AuthErrorCode } from "../../src/index.ts";

const challenges: Record<string, string> = {
  invalid_token:
    'Bearer realm="api", error="invalid_token", error_description="The access token is not valid"',
  token_expired:
    'Bearer realm="api", error="invalid_token", error_description="The access token has expired"',
};

/** Throws an Error that says what is wrong with the refusal, or gives it back. */
export function assertRefusal(error: unknown, code: AuthErrorCode, token: unknown): AuthError {
  if (!(error instanceof AuthError)) throw new Error(`Not an AuthError: ${String(error)}`, { cause: error });
  if (error.code !== code) throw new Error(`Expected ${code}, got ${error.code}: ${error.message}`);
  if (error.status !== refusals[code].status) throw new Error(`Wrong status ${error.status}`);
  if (error.status === 401 && error.error === "invalid_token") {
    const expected = challenges[code] ?? challenges.invalid_token;
    if (error.challenge() !== expected) throw new Error(`Unexpected challenge ${error.challenge()}`);
  }
  if (error.status === 503 && error.challenge() !== undefined) throw new Error("A 503 has no challenge");
  const told = [error.description, error.challenge() ?? "", error.message, String(error.cause ?? "")].join(
    "\n",
  );
  for (const secret of secretsOf(token)) {
    if (told.includes(secret)) throw new Error(`The refusal repeats "${secret}" of the token: ${told}`);
  }
  return error;
}

/** Everything in a token that is long enough to be recognised: its segments, and the texts inside. */
function secretsOf(token: unknown): string[] {
  if (typeof token !== "string") return [];
  const found = new Set<string>();
  for (const segment of token.slice(0, 100_000).split(".").slice(0, 6)) {
    if (segment.length >= 16) found.add(segment.slice(0, 64));
    try {
      collect(JSON.parse(Buffer.from(segment, "base64url").toString()), found, 0);
    } catch {
      // Not JSON: the segment itself is looked for.
    }
  }
  return [...found];
}

function collect(value: unknown, found: Set<string>, depth: number): void {
  if (depth > 8) return;
  // Short ones and the words of our own sentences would be found by chance.
  if (typeof value === "string" && value.length >= 8 && !ownWords.has(value)) found.add(value);
  if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) collect(inner, found, depth + 1);
}

const ownWords = new Set(["constructor", "logout+jwt", "insufficient"]);
