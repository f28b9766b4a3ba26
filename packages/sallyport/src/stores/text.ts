// Texts that databases or their drivers would change on the way.

/**
 * Refuses what a database or its driver would cut off or replace: then one person might be found under another's name.
 *
 * @throws TypeError where a text has a NUL, or half a surrogate pair
 */
export function checkText(...texts: readonly (string | undefined)[]): void {
  if (texts.some((text) => text !== undefined && (text.includes("\0") || !text.isWellFormed()))) {
    throw new TypeError("A text with a NUL or half a surrogate pair can't be kept in a database");
  }
}
