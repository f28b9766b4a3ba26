// Thumbprints of a certificate, in a header and beside a key (RFC 7515 §4.1.7 and §4.1.8, RFC 7517 §4.8 and §4.9).

/** `x5t` and `x5t#S256`, as far as there are any. */
export type Thumbprints = Readonly<Record<string, unknown>>;

/** The thumbprints among the members of a header or a JWK; `undefined` where it has none. */
export function thumbprintsOf(members: Readonly<Record<string, unknown>>): Thumbprints | undefined {
  const found = Object.entries(members).filter(([name]) => name === "x5t" || name === "x5t#S256");
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Whether a header and a key name the same certificate, where both name one: they choose no key, but may not contradict. */
export function thumbprintsAgree(header: Thumbprints | undefined, key: Thumbprints | undefined): boolean {
  if (!header || !key) return true;
  return Object.entries(header).every(([name, value]) => !Object.hasOwn(key, name) || key[name] === value);
}
