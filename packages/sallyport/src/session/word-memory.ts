// Words that a process remembers until a time, within a bound: what was used once, which sessions have ended.

/** A bounded memory of words. Times in milliseconds since 1970. */
export interface WordMemory {
  has(word: string, at: number): boolean;
  /** `false` where the word is known already. */
  add(word: string, until: number, at: number): boolean;
}

const sweepMs = 1000;

/** @param whenFull `throw` where forgetting would let something in again; `forget` the eldest where it only weakens */
export function createWordMemory(most: number, whenFull: "throw" | "forget"): WordMemory {
  const words = new Map<string, number>();
  let sweptAt = Number.NEGATIVE_INFINITY;

  function makeRoom(at: number): void {
    // Looking at all of them for each new one would be a way to keep the process busy.
    if (Math.abs(at - sweptAt) >= sweepMs) {
      sweptAt = at;
      for (const [word, until] of words) if (until <= at) words.delete(word);
    }
    if (words.size < most) return;
    if (whenFull === "throw") throw new Error("The process's memory of used words is full");
    for (const [eldest] of words) {
      words.delete(eldest);
      break;
    }
  }

  const has = (word: string, at: number) => (words.get(word) ?? at) > at;
  return {
    has,
    add(word, until, at) {
      if (has(word, at)) return false;
      words.delete(word);
      if (words.size >= most) makeRoom(at);
      words.set(word, until);
      return true;
    },
  };
}
