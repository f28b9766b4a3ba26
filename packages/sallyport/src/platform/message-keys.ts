// The keys that messages are sealed with: a salt, and with it a key, serves many messages, so that a process makes a key once and not
// with every message that it opens.
import { createRecent, type Recent } from "../recent.ts";

/** A salt to seal with, and its key. */
export interface SealingKey<Key> {
  readonly salt: Uint8Array;
  readonly key: Key;
}

/** The key to open a message with. */
export interface OpeningKey<Key> {
  readonly key: Key;
  /** Its salt, a character a byte. */
  readonly name: string;
  /** Whether it has opened a message here. */
  proven: boolean;
}

/** See {@link createMessageKeys}. */
export interface MessageKeys<Key> {
  /** The key for one more message. */
  toSeal(secret: Uint8Array): SealingKey<Key>;
  /** To be called when the key could not be made: the next message gets another. */
  failed(secret: Uint8Array): void;
  /** The key of a message with this salt. */
  toOpen(secret: Uint8Array, salt: Uint8Array): OpeningKey<Key>;
  /** To be called when it has opened one: keys of salts that somebody made up are not remembered. */
  opened(secret: Uint8Array, opening: OpeningKey<Key>): void;
}

export const saltBytes = 16;
export const nonceBytes = 12;
export const tagBytes = 16;

// With random nonces, a key is good for 2^32 messages (NIST SP 800-38D §8.3).
const mostMessages = 2 ** 20;
// Each process that seals has one salt at a time.
const mostSalts = 1000;

interface Ring<Key> {
  readonly known: Recent<OpeningKey<Key>>;
  own: SealingKey<Key> | undefined;
  messages: number;
}

/**
 * @param make makes the key of a salt: HMAC-SHA-256 under the secret
 * @param randomSalt a salt that nobody has had before
 */
export function createMessageKeys<Key>(
  make: (secret: Uint8Array, salt: Uint8Array) => Key,
  randomSalt: () => Uint8Array,
): MessageKeys<Key> {
  const rings = new WeakMap<Uint8Array, Ring<Key>>();

  function ringOf(secret: Uint8Array): Ring<Key> {
    const found = rings.get(secret);
    if (found) return found;
    const ring: Ring<Key> = { known: createRecent(mostSalts), own: undefined, messages: 0 };
    rings.set(secret, ring);
    return ring;
  }

  return {
    toSeal(secret) {
      const ring = ringOf(secret);
      if (ring.own === undefined || ring.messages >= mostMessages) {
        const salt = randomSalt();
        ring.own = { salt, key: make(secret, salt) };
        ring.messages = 0;
      }
      ring.messages += 1;
      return ring.own;
    },
    failed(secret) {
      ringOf(secret).own = undefined;
    },
    toOpen(secret, salt) {
      const name = String.fromCharCode(...salt);
      return ringOf(secret).known.get(name) ?? { key: make(secret, salt), name, proven: false };
    },
    opened(secret, opening) {
      if (opening.proven) return;
      opening.proven = true;
      ringOf(secret).known.set(opening.name, opening);
    },
  };
}
