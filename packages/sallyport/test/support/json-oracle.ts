// A JSON reader of its own making, slow and plain, that knows the verifier's stricter rules: what both agree on is no accident.

class Refused extends Error {}

/** Whether the text is one JSON object by RFC 8259 and the verifier's stricter rules. */
export function isStrictObject(text: string, depth: number): boolean {
  let at = 0;
  const fail = (): never => {
    throw new Refused();
  };
  const skip = () => {
    while (text[at] === " " || text[at] === "\t" || text[at] === "\n" || text[at] === "\r") at += 1;
  };
  const take = (word: string) => {
    if (text.slice(at, at + word.length) !== word) fail();
    at += word.length;
  };

  function value(left: number): void {
    skip();
    const character = text[at];
    if (character === "{") object(left);
    else if (character === "[") array(left);
    else if (character === '"') string();
    else if (character === "t") take("true");
    else if (character === "f") take("false");
    else if (character === "n") take("null");
    else number();
    skip();
  }

  function object(left: number): void {
    if (left === 0) fail();
    const names = new Set<string>();
    take("{");
    skip();
    if (text[at] === "}") {
      at += 1;
      return;
    }
    for (;;) {
      skip();
      const name = string();
      if (names.has(name) || name === "__proto__") fail();
      names.add(name);
      skip();
      take(":");
      value(left - 1);
      if (text[at] !== ",") break;
      at += 1;
    }
    take("}");
  }

  function array(left: number): void {
    if (left === 0) fail();
    take("[");
    skip();
    if (text[at] === "]") {
      at += 1;
      return;
    }
    for (;;) {
      value(left - 1);
      if (text[at] !== ",") break;
      at += 1;
    }
    take("]");
  }

  function string(): string {
    take('"');
    let out = "";
    for (;;) {
      const character = text[at];
      if (character === undefined || character < " ") fail();
      at += 1;
      if (character === '"') break;
      if (character !== "\\") {
        out += character;
        continue;
      }
      const letter = text[at] ?? "";
      at += 1;
      const simple: Record<string, string> = {
        '"': '"',
        "\\": "\\",
        "/": "/",
        b: "\b",
        f: "\f",
        n: "\n",
        r: "\r",
        t: "\t",
      };
      if (letter === "u") {
        const digits = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail();
        out += String.fromCharCode(Number.parseInt(digits, 16));
        at += 4;
      } else {
        out += Object.hasOwn(simple, letter) ? simple[letter] : fail();
      }
    }
    // A lone surrogate can't be written in UTF-8.
    for (const point of out) if (/^[\ud800-\udfff]$/.test(point)) fail();
    return out;
  }

  function number(): void {
    const match = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/.exec(text.slice(at)) ?? fail();
    if (!Number.isFinite(Number(match[0]))) fail();
    at += match[0].length;
  }

  try {
    skip();
    object(depth);
    skip();
    return at === text.length;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Bytes of canonical base64url, bit by bit; `undefined` where it is anything else. */
export function decodeCanonical(text: string): number[] | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0 || character.length !== 1) return undefined;
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push(bits >> held);
      bits &= (1 << held) - 1;
    }
  }
  return held < 6 && bits === 0 ? bytes : undefined;
}
