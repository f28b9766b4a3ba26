// Whether a shared secret is one: not a public key in disguise, and not what a dictionary of leaked secrets would have.

/**
 * Says what is wrong with a secret for HMAC, or `undefined`.
 *
 * A public key as an HMAC secret is the RS256 → HS256 confusion, made by hand (RFC 8725 §2.1). A memorable text is not a key
 * (RFC 8725 §3.5): samples, placeholders, sentences and repetitions are known by sight, and what is left is estimated: a
 * word or a repetition counts for little. Nobody can tell of a text that it is random; this tells of some that they are not.
 */
export function secretFlaw(bytes: Uint8Array): string | undefined {
  // The decoder drops a byte-order mark, `trim` white space.
  const text = new TextDecoder().decode(bytes).trim();
  if (keyText.test(text) || isDer(bytes) || isDerInBase64(text)) {
    return "`secret` takes a random secret, not the text of a key or certificate";
  }
  if (
    new Set(bytes).size < fewestDistinctBytes ||
    isRepetition(text) ||
    knownWords.test(text) ||
    (sentence.test(text) && isWordy(text)) ||
    bitsIn(bytes, text) < leastBits
  ) {
    return "`secret` takes a random secret; this one could be guessed";
  }
  return undefined;
}

const keyText = /-----BEGIN |"(?:kty|keys)"\s*:|^(?:ssh|ecdsa|sk-ssh)-/;
const fewestDistinctBytes = 8;
// Each is so long that a random secret of letters and digits holds it less often than once in a million.
const knownWords =
  /secret|passw|change.?(?:me|this)|example|default|sample|string|token|random|placeholder|your[-_ ]|^my[-_ ][a-z]{3,}[-_ ]|quick.?brown|qwerty|asdfgh|abcdefgh|0123456789|1234567890/i;
const sentence = /^[a-z]+(?:[-_ .,]+[a-z]+){3,}[.!?]?$/i;

// 32 random characters of hexadecimal have 128, and 32 digits 106.
const leastBits = 90;
const copyBits = 8;
const shortestCopy = 5;
const mostLookedAt = 1024;

/** How much there is to guess for who knows words, and tries them over and over: rather too much than too little. */
function bitsIn(bytes: Uint8Array, text: string): number {
  // What is no text is bytes, each as good as any other: their letters say nothing.
  const isText = !text.includes("\ufffd");
  // What has not got it by then never will.
  const symbols = isText
    ? text.slice(0, mostLookedAt)
    : String.fromCharCode(...bytes.subarray(0, mostLookedAt));
  const bitsOf = isText ? costs(text) : () => 8;
  const folded = symbols.toLowerCase();
  let bits = 0;
  for (let at = 0; at < symbols.length && bits < leastBits; ) {
    const copied = Math.max(copyAt(folded, at), runAt(folded, at));
    bits += copied >= shortestCopy ? copyBits : bitsOf(symbols.charAt(at));
    at += copied >= shortestCopy ? copied : 1;
  }
  return bits;
}

/** How many characters from here on have been there before. */
function copyAt(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && text.slice(0, at + length).includes(text.slice(at, at + length + 1)))
    length += 1;
  return length;
}

/** How many characters from here on are one and the same, or follow each other: `aaaa`, `4567`, `dcba`. */
function runAt(text: string, at: number): number {
  const stepAt = (index: number) => text.charCodeAt(index + 1) - text.charCodeAt(index);
  const step = stepAt(at);
  if (Math.abs(step) > 1) return 1;
  let end = at + 1;
  while (end < text.length && stepAt(end - 1) === step) end += 1;
  return end - at;
}

/** What a character of this text is worth. */
function costs(text: string): (character: string) => number {
  if (isWordy(text)) {
    // Written language has about two bits a letter.
    return (one) => (/\d/.test(one) ? Math.log2(10) : 2);
  }
  if (/^[\da-f-]+$/i.test(text)) return (one) => (one === "-" ? 0 : 4);
  const kinds: readonly (readonly [RegExp, number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 32],
  ];
  const size = kinds.reduce((sum, [kind, many]) => sum + (kind.test(text) ? many : 0), 0);
  return () => Math.log2(size);
}

/** Pairs of letters that follow each other in every second place of written English, and nearly as often in its neighbours. */
const commonPairs = new Set(
  "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce".split(
    " ",
  ),
);

/** Whether most of it looks like words: by their case, and by what follows what in them. */
function isWordy(text: string): boolean {
  const words =
    text
      .match(/[A-Z]?[a-z]{3,}|[A-Z][a-z]{2}|[A-Z]{3,}/g)
      ?.join("")
      .toLowerCase() ?? "";
  const pairs = [...words.slice(1)].filter((letter, index) => commonPairs.has(words.charAt(index) + letter));
  return (
    words.length >= 0.75 * (text.match(/[a-z\d]/gi)?.length ?? 0) &&
    pairs.length >= Math.max(7, 0.33 * (words.length - 1))
  );
}

function isRepetition(text: string): boolean {
  // A text that is some shorter one repeated is found within itself, doubled, before its end.
  const first = `${text}${text}`.indexOf(text, 1);
  return text !== "" && first <= text.length / 2;
}

/** Whether bytes are one DER SEQUENCE that holds a SEQUENCE or an INTEGER: as keys and certificates do. */
function isDer(bytes: Uint8Array): boolean {
  const [tag, first = 0] = bytes;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const header = 2 + lengthBytes;
  if (tag !== 0x30 || lengthBytes > 3) return false;
  const length =
    lengthBytes === 0 ? first : bytes.subarray(2, header).reduce((value, byte) => value * 256 + byte, 0);
  return header + length === bytes.length && (bytes[header] === 0x30 || bytes[header] === 0x02);
}

function isDerInBase64(text: string): boolean {
  try {
    return isDer(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch {
    return false;
  }
}
