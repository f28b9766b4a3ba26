// `sallyport/stores/redis`: sessions in Redis or Valkey, for the processes of many machines.
import { isFunction, isInteger, isPlainObject, isText, type OptionTable } from "../options.ts";
import type { SessionStore, StoredSession } from "../session/index.ts";
import { checkWithClient } from "./client-option.ts";
import { answered } from "./failure.ts";
import { fields, scripts } from "./redis-scripts.ts";
import { checkScope } from "./scope.ts";
import { checkText } from "./text.ts";

export type { SessionStore } from "../session/index.ts";

/** A client of ioredis, as far as it is used here. */
export interface RedisClient {
  eval(script: string, numberOfKeys: number, ...args: (string | number)[]): Promise<unknown>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
}

/** Options of {@link createRedisSessionStore}. */
export interface RedisSessionStoreOptions {
  /** A client of ioredis, 5 or later. */
  readonly client: RedisClient;
  /** What all keys begin with, in braces. Default: `sallyport`. */
  readonly prefix?: string;
  /** Milliseconds after which a server that does not answer has failed. Default: 2000. */
  readonly timeoutMs?: number;
}

const optionTable = {
  client: {
    check: (value) =>
      isPlainObject(value) && (["eval", "hmget"] as const).every((name) => isFunction(value[name])),
    takes: "a client: new Redis(url) of ioredis",
    doc: "The client.",
  },
  prefix: {
    check: (value) => isText(value) && !/[{}]/.test(value),
    takes: "a text without braces",
    doc: "What all keys begin with, in braces.",
    default: "`sallyport`",
  },
  timeoutMs: {
    check: isInteger(1, 60_000),
    takes: "a whole number of milliseconds from 1 to 60000",
    doc: "After which a server that does not answer has failed.",
    default: "2000",
  },
} as const satisfies OptionTable;

/**
 * Keeps sessions in Redis (7 or later) or Valkey. Every verb is one round trip: `read` a plain command, the others a script. What
 * has expired goes by itself, a minute after the caller's clock says so. The prefix is a hash tag: on a cluster all keys are in
 * one slot, for the scripts' sake, and so on one of its nodes.
 *
 * Two things the server has to be set to: `maxmemory-policy noeviction`, or it throws people out when it is full, and
 * logouts with them; and persistence, or a restart signs everybody out. A logout that a primary took with it when it failed is
 * undone.
 *
 * While the server is away, `maxRetriesPerRequest: 1` makes the client say so before `timeoutMs` is over.
 *
 * @throws TypeError where the client is missing, or an option is unknown or of the wrong form
 *
 * @example
 * ```ts
 * import { Redis } from "ioredis";
 * const client = new Redis("redis://127.0.0.1:6379", { maxRetriesPerRequest: 1 });
 * const store = createRedisSessionStore({ client });
 * ```
 */
export function createRedisSessionStore(options: RedisSessionStoreOptions): SessionStore {
  checkWithClient("createRedisSessionStore", options, optionTable, "client");
  const { client, prefix = "sallyport", timeoutMs = 2_000 } = options;
  const base = `{${prefix}}:`;
  const within = <Answer>(answer: Promise<Answer>) => answered("Redis", timeoutMs, answer);

  /** By its text, not its digest: the server knows a text it has seen, and nothing has to be loaded again after a restart. */
  function run(verb: keyof typeof scripts, ...args: readonly (string | number)[]): Promise<unknown> {
    return within(client.eval(scripts[verb], 1, base, ...args));
  }
  const says = async (...given: Parameters<typeof run>) => (await run(...given)) === 1;

  return {
    async create(session, { since, replaces, now }) {
      checkText(session.sealed);
      const { idHash, issuer, subject, sid, version, sealed, createdAt, expiresAt, idleAt } = session;
      const values = [json(issuer), json(subject), json(sid), version, sealed, createdAt, expiresAt, idleAt];
      return says("create", idHash, now, since, replaces ?? "", ...values);
    },
    async read(idHash, now) {
      const session = sessionOf([idHash, ...(await within(client.hmget(`${base}s:${idHash}`, ...fields)))]);
      return session && Math.min(session.expiresAt, session.idleAt) > now ? session : undefined;
    },
    async touch(idHash, idleAt, now) {
      await run("touch", idHash, now, idleAt);
    },
    async replace(idHash, version, { sealed, sid }, now) {
      checkText(sealed);
      return says("replace", idHash, now, version, sealed, json(sid));
    },
    lease: (idHash, { version, holder, until }, now) => says("lease", idHash, now, version, holder, until),
    async release(idHash, holder) {
      await run("release", idHash, holder);
    },
    async end(idHash, now) {
      return sessionsOf(await run("end", idHash, now))[0];
    },
    async endAll(scope, { now, rememberUntil }) {
      checkScope(scope);
      const { issuer, subject, sid } = scope;
      return sessionsOf(await run("endAll", json(issuer), json(subject), json(sid), now, rememberUntil));
    },
    async list({ issuer, subject }, now) {
      return sessionsOf(await run("list", json(issuer), json(subject), now))
        .sort((one, other) => other.createdAt - one.createdAt)
        .map(({ sealed: _sealed, version: _version, ...summary }) => summary);
    },
    once: (word, until, now) => says("once", json(word), until, now),
    sweep: async () => 0,
  };
}

/** Nothing is an empty text, which no JSON is. */
const json = (text: string | undefined) => (text === undefined ? "" : JSON.stringify(text));

const sessionsOf = (answer: unknown) =>
  (answer as (string | null)[][]).map(sessionOf).filter((session) => session !== undefined);

/** @param found the id, and the values of `fields` */
function sessionOf([idHash, issuer, subject, sid, ...others]: readonly (string | null)[]):
  | StoredSession
  | undefined {
  if (!idHash || !issuer || !subject) return undefined;
  const [version, sealed, createdAt, expiresAt, idleAt] = others;
  return {
    idHash,
    issuer: JSON.parse(issuer),
    subject: JSON.parse(subject),
    sid: sid ? JSON.parse(sid) : undefined,
    version: Number(version),
    sealed: sealed ?? "",
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    idleAt: Number(idleAt),
  };
}
