// Which header an answer behind a guard depends on.

/**
 * The value of `Vary` with `Authorization` added to what is there.
 *
 * RFC 9111 §3.5 keeps shared caches from storing the answer to a request with `Authorization`, unless the answer says
 * `public` or the like. Then, and where nobody in particular was let in, this keeps callers apart.
 */
export function vary(present: unknown): string {
  const value = Array.isArray(present) ? present.join(", ") : present;
  if (typeof value !== "string" || value === "") return "Authorization";
  return /(?:^|,)\s*(?:\*|authorization)\s*(?:,|$)/i.test(value) ? value : `${value}, Authorization`;
}
