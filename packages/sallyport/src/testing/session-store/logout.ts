// Logouts: whom they end, whom they keep out, and what is said once.
import type { LogoutScope } from "../../session/index.ts";
import {
  add,
  aSession,
  fresh,
  hour,
  isThere,
  minute,
  noon,
  rejects,
  type SessionStoreCase,
  same,
  sorted,
} from "./kit.ts";

const rememberUntil = noon + hour;
const how = { now: noon, rememberUntil };
const scopes = [
  ["subject", ({ issuer, subject }) => ({ issuer, subject })],
  ["sid", ({ issuer, sid }) => ({ issuer, sid })],
  ["subject and sid", ({ issuer, subject, sid }) => ({ issuer, subject, sid })],
] as const satisfies readonly (readonly [string, (session: LogoutScope) => LogoutScope])[];

const ending: readonly SessionStoreCase[] = [
  {
    name: "endAll by subject ends and answers all sessions of that person at that provider, and no other",
    async run(store) {
      const one = aSession();
      const { issuer, subject, sid } = one;
      const two = aSession({ subject });
      const three = aSession({ subject, sid: undefined });
      const elsewhere = aSession({ subject, sid, issuer: "https://other.example.org" });
      const another = aSession({ sid });
      await add(store, one, two, three, elsewhere, another);
      same(sorted(await store.endAll({ issuer, subject }, how)), sorted([one, two, three]), "endAll answers");
      for (const gone of [one, two, three]) same(await isThere(store, gone), false, "that it is there is");
      for (const kept of [elsewhere, another]) same(await isThere(store, kept), true, "that it is there is");
      same(await store.list(one, noon), [], "list answers");
      same(await store.endAll({ issuer, subject }, how), [], "endAll answers again");
    },
  },
  {
    name: "endAll by sid ends and answers the sessions of that sid at that provider, and no other",
    async run(store) {
      const one = aSession();
      const { issuer, subject, sid } = one;
      const two = aSession({ sid });
      const others = [
        aSession({ subject }),
        aSession({ subject, sid: undefined }),
        aSession({ subject, sid, issuer: "https://other.example.org" }),
      ];
      await add(store, one, two, ...others);
      same(sorted(await store.endAll({ issuer, sid }, how)), sorted([one, two]), "endAll answers");
      for (const gone of [one, two]) same(await isThere(store, gone), false, "that it is there is");
      for (const kept of others) same(await isThere(store, kept), true, "that it is there is");
    },
  },
  {
    name: "endAll by subject and sid ends those that are of both",
    async run(store) {
      const one = aSession();
      const { issuer, subject, sid } = one;
      const others = [aSession({ subject }), aSession({ sid }), aSession({ subject, sid: undefined })];
      await add(store, one, ...others);
      same(await store.endAll({ issuer, subject, sid }, how), [one], "endAll answers");
      for (const kept of others) same(await isThere(store, kept), true, "that it is there is");
    },
  },
  {
    name: "endAll without subject and sid is refused, and ends nobody",
    async run(store) {
      const session = aSession({ issuer: `https://${fresh("idp")}.example.org` });
      await add(store, session);
      await rejects(store.endAll({ issuer: session.issuer }, how), "endAll of everybody");
      same(await isThere(store, session), true, "that it is there is");
    },
  },
];

const keepingOut: readonly SessionStoreCase[] = scopes.flatMap(
  ([words, scopeOf]) =>
    [
      {
        name: `a logout by ${words} during a login wins: create answers false, and what it replaces goes all the same`,
        async run(store) {
          const [session, replaced] = [aSession(), aSession()];
          await add(store, replaced);
          await store.endAll(scopeOf(session), how);
          const { idHash: replaces } = replaced;
          for (const since of [noon - minute, noon]) {
            same(await store.create(session, { since, replaces, now: noon }), false, "create answers");
          }
          same(
            [await isThere(store, session), await isThere(store, replaced)],
            [false, false],
            "they are there",
          );
          same(await store.list(session, noon), [], "list answers");
          same(
            await store.create(session, { since: noon + 1, now: noon + 1 }),
            true,
            "create answers, begun after",
          );
        },
      },
      {
        name: `a logout by ${words} is remembered to the millisecond before rememberUntil`,
        async run(store) {
          const [before, at] = [
            aSession({ expiresAt: noon + 9 * hour, idleAt: noon + 9 * hour }),
            aSession(),
          ];
          await store.endAll(scopeOf(before), how);
          await store.endAll(scopeOf(at), how);
          const create = (session: typeof at, now: number) =>
            store.create({ ...session, idleAt: now + hour }, { since: noon, now });
          same(await create(before, rememberUntil - 1), false, "create answers");
          same(await create(at, rememberUntil), true, "create answers once it is forgotten");
        },
      },
    ] satisfies SessionStoreCase[],
);

