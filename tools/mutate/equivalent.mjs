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
  {
    within: "ask",
    text: "!(error instanceof AuthError)",
    why: "what is none has no such code: it tells the compiler so",
  },
  {
    within: "ask",
    text: "if (ended.has(current.id, now()))",
    why: "an ended session is refused before its successor is looked for: it only spares remembering one",
  },
  {
    within: "open",
    text: "if (before?.row.version === row.version",
    why: "the same text holds the same content: it only spares opening it again",
  },
  {
    within: "unlessExpired",
    text: "isSuspect",
    why: "where nothing is to be taken out, looking takes out nothing: it only spares that",
  },
  {
    within: "scopesOf",
    text: "if (sid === undefined) return",
    why: "nobody asks for the scopes that there would be besides: it only spares keeping them",
  },
  {
    within: "attempt",
    text: "throw new TypeError",
    why: "there is always a way, and the last one answers or throws: it tells the compiler so",
  },
  {
    within: "identityClaims",
    text: "!verify",
    why: "an application without it refuses to start: it tells the compiler so",
  },
  {
    within: "discard",
    text: "if (!api) return",
    why: "what has no provider fails below, quietly as well: it tells the compiler so",
  },
  {
    within: "ownTarget",
    text: "if (url.origin !== origin)",
    why: "there is no such parser: it is there in case of one",
  },
  {
    within: "sessionEndpoint",
    text: "!content",
    why: "without a content there is no client of it either: it tells the compiler so",
  },
  {
    within: "visitOf",
    text: "if (before && !check) return",
    why: "what follows comes to the same: it only spares the steps",
  },
];
