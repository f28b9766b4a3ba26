// Refusals that can be disabled without any change of behaviour, and why. Everything else must be noticed by a test.

/** @type {{ file: string, text: string, why: string }[]} */
export const equivalent = [];