const remembering: readonly SessionStoreCase[] = [
  {
    name: "a logout keeps nobody out who is not in its scope",
    async run(store) {
      const { issuer, subject, sid } = aSession();
      await store.endAll({ issuer, subject, sid }, how);
      const other = "https://other.example.org";
      await add(store, aSession({ subject }), aSession({ sid }), aSession({ subject, sid: undefined }));
      await add(store, aSession({ issuer: other, subject, sid }));
      const second = aSession();
      await store.endAll({ issuer, subject: second.subject }, how);
      await add(store, aSession({ sid: second.sid }), aSession({ issuer: other, subject: second.subject }));
      const third = aSession();
      await store.endAll({ issuer, sid: third.sid }, how);
      await add(store, aSession({ subject: third.subject }), aSession({ issuer: other, sid: third.sid }));
    },
  },
  {
    name: "of several logouts the latest counts, and the one that is remembered longest",
    async run(store) {
      const session = aSession();
      const scope = { issuer: session.issuer, subject: session.subject };
      await store.endAll(scope, how);
      await store.endAll(scope, { now: noon + 2, rememberUntil: noon + minute });
      // As a process whose clock is behind would say it.
      await store.endAll(scope, { now: noon + 1, rememberUntil: noon + minute });
      const now = rememberUntil - 1;
      const next = { ...session, idleAt: now + hour };
      same(await store.create(next, { since: noon + 2, now }), false, "create answers");
      same(await store.create(next, { since: noon + 3, now }), true, "create answers, begun after");
    },
  },
  {
    name: "once is true for the first who says a word, and again at its time, to the millisecond",
    async run(store, peer = store) {
      const word = fresh("word");
      const until = noon + minute;
      same(await store.once(word, until, noon), true, "once answers the first");
      same(await peer.once(word, until, noon), false, "once answers the second");
      same(await peer.once(word, until + hour, until - 1), false, "once answers a millisecond early");
      same(await peer.once(word, until + hour, until), true, "once answers in time");
      same(await store.once(word, until + hour, until), false, "once answers after that");
      same(await store.once(`${word}.`, until, noon), true, "once answers another word");
    },
  },
  {
    name: "sweep removes what has expired, at most so many of each kind, or a store forgets by itself and answers 0",
    async run(store) {
      // In a time that no other case is in, so that what it finds is its own.
      const now = Math.floor(Date.UTC(1980, 0) + Math.random() * 10 * 365 * 24 * hour);
      const end = now + minute;
      const { issuer } = aSession();
      const times = { createdAt: now, expiresAt: end + hour, idleAt: end + hour };
      for (let index = 0; index < 5; index += 1) {
        await add(store, aSession({ ...times, [index % 2 === 0 ? "expiresAt" : "idleAt"]: end }));
        await store.endAll({ issuer, subject: fresh("subject") }, { now, rememberUntil: end });
        await store.once(fresh("word"), end, now);
      }
      const alive = aSession(times);
      await add(store, alive);
      same(await store.sweep(end - 1, 100), 0, "sweep answers before");
      const answers: number[] = [];
      for (let round = 0; round < 4; round += 1) answers.push(await store.sweep(end, 2));
      const wanted = answers[0] === 0 ? [0, 0, 0, 0] : [6, 6, 3, 0];
      same(answers, wanted, "sweep answers");
      same(await store.read(alive.idHash, end), alive, "read answers");
      same(await store.sweep(end + hour, 100), answers[0] === 0 ? 0 : 1, "sweep answers at last");
    },
  },
  {
    name: "sweep leaves a session that was touched in time",
    async run(store) {
      const now = Math.floor(Date.UTC(1990, 0) + Math.random() * 10 * 365 * 24 * hour);
      const session = aSession({ createdAt: now, expiresAt: now + hour, idleAt: now + minute });
      await add(store, session);
      await store.touch(session.idHash, now + 2 * minute, now);
      same(await store.sweep(now + minute, 100), 0, "sweep answers");
      const prolonged = { ...session, idleAt: now + 2 * minute };
      same(await store.read(session.idHash, now + minute), prolonged, "read answers");
      await store.end(session.idHash, now);
    },
  },
];

export const logoutCases: readonly SessionStoreCase[] = [...ending, ...keepingOut, ...remembering];
