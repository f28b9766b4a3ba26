// Sealing what leaves the process: encrypted and authenticated, for one purpose, with its expiry inside.
import { platform } from "#platform";
import { chain, isPromise } from "../chain.ts";
import type { JsonValue } from "../identity.ts";

/** Seals JSON, and opens what it has sealed. */
export interface Sealer {
  /**
   * @param purpose what it is for, in ASCII: each has a key of its own; a fixed word of the code, never anything of a request
   * @param context what it belongs to, which has to be the same to open it
   * @param expiresAt when it is good for nothing any more, in milliseconds since 1970
   */
  seal(purpose: string, context: string, value: unknown, expiresAt: number): string | Promise<string>;
  /** What was sealed; `undefined` where it has expired, was changed, or is of another secret, purpose or context. */
  open(
    purpose: string,
    context: string,
    sealed: string,
  ): JsonValue | undefined | Promise<JsonValue | undefined>;
}

/** What a {@link Sealer} needs of its surroundings. */
export interface SealerDeps {
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

interface RingKey {
  /** The first characters of what it seals: which key it was. */
  readonly id: string;
  readonly secret: Uint8Array;
  /** The keys made of the secret, by purpose. */
  readonly derived: Map<string, Uint8Array>;
}

const idCharacters = 8;

/**
 * A sealer with several secrets: the first seals, all open.
 *
 * What is sealed is `<key id>.<AES-256-GCM>`, in base64url. The secrets themselves encrypt nothing: each purpose has its own key,
 * made of a secret by HMAC-SHA-256 with a label (NIST SP 800-108), so that a login's state is no session, whoever put it where.
 *
 * @param secrets 32 random bytes or more each
 */
export function createSealer(secrets: readonly Uint8Array[], { now = Date.now }: SealerDeps = {}): Sealer {
  let known: readonly RingKey[] | undefined;

  function ring(): readonly RingKey[] | Promise<readonly RingKey[]> {
    if (known) return known;
    const ids = secrets.map((secret) => platform.hmacSha256(secret, "sallyport key id"));
    const finish = (all: readonly string[]) => {
      known = all.map((id, index) => ({
        id: id.slice(0, idCharacters),
        secret: secrets[index] as Uint8Array,
        derived: new Map(),
      }));
      return known;
    };
    return ids.some(isPromise) ? Promise.all(ids).then(finish) : finish(ids as string[]);
  }

  return {
    seal: (purpose, context, value, expiresAt) =>
      chain(ring(), ([first]) => {
        const { id } = first as RingKey;
        const text = JSON.stringify([expiresAt, value]);
        return chain(derive(first as RingKey, purpose), (key) =>
          chain(platform.seal(key, text, bound(purpose, context)), (sealed) => `${id}.${sealed}`),
        );
      }),
    open: (purpose, context, sealed) =>
      chain(ring(), (keys) => {
        const key = keys.find(({ id }) => sealed.startsWith(id));
        if (!key || sealed[idCharacters] !== ".") return undefined;
        return chain(derive(key, purpose), (derived) =>
          chain(platform.open(derived, sealed.slice(idCharacters + 1), bound(purpose, context)), (text) =>
            text === undefined ? undefined : unlessExpired(text, now()),
          ),
        );
      }),
  };
}

function derive({ secret, derived }: RingKey, purpose: string): Uint8Array | Promise<Uint8Array> {
  return (
    derived.get(purpose) ??
    chain(platform.hmacSha256(secret, `sallyport seal ${purpose}`), (text) => {
      const key = platform.decodeBase64url(text) as Uint8Array;
      derived.set(purpose, key);
      return key;
    })
  );
}

function bound(purpose: string, context: string): string {
  return `${purpose}\n${context}`;
}

function unlessExpired(text: string, at: number): JsonValue | undefined {
  // A member of this name reaches the prototype in code that copies by assignment; an older version may have let it in. A name
  // may be written with escapes.
  const isSuspect = text.includes("__proto__") || text.includes("\\u");
  const [expiresAt, value] = JSON.parse(text, isSuspect ? withoutPrototype : undefined) as [
    number,
    JsonValue,
  ];
  return expiresAt > at ? value : undefined;
}

function withoutPrototype(name: string, value: unknown): unknown {
  return name === "__proto__" ? undefined : value;
}
