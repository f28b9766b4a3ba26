// Which header an answer behind a guard depends on.

/**
 * The value of `Vary` with a name added to what is there.
 *
 * RFC 9111 §3.5 keeps shared caches from storing the answer to a request with `Authorization`, so a required route needs
 * nothing for tokens. An optional route also answers requests without it: what a cache stored of those is for nobody else.
 * No such rule is there for `Cookie`.
 */
export function vary(present: unknown, name: string): string {
  const value = Array.isArray(present) ? present.join(", ") : present;
  if (typeof value !== "string" || value === "") return name;
  const names = value.split(",").map((one) => one.trim().toLowerCase());
  return names.includes("*") || names.includes(name.toLowerCase()) ? value : `${value}, ${name}`;
}
