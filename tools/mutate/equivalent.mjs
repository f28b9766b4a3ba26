// Refusals that can be disabled without any change of behaviour, and why. Everything else must be noticed by a test.

/**
 * `within`: the nearest function with a name. `text`: how the refusal (with its `if`), or the alternative of its condition,
 * begins. A row that fits no refusal, or several, or one that a test notices, fails the run.
 *
 * @type {{ within: string, text: string, why: string }[]}
 */
export const equivalent = [
  {
    within: "get",
    text: "if (slot === none) return undefined",
    why: "no slot is -1, where nothing is read and nothing kept: it only spares the two look-ups",
  },
  {
    within: "patiently",
    text: "!current",
    why: "a flight was started or joined just before: it tells the compiler so",
  },
  {
    within: "requireAlways",
    text: "if (scopes.length === 0 && permissions.length === 0) return",
    why: "of empty lists nothing is missing: it only spares looking",
  },
  {
    within: "createUrlDifference",
    text: "if (htu === expected) return undefined",
    why: "two equal URIs are found equal below as well: it only spares parsing them",
  },
];
