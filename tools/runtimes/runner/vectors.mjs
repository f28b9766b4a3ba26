// `test/support/vectors.ts` where a file system may be missing.
import { list, present, read } from "vectors:data";
import { describe, expect, test } from "vitest";

export const vectorBytes = (path) => read(path);
export const vectorJson = (path) => JSON.parse(new TextDecoder().decode(read(path)));
export const vectorFiles = (path) => (present ? list(path) : []);

export function describeVectors(name, cases, run) {
  describe.skipIf(!present)(name, () => {
    if (!present) return;
    let count = 0;
    run(() => {
      count += 1;
    });
    test(`all ${cases} cases were run`, () => expect(count).toBe(cases));
  });
}
