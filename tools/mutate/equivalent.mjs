// Refusals that can be disabled without any change of behaviour, and why. Everything else must be noticed by a test.

/** @type {{ file: string, text: string, why: string }[]} */
export const equivalent = [
  {
    file: "verify/claims.ts",
    text: 'typeof actor !== "object"',
    why: "what is no object has no sub either, and is refused for that by the same code",
  },
  {
    file: "verify/claims.ts",
    text: "Array.isArray(actor)",
    why: "a list has no sub either, and is refused for that by the same code",
  },
  {
    file: "verify/claims.ts",
    text: "list.length === 0",
    why: "an empty list names none of the configured audiences, and is refused for that by the same code",
  },
  {
    file: "verify/custom-claims.ts",
    text: "throw refuse(outline(cause))",
    why: "a schema that threw has given no answer, which is refused by the same code",
  },
];
