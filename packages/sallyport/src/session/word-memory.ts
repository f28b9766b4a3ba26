// Words that a process remembers until a time, within a bound: what was used once, which sessions have ended.

/** A bounded memory of words. Times in milliseconds since 1970. */
export interface WordMemory {
  has(word: string, at: number): boolean;
  /** `false` where the word is known already. */
  add(word: string, until: number, at: number): boolean;
}

const sweepMs = 1000;

/** @param most words held; beyond them the eldest is forgotten: nobody can shut others out by filling the memory */
export function createWordMemory(most: number): WordMemory {
  const words = new Map<string, number>();
  let sweptAt = Number.NEGATIVE_INFINITY;

  function makeRoom(at: number): void {
    // Looking at all of them for each new one would be a way to keep the process busy.
    if (Math.abs(at - sweptAt) >= sweepMs) {
      sweptAt = at;
      for (const [word, until] of words) if (until <= at) words.delete(word);
    }
    if (words.size < most) return;
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
