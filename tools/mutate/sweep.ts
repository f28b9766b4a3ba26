// The first sweep of a mutation run, in one process: each refusal disabled in turn, over the cases of the tables that reach it.
import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { tokenCases } from "../../packages/sallyport/test/cases/index.ts";
import { createKit } from "../../packages/sallyport/test/support/kit.ts";
import { outcomeOf, staticVerifier } from "../../packages/sallyport/test/support/run-case.ts";

interface Switch {
  active: number;
  reached: Set<number>;
}

const { mutantSwitch } = globalThis as unknown as { mutantSwitch: Switch };

test("the tables notice", { timeout: 1_200_000 }, async () => {
  const kit = createKit();
  const cases = Object.values(tokenCases)
    .flat()
    .map((one) => ({ one, token: one.token(kit) }));
  const reaching = new Map<number, typeof cases>();
  for (const entry of cases) {
    mutantSwitch.reached.clear();
    if ((await answer(entry)) !== entry.one.expect)
      throw new Error(`${entry.one.name} fails without any mutant`);
    for (const number of mutantSwitch.reached) reaching.set(number, [...(reaching.get(number) ?? []), entry]);
  }
  const noticed: number[] = [];
  for (const [number, entries] of reaching) {
    mutantSwitch.active = number;
    for (const entry of entries) {
      if ((await answer(entry)) === entry.one.expect) continue;
      noticed.push(number);
      break;
    }
  }
  mutantSwitch.active = -1;
  writeFileSync(process.env.SALLYPORT_NOTICED ?? "", JSON.stringify(noticed));

  async function answer({ one, token }: (typeof cases)[number]): Promise<unknown> {
    try {
      const outcome = await outcomeOf(staticVerifier(one, kit), one, kit, token);
      return outcome.accepted ? "accept" : (outcome.error as { code?: unknown }).code;
    } catch (error) {
      return error;
    }
  }
});
