// Loops over the case tables with vitest; the platform is whatever the test file that calls this has chosen.
import { describe, expect, test } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { type TokenCase, tokenCases } from "../cases/index.ts";
import { assertRefusal } from "../support/assert-refusal.ts";
import { atOnce } from "../support/at-once.ts";
import { createKit, type Kit } from "../support/kit.ts";
import { memoryProvider, optionsOf, outcomeOf, requestsOf, staticVerifier } from "../support/run-case.ts";

/** How many cases the tables have at least: a table that loses some must not pass. */
const leastCases = 980;

/** Registers a test for each case. With `sync`, `verifySync` must answer the same. */
export function runTable({ sync }: { readonly sync: boolean }): void {
  const kit = createKit();
  describe.each(Object.entries(tokenCases))("%s", (_section, cases) => {
    test.each(cases.map((one) => [`${one.id} ${one.name}`, one] as const))("%s", async (_name, one) => {
      const token = one.token(kit);
      await withStaticKeys(kit, one, token, sync);
      await withRemoteKeys(kit, one, token);
    });
  });
  test("the tables are whole", () => {
    expect(Object.values(tokenCases).flat().length).toBeGreaterThanOrEqual(leastCases);
  });
}

async function withStaticKeys(kit: Kit, one: TokenCase, token: unknown, sync: boolean): Promise<void> {
  const verifier = staticVerifier(one, kit);
  // Twice: whatever the first answer put into a cache, the second must be the same.
  for (const time of ["first", "second"]) {
    const outcome = await outcomeOf(verifier, one, kit, token);
    if (one.expect === "accept")
      expect(outcome, time).toMatchObject({ accepted: true, identity: one.gives ?? {} });
    else if (outcome.accepted) throw new Error(`Accepted the ${time} time: ${one.id} ${one.name}`);
    else assertRefusal(outcome.error, one.expect, token);
    if (sync && atOnce && one.needs === undefined) {
      expect(answerOf(() => verifier.verifySync(token as string))).toBe(one.expect);
    }
  }
  if (one.honestAfterwards !== false && !one.config?.(kit).issuers) {
    expect((await verifier.verify(kit.token())).subject).toBe("248289761001");
  }
}

async function withRemoteKeys(kit: Kit, one: TokenCase, token: unknown): Promise<void> {
  const provider = memoryProvider(optionsOf(one, kit));
  if (provider.known.size === 0) return;
  const { fetch } = provider;
  const verifier = createVerifier(provider.options, { now: () => kit.nowSeconds * 1000, fetch });
  const outcome = await outcomeOf(verifier, one, kit, token);
  expect(outcome.accepted).toBe(one.expect === "accept");
  if (!outcome.accepted && one.expect !== "accept") assertRefusal(outcome.error, one.expect, token);
  expect(provider.requested.filter((url) => !provider.known.has(url))).toEqual([]);
  expect(provider.requested).toHaveLength(requestsOf(one));
}

/** `accept`, or the code of what was thrown. */
function answerOf(verify: () => unknown): unknown {
  try {
    verify();
    return "accept";
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
