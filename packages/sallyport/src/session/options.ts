// What can be said of sessions: the type for users, a row each for check, environment and docs, and what is decided once.
import { checkOptions, isInteger, isText, type OptionTable, parseList } from "../options.ts";
import { secretFlaw } from "../secret-quality.ts";

/** Sessions of people who signed in. */
export interface SessionOptions {
  /**
   * What sessions are sealed with: 32 random bytes or more (`openssl rand -base64 48` makes one), the same in all processes. Of a
   * list, the first seals and all open, so that a secret is replaced without signing anybody out.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Seconds without a request after which a session ends. Default: 28800 (8 hours). */
  readonly idleSeconds?: number;
  /** Seconds after the sign-in when a session ends, whatever happens. Default: 86400 (24 hours). */
  readonly absoluteSeconds?: number;
  /** Seconds for which a session goes on with expired tokens while its provider can't be asked for new ones. Default: 3600. */
  readonly staleSeconds?: number;
  /** The cookie's name; `__Host-` comes in front of it. Default: `session`. */
  readonly cookieName?: string;
}

/** All there is to know about an application's sessions. Times in milliseconds. */
export interface SessionSettings {
  readonly secrets: readonly Uint8Array[];
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly staleMs: number;
  /** Without its prefix. */
  readonly cookieName: string;
}

const leastSecretBytes = 32;
const mostSecrets = 8;
const day = 86_400;

const bytesOf = (secret: string | Uint8Array) =>
  typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
const isSecret = (value: unknown): value is string | Uint8Array => {
  if (!isText(value) && !(value instanceof Uint8Array)) return false;
  const bytes = bytesOf(value);
  return bytes.length >= leastSecretBytes && secretFlaw(bytes) === undefined;
};
const isSecretList = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.length <= mostSecrets && value.every(isSecret);

const seconds = (least: number, greatest: number) => ({
  check: isInteger(least, greatest),
  takes: `a whole number of seconds from ${least} to ${greatest}`,
  parse: Number,
});

/** Rows of {@link SessionOptions}. */
export const sessionOptionTable = {
  secret: {
    check: (value) => isSecret(value) || isSecretList(value),
    takes: `a random secret of ${leastSecretBytes} bytes or more, in which there are no words, or a list of such (\`openssl rand -base64 48\` makes one)`,
    doc: `What sessions are sealed with, the same in all processes: ${leastSecretBytes} random bytes or more, which \`openssl rand -base64 48\` makes. Of a list, the first seals and all open. A new one is added behind the old one first, in all processes; then put in front; and the old one is taken out after the absolute limit.`,
    env: ["SESSION_SECRET"],
    // Neither hexadecimal nor base64 has a comma or a space.
    parse: (text) => {
      const list = parseList(text);
      return list.length === 1 ? list[0] : list;
    },
    secret: true,
  },
  idleSeconds: {
    ...seconds(60, 90 * day),
    doc: "How long a session lasts without a request. Requests are noted once a minute at most.",
    default: "`28800` (8 hours), or `absoluteSeconds` where that is less",
    env: ["SESSION_IDLE_SECONDS"],
  },
  absoluteSeconds: {
    ...seconds(60, 365 * day),
    doc: "How long a session lasts at most, from the sign-in on: nothing prolongs it.",
    default: "`86400` (24 hours)",
    env: ["SESSION_ABSOLUTE_SECONDS"],
  },
  staleSeconds: {
    ...seconds(0, day),
    doc: "How long a session goes on with expired tokens while its provider can't be asked for new ones. After that the answer is 503.",
    default: "`3600`",
    env: ["SESSION_STALE_SECONDS"],
  },
  cookieName: {
    // A dot in front of a number names a chunk; the prefixes are ours to put (RFC 6265bis §4.1.3).
    check: (value) =>
      isText(value) && /^[A-Za-z0-9_-]{1,64}$/.test(value) && !/^__(?:host|secure|http)/i.test(value),
    takes: "up to 64 letters, digits, hyphens and underscores, without a prefix such as __Host-",
    doc: "The name of the session's cookie; `__Host-` comes in front of it where there is TLS.",
    default: "`session`",
    env: ["SESSION_COOKIE_NAME"],
  },
} as const satisfies OptionTable;

/**
 * Resolves `session`.
 *
 * @throws TypeError one sentence that names the option and what it takes
 */
export function resolveSession(options: SessionOptions, where = "sallyport: `session`"): SessionSettings {
  checkOptions(where, options, sessionOptionTable);
  const { secret, absoluteSeconds = day, staleSeconds = 3600, cookieName = "session" } = options;
  if (secret === undefined) {
    throw new TypeError(`${where}: \`secret\` is missing; it takes ${sessionOptionTable.secret.takes}`);
  }
  const { idleSeconds = Math.min(28_800, absoluteSeconds) } = options;
  if (idleSeconds > absoluteSeconds) {
    throw new TypeError(`${where}: \`idleSeconds\` takes no more than \`absoluteSeconds\``);
  }
  const list: readonly (string | Uint8Array)[] = Array.isArray(secret) ? secret : [secret];
  return {
    secrets: list.map((one) => bytesOf(one).slice()),
    idleMs: idleSeconds * 1000,
    absoluteMs: absoluteSeconds * 1000,
    staleMs: staleSeconds * 1000,
    cookieName,
  };
}

/** How often requests are noted at most, for the idle limit: once a minute, or oftener where that limit is short. */
export function noteEveryMs(idleMs: number): number {
  return Math.min(60_000, idleMs / 4);
}
