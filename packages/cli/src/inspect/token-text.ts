// Where the token comes from, and what people copy along with it.
import { isObject } from "../answer.ts";
import { type Io, UsageError } from "../io.ts";
import { askHidden, readAll } from "../prompt.ts";

export const noArgument =
  "A token is not taken as an argument: it would stay in the shell's history, and show in the list of processes. Pipe it in, or run `sallyport inspect` alone and paste it at the prompt";

/**
 * The token to look at: from standard input, or from a prompt where that is a terminal.
 *
 * @throws UsageError where none comes
 */
export async function readToken(io: Io): Promise<string> {
  const text = io.stdin.isTTY
    ? await askHidden("Token (it is not shown): ", io, "")
    : await readAll(io.stdin);
  const token = bare(text);
  if (token === "") {
    throw new UsageError(
      "No token came on standard input; for example: sallyport token … | sallyport inspect",
    );
  }
  return token;
}

/** Without the header's name, the scheme, quotes, and the token endpoint's answer around it. */
export function bare(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    const { access_token: token } = parsed(trimmed);
    if (typeof token === "string") return token.trim();
  }
  return trimmed
    .replace(/^authorization:\s*/i, "")
    .replace(/^(bearer|dpop)\s+/i, "")
    .replace(/^(["'])(.*)\1$/s, "$2")
    .trim();
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
