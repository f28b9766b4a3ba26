// Sessions without a store: all of a session is in the cookie, sealed.
//
// What can't be had this way is said plainly. A cookie that was copied is good until its idle limit, and for no longer than the
// absolute limit after the sign-in, even where its session has ended: only the process that ended it knows. And two processes that
// renew the tokens of one session at the same moment don't know of each other: where the provider takes a refresh token once, one
// of them is refused. That one says nothing to the browser: the other's answer may just have brought a good cookie.

import { platform } from "#platform";
import { chain, isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import { quietly } from "../quietly.ts";
import { createRecent } from "../recent.ts";
import { type ChunkReading, createChunks } from "./chunks.ts";
import { copyContent } from "./content.ts";
import type { FoundSession, SessionContent, TokenRenewal } from "./contract.ts";
import { isDue, tokenTimes } from "./due.ts";
import { createOpened, type Envelope, readEnvelope } from "./envelope.ts";
import { readFormer, writeFormer } from "./former.ts";
import { noteEveryMs, type SessionSettings } from "./options.ts";
import { createRenewals, overdue } from "./renewals.ts";
import { answerMs, createReplaced } from "./replaced.ts";
import type { ApplicationSessions, SessionsDeps } from "./sessions.ts";
import { createWordMemory } from "./word-memory.ts";

type Found = FoundSession | Promise<FoundSession>;

const purpose = "session cookie";
// Answers take their time: for so long before a renewal nobody writes the cookie that it will make old.
const quietMs = 30_000;
const mostOpened = 4000;
const mostRemembered = 100_000;
const nobody: FoundSession = { content: undefined, expiresAt: undefined, changes: [] };

export function createCookieSessions(
  { idleMs, absoluteMs, staleMs, cookieName }: SessionSettings,
  { style, sealer, renewal, now = Date.now, waitUntil, onFailure }: SessionsDeps,
): ApplicationSessions {
  const chunks = createChunks(cookieName, style);
  const resealMs = noteEveryMs(idleMs);
  const opened = createOpened(mostOpened);
  /** The newest of each session that was renewed here: the answer that brought it may never have arrived. */
  const successors = createRecent<Envelope>(mostOpened);
  /** Versions whose refresh token the provider has refused: nobody asks again. */
  const refused = createRecent<{ readonly version: number; readonly at: number }>(mostRemembered);
  const ended = createWordMemory(mostRemembered);
  const used = createWordMemory(mostRemembered);
  const replaced = createReplaced(mostRemembered, now);
  const renewals = createRenewals<Envelope | "ended">({ now, waitUntil, onFailure });

  const lastMoment = ({ content }: Envelope) => content.startedAt + absoluteMs;
  const expiry = (one: Envelope) => Math.min(one.sealedAt + idleMs, lastMoment(one));
  const isOver = (one: Envelope, at: number) => expiry(one) <= at || ended.has(one.id, at);
  const isRefused = ({ id, version }: Envelope) => refused.get(id)?.version === version;
  const cleared = ({ present }: ChunkReading): FoundSession => ({
    ...nobody,
    changes: chunks.clear(present),
  });
  const asItIs = (one: Envelope): FoundSession => ({
    content: one.content,
    expiresAt: lastMoment(one),
    changes: [],
  });

  function open(text: string): Envelope | undefined | Promise<Envelope | undefined> {
    const known = opened.get(text);
    if (known) return known;
    return chain(sealer.open(purpose, chunks.name, text), (value) => {
      const envelope = readEnvelope(value);
      if (envelope) opened.met(text, envelope);
      return envelope;
    });
  }

  function judge(
    given: Envelope | undefined,
    reading: ChunkReading,
    refusedToken: string | undefined,
  ): Found {
    const at = now();
    if (!given) return cleared(reading);
    if (isOver(given, at)) return replaced.has(given.id) ? nobody : cleared(reading);
    const newer = successors.get(given.id);
    const isOld = newer !== undefined && newer.version > given.version;
    const current = isOld ? newer : given;
    const { dueAt } = tokenTimes(current.content, staleMs);
    if (renewal && isDue(current.content, staleMs, at, refusedToken)) {
      const by = { renewal, good: current.content.tokens.accessToken !== refusedToken };
      return isRefused(current) ? refusedOne(current, reading) : renew(current, reading, by);
    }
    const isDueSoon = renewal !== undefined && dueAt - at < quietMs;
    return isOld || (at - given.sealedAt >= resealMs && !isDueSoon)
      ? sealAgain(current, reading)
      : asItIs(current);
  }

  function sealAgain(envelope: Envelope, { present }: ChunkReading): Found {
    const at = now();
    const fresh: Envelope = { ...envelope, sealedAt: at };
    const expiresAt = expiry(fresh);
    return chain(sealer.seal(purpose, chunks.name, fresh, expiresAt), (text) => {
      opened.set(text, fresh);
      return {
        content: fresh.content,
        expiresAt: lastMoment(fresh),
        changes: chunks.write(text, Math.ceil((expiresAt - at) / 1000), present),
      };
    });
  }

  async function renew(
    current: Envelope,
    reading: ChunkReading,
    { renewal: by, good }: { readonly renewal: TokenRenewal; readonly good: boolean },
  ): Promise<FoundSession> {
    const { goodUntil, overdueAt } = tokenTimes(current.content, staleMs);
    const outcome = await renewals.ask(current.id, good && now() < goodUntil, () => ask(current, by));
    // By a sign-out or another sign-in, which has its own say about the cookie.
    if (ended.has(current.id, now())) return nobody;
    if (outcome.kind === "underway") return asItIs(current);
    if (outcome.kind === "done") {
      return outcome.result === "ended" ? refusedOne(current, reading) : sealAgain(outcome.result, reading);
    }
    if (now() >= overdueAt) throw overdue(outcome.error);
    return now() - current.sealedAt >= resealMs ? sealAgain(current, reading) : asItIs(current);
  }

  async function ask(current: Envelope, by: TokenRenewal): Promise<Envelope | "ended"> {
    let content: SessionContent;
    try {
      content = copyContent(await by.renew(current.content));
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== "session_ended") throw error;
      refused.set(current.id, { version: current.version, at: now() });
      return "ended";
    }
    // A logout during the renewal wins: these tokens belong to nobody.
    if (ended.has(current.id, now())) {
      const work = quietly(() => by.discard(content));
      if (work && waitUntil) waitUntil(work);
      return "ended";
    }
    const next = { ...current, version: current.version + 1, content };
    successors.set(current.id, next);
    return next;
  }

  /**
   * The provider says no to the refresh token of this cookie. While the access token is good the request goes on by it: the other
   * one of two that renewed at once may have won. After that nobody is signed in by this cookie; and it is removed by a request
   * that comes with it when no other answer can be on its way any more.
   */
  function refusedOne(current: Envelope, reading: ChunkReading): FoundSession {
    const at = now();
    if (at < tokenTimes(current.content, staleMs).goodUntil) return asItIs(current);
    return at - (refused.get(current.id)?.at ?? at) > answerMs ? cleared(reading) : nobody;
  }

  /** The newest there is of a request's session. */
  async function latest(cookie: string | undefined): Promise<[Envelope | undefined, ChunkReading]> {
    const reading = chunks.read(cookie ?? "");
    const given = reading.text === undefined ? undefined : await open(reading.text);
    if (!given || isOver(given, now())) return [undefined, reading];
    const newer = successors.get(given.id);
    return [newer && newer.version > given.version ? newer : given, reading];
  }

  /** @param until when it ends by itself, or later */
  function forget(id: string, until: number): void {
    ended.add(id, until, now());
    successors.delete(id);
  }

  function replace(id: string, until: number): void {
    forget(id, until);
    replaced.add(id);
  }

  return {
    kind: "cookie",
    mayHold: (cookie) => cookie.includes(`${chunks.name}=`),
    find(cookie, refusedToken) {
      const reading = chunks.read(cookie ?? "");
      if (reading.present.length === 0 || reading.ambiguous) return nobody;
      if (reading.text === undefined) return cleared(reading);
      const envelope = open(reading.text);
      return isPromise(envelope)
        ? envelope.then((one) => judge(one, reading, refusedToken))
        : judge(envelope, reading, refusedToken);
    },
    async formerOf(cookie) {
      const [envelope, { present }] = await latest(cookie);
      return present.length === 0 ? undefined : writeFormer({ id: envelope?.id ?? "", names: present });
    },
    async start({ content, cookie, former }) {
      const [before, reading] = await latest(cookie);
      const noted = former !== undefined && reading.present.length === 0 ? readFormer(former) : undefined;
      const fresh = { id: platform.randomText(16), version: 1, sealedAt: 0, content: copyContent(content) };
      const { changes } = await sealAgain(fresh, { ...reading, present: noted?.names ?? reading.present });
      if (before) replace(before.id, lastMoment(before));
      if (noted) replace(noted.id, now() + absoluteMs);
      return changes;
    },
    async end(cookie) {
      const [envelope, reading] = await latest(cookie);
      if (!envelope) return cleared(reading);
      forget(envelope.id, lastMoment(envelope));
      return { ...asItIs(envelope), changes: chunks.clear(reading.present) };
    },
    endAll: () => Promise.reject(needsStore("Ending all sessions of a person")),
    list: () => Promise.reject(needsStore("Listing sessions")),
    once: async (word, until) => used.add(word, until, now()),
    close() {
      opened.clear();
      successors.clear();
      replaced.clear();
    },
  };
}

function needsStore(what: string): TypeError {
  return new TypeError(`${what} needs a store of sessions: give sallyport() one as \`deps.sessionStore\``);
}
