// What the functions of `sallyport/client` take, checked before anything is made of it. Small, since it runs in browsers.

/** What each name takes, in words that end the sentence "`name` takes …"; `undefined` where the value is fine. */
export type Rules = Readonly<Record<string, (value: unknown) => string | undefined>>;

/**
 * Refuses what is not one object of these names.
 *
 * @throws TypeError naming the option and what it takes, never a value
 */
export function checkClientOptions(
  where: string,
  given: unknown,
  rules: Rules,
  others: readonly unknown[] = [],
): void {
  const names = Object.keys(rules).join(", ");
  if (typeof given !== "object" || given === null || others.length > 0) {
    throw new TypeError(`${where} takes one object: { ${names} }`);
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) throw new TypeError(`${where} has no option \`${unknown}\`. It has: ${names}`);
  for (const [name, rule] of Object.entries(rules)) {
    const value = (given as Record<string, unknown>)[name];
    const takes = rule(value);
    if (takes !== undefined) throw new TypeError(`${where}: \`${name}\` takes ${takes}${ifPromise(value)}`);
  }
}

/** @throws TypeError where it is no key of createDpopKey's */
export function checkDpopKey(where: string, key: unknown): void {
  const takes = dpopKey(key);
  if (takes !== undefined) throw new TypeError(`${where}: \`key\` takes ${takes}${ifPromise(key)}`);
}

/** The rule for a key. */
export function dpopKey(value: unknown): string | undefined {
  const isKey = isObject(value) && ["privateKey", "jwk", "algorithm"].every((name) => name in value);
  return isKey ? undefined : "what createDpopKey() resolves to";
}

/** A rule for what may be left out. */
export const optionally =
  (rule: (value: unknown) => string | undefined) =>
  (value: unknown): string | undefined =>
    value === undefined ? undefined : rule(value);

/** The rule for a text. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? undefined : "a text that is not empty";

/** The rule for `accessToken`. */
export const tokenSource = (value: unknown): string | undefined =>
  typeof value === "function" || text(value) === undefined
    ? undefined
    : "a token, or a function that brings one";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const ifPromise = (value: unknown) =>
  isObject(value) && "then" in value ? ", and this is a promise: await it first" : "";
