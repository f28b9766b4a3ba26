// Whether a shared secret is one: not a public key in disguise, and not what a dictionary of leaked secrets would have.

/**
 * Says what is wrong with a secret for HMAC, or `undefined`.
 *
 * A public key as an HMAC secret is the RS256 → HS256 confusion, made by hand (RFC 8725 §2.1). A memorable text is not a key
 * (RFC 8725 §3.5): samples, placeholders, sentences and repetitions are known by sight. That is no measure of randomness.
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
    sentence.test(text)
  ) {
    return "`secret` takes a random secret; this one could be guessed";
  }
  return undefined;
}

const keyText = /-----BEGIN |"(?:kty|keys)"\s*:|^(?:ssh|ecdsa|sk-ssh)-/;
const fewestDistinctBytes = 8;
// Each is so long that a random secret of letters and digits holds it less often than once in a million.
const knownWords =
  /secret|passw|change.?(?:me|this)|example|default|sample|string|token|random|placeholder|your[-_ ]|my[-_ ]|qwerty|asdfgh|abcdefgh|0123456789|1234567890/i;
const sentence = /^[a-z]+(?:[-_ .,]+[a-z]+){3,}[.!?]?$/i;

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
