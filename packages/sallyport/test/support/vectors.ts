// Independent test vectors, kept beside the project: read where they are, and missed loudly where they are not.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../../../../../shared/vectors/", import.meta.url);
const present = existsSync(folder);
if (!present) {
  console.warn(`\nSKIPPED: the independent vectors are not at ${folder.pathname}\n`);
}

const vectorText = (path: string) => readFileSync(new URL(path, folder), "utf8");
export const vectorBytes = (path: string) =>
  readFileSync(new URL(path.replaceAll("#", "%23").replaceAll("+", "%2B"), folder));
export const vectorJson = <Json>(path: string) => JSON.parse(vectorText(path)) as Json;
export const vectorFiles = (path: string) => (present ? readdirSync(new URL(path, folder)).sort() : []);

/** A suite over vectors: skipped where the folder is absent, failed where it runs fewer cases than it has to. */
export function describeVectors(name: string, cases: number, run: (ran: () => void) => void): void {
  describe.skipIf(!present)(name, () => {
    if (!present) return;
    let count = 0;
    run(() => {
      count += 1;
    });
    test(`all ${cases} cases were run`, () => expect(count).toBe(cases));
  });
}
