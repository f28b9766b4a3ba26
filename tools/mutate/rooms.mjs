// Whose refusals the mutation run disables, and which suites have to notice.

/**
 * A floor's suites run where one of its refusals is tried. `everyWayOut`: as `findSites` has it.
 *
 * @type {{ sources: string[], suites: string[], everyWayOut: boolean }[]}
 */
export const floors = [
  {
    sources: ["verify", "authorize"],
    suites: ["{verify,presets,authorize,sender,introspection}/**/*.test.ts"],
    everyWayOut: false,
  },
  { sources: ["session", "cookies.ts"], suites: ["session/**/*.test.ts"], everyWayOut: true },
  { sources: ["login", "people-options.ts"], suites: ["login/**/*.test.ts"], everyWayOut: true },
  {
    // What of the edge is about sessions and endpoints; the rest is tried through every framework.
    sources: [
      ...["session-way", "cross-site", "csrf-tokens", "navigation"],
      ...["form-body", "endpoint-request", "routing"],
    ].map((name) => `http/${name}.ts`),
    suites: ["http/**/*.test.ts"],
    everyWayOut: true,
  },
  {
    // Memory, and what the drivers share: each of those is tried against its database.
    sources: ["memory", "rows", "scope", "text"].map((name) => `stores/${name}.ts`),
    suites: ["stores/**/*.test.ts"],
    everyWayOut: true,
  },
];

/** Suites that would say nothing more, or not in time. */
export const tooMuch = [
  // They look for crashes, not for refusals.
  "**/*fuzz*",
  "**/properties.test.ts",
  // Vectors are not at hand everywhere.
  "**/vectors-*",
  "**/rfc9449*",
  // The tables on one platform will do.
  "**/*-web.test.ts",
  // Processes run what was built, which has every refusal.
  "**/processes.test.ts",
  "**/stores/{outage,sqlite-processes}.test.ts",
  "**/login/dev-idp.test.ts",
];
