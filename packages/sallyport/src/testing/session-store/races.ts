// What goes on at the same time: each verb happens as a whole, or not at all.
import type { SessionStore } from "../../session/index.ts";
import {
  add,
  aSession,
  atOnce,
  countOf,
  fresh,
  hour,
  isThere,
  minute,
  noon,
  type SessionStoreCase,
  same,
} from "./kit.ts";

type Pair = readonly [SessionStore, SessionStore];

const callers = 50;
const rounds = 5;
const until = noon + minute;
const how = { now: noon, rememberUntil: noon + hour };

/** A race is run several times: one alone may be won by luck. */
function race(name: string, run: (pair: Pair) => Promise<void>): SessionStoreCase {
  return {
    name,
    async run(store, peer = store) {
      for (let round = 0; round < rounds; round += 1) await run([store, peer]);
    },
  };
}

/** What all callers are answered, and what one more is, who comes after so many of them. */
function interrupted<Answer, Other>(
  pair: Pair,
  call: (store: SessionStore, index: number) => Promise<Answer>,
  after: number,
  other: () => Promise<Other>,
): Promise<[Answer[], Other]> {
  let between: Promise<Other> | undefined;
  const answers = atOnce(callers, pair, (store, index) => {
    if (index === after) between = other();
    return call(store, index);
  });
  return Promise.all([answers, between as Promise<Other>]);
}

export const raceCases: readonly SessionStoreCase[] = [
  race("of fifty who say a word at once, one was the first", async (pair) => {
    const word = fresh("word");
    const answers = await atOnce(callers, pair, (store) => store.once(word, until, noon));
    same(countOf(answers), 1, "once was true for");
    const again = await atOnce(callers, pair, (store) => store.once(word, until + hour, until));
    same(countOf(again), 1, "once its time was over, it was true for");
  }),
  race("of fifty who ask for a lease at once, one has it, and at its end one of the others", async (pair) => {
    const session = aSession();
    await add(pair[0], session);
    const ask = (now: number, name: string) =>
      atOnce(callers, pair, (store, index) =>
        store.lease(session.idHash, { version: 1, holder: `${name}${index}`, until: now + minute }, now),
      );
    same(countOf(await ask(noon, "early")), 1, "lease was true for");
    same(countOf(await ask(until, "late")), 1, "lease was true at its end for");
  }),
  race("of fifty who replace one version at once, one does, and its content is read", async (pair) => {
    const session = aSession();
    await add(pair[0], session);
    const answers = await atOnce(callers, pair, (store, index) =>
      store.replace(session.idHash, 1, { sealed: `sealed ${index}`, sid: `${session.sid}-${index}` }, noon),
    );
    same(countOf(answers), 1, "replace was true for");
    const winner = answers.indexOf(true);
    const next = { sealed: `sealed ${winner}`, sid: `${session.sid}-${winner}`, version: 2 };
    same(await pair[1].read(session.idHash, noon), { ...session, ...next }, "read answers");
  }),
  race("of fifty who end one session at once, one is answered it", async (pair) => {
    const session = aSession();
    await add(pair[0], session);
    const answers = await atOnce(callers, pair, (store) => store.end(session.idHash, noon));
    same(
      answers.filter((ended) => ended !== undefined),
      [session],
      "end answers",
    );
  }),
  race("of two who end all sessions of a person at once, each session is answered to one", async (pair) => {
    const first = aSession();
    const { issuer, subject, sid } = first;
    const sessions = [first, ...Array.from({ length: 9 }, () => aSession({ subject, sid }))];
    await add(pair[0], ...sessions);
    const answers = await atOnce(4, pair, (store, index) =>
      store.endAll(index < 2 ? { issuer, subject } : { issuer, sid }, how),
    );
    same(
      answers
        .flat()
        .map(({ idHash }) => idHash)
        .sort(),
      sessions.map(({ idHash }) => idHash).sort(),
      "endAll answers",
    );
  }),
  ...(["subject", "sid"] as const).map((name) =>
    race(`fifty logins against a logout by ${name}: each is refused, or ended by it`, async (pair) => {
      const { issuer, subject, sid } = aSession();
      const scope = { issuer, [name]: name === "sid" ? sid : subject };
      const sessions = Array.from({ length: callers }, () => aSession({ subject, sid }));
      const middle = Math.floor(Math.random() * callers);
      const [created, ended] = await interrupted(
        pair,
        (store, index) => store.create(sessions[index] ?? aSession(), { since: noon, now: noon }),
        middle,
        () => pair[1].endAll(scope, how),
      );
      const accepted = sessions.filter((_, index) => created[index]).map(({ idHash }) => idHash);
      same(ended.map(({ idHash }) => idHash).sort(), accepted.sort(), "endAll answers");
      same(await pair[0].list({ issuer, subject }, noon), [], "list answers");
    }),
  ),
  ...(["end", "endAll"] as const).map((verb) =>
    race(`a refresh against ${verb}: the session is gone, and its last content is answered`, async (pair) => {
      for (const isFirst of [true, false]) {
        const session = aSession();
        const { idHash, issuer, sid } = session;
        await add(pair[0], session);
        const end = async () =>
          verb === "end" ? [await pair[1].end(idHash, noon)] : pair[1].endAll({ issuer, sid }, how);
        const early = isFirst ? end() : undefined;
        const replacing = pair[0].replace(idHash, 1, { sealed: "second", sid }, noon);
        const [ended, replaced] = await Promise.all([early ?? end(), replacing]);
        const last = replaced ? { ...session, sealed: "second", version: 2 } : session;
        same(ended, [last], `${verb} answers`);
        same(await isThere(pair[0], session), false, "that it is there is");
      }
    }),
  ),
  race("requests that touch a session while it ends do not bring it back", async (pair) => {
    const session = aSession();
    await add(pair[0], session);
    const [, ended] = await interrupted(
      pair,
      (store, index) => store.touch(session.idHash, session.idleAt + index, noon),
      callers / 2,
      () => pair[1].end(session.idHash, noon),
    );
    same(ended?.idHash, session.idHash, "end answers the session");
    same(await isThere(pair[0], session), false, "that it is there is");
    same(await pair[0].list(session, noon), [], "list answers");
  }),
  race("of fifty touches the one that reaches furthest counts", async (pair) => {
    const session = aSession();
    await add(pair[0], session);
    await atOnce(callers, pair, (store, index) =>
      store.touch(session.idHash, session.idleAt + ((index * 7) % callers), noon),
    );
    const idleAt = session.idleAt + callers - 1;
    same(await pair[1].read(session.idHash, noon), { ...session, idleAt }, "read answers");
  }),
  race("fifty sign-ins that replace one session all succeed, and it is gone", async (pair) => {
    const former = aSession();
    await add(pair[0], former);
    const sessions = Array.from({ length: callers }, () => aSession({ subject: former.subject }));
    const answers = await atOnce(callers, pair, (store, index) =>
      store.create(sessions[index] ?? aSession(), { since: noon, replaces: former.idHash, now: noon }),
    );
    same(countOf(answers), callers, "create was true for");
    same(await isThere(pair[1], former), false, "that it is there is");
    same((await pair[1].list(former, noon)).length, callers, "list has");
  }),
];
