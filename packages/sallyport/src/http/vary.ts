// Which header an answer behind a guard depends on.

/**
 * The value of `Vary` with `Authorization` added to what is there; for answers of optional routes.
 *
 * RFC 9111 §3.5 keeps shared caches from storing the answer to a request with `Authorization`, so a required route needs
 * nothing. An optional route also answers requests without it: what a cache stored of those is for nobody else.
 */
export function vary(present: unknown): string {
  const value = Array.isArray(present) ? present.join(", ") : present;
  if (typeof value !== "string" || value === "") return "Authorization";
  return /(?:^|,)\s*(?:\*|authorization)\s*(?:,|$)/i.test(value) ? value : `${value}, Authorization`;
}
