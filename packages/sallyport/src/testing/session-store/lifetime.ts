// How a session comes, lasts and goes.
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
} from "./kit.ts";

const limits = ["expiresAt", "idleAt"] as const;

const common: readonly SessionStoreCase[] = [
  {
    name: "a session is read as it was created, with a sid and without",
    async run(store) {
      for (const session of [aSession(), aSession({ sid: undefined }), aSession({ version: 7 })]) {
        await add(store, session);
        same(await store.read(session.idHash, noon), session, "read answers");
      }
    },
  },
  {
    name: "of an id that nobody has there is nothing: no session, no lease, no change, no end",
    async run(store) {
      const idHash = fresh("id");
      same(await store.read(idHash, noon), undefined, "read answers");
      same(await store.touch(idHash, noon + hour, noon), undefined, "touch answers");
      same(await store.replace(idHash, 1, { sealed: "s", sid: undefined }, noon), false, "replace answers");
      const lease = { version: 1, holder: "h", until: noon + minute };
      same(await store.lease(idHash, lease, noon), false, "lease answers");
      same(await store.release(idHash, "h"), undefined, "release answers");
      same(await store.end(idHash, noon), undefined, "end answers");
    },
  },
  {
    name: "create takes out what it replaces, whether that was there or not",
    async run(store) {
      const [first, second, third] = [aSession(), aSession(), aSession()];
      await add(store, first);
      const how = { since: noon, now: noon };
      same(await store.create(second, { ...how, replaces: first.idHash }), true, "create answers");
      same(await isThere(store, first), false, "that the replaced session is there is");
      same(await store.list(first, noon), [], "list answers of the replaced session");
      same(await store.create(third, { ...how, replaces: fresh("id") }), true, "create answers");
      same([await isThere(store, second), await isThere(store, third)], [true, true], "they are there");
    },
  },
  {
    name: "create rejects where the id is taken, and what is there stays",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const intruder = aSession({ idHash: session.idHash });
      await rejects(store.create(intruder, { since: noon, now: noon }), "create with an id that is taken");
      same(await store.read(session.idHash, noon), session, "read answers");
      same(await store.list(intruder, noon), [], "list answers of the refused session");
    },
  },
  {
    name: "an id whose session has expired is free again",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const now = session.idleAt;
      const next = aSession({ idHash: session.idHash, createdAt: now, idleAt: now + hour });
      await add(store, next);
      same(await store.read(next.idHash, now), next, "read answers");
      same(await store.list(session, now), [], "list answers of the former session");
    },
  },
  {
    name: "touch prolongs the idle limit, changes nothing else, and never shortens it",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const idleAt = session.idleAt + minute;
      await store.touch(session.idHash, idleAt, noon);
      same(await store.read(session.idHash, idleAt - 1), { ...session, idleAt }, "read answers");
      await store.touch(session.idHash, noon + minute, noon);
      same(await store.read(session.idHash, idleAt - 1), { ...session, idleAt }, "read answers");
      same(await store.read(session.idHash, idleAt), undefined, "read answers at the limit");
    },
  },
  {
    name: "touch prolongs nothing beyond the absolute limit",
    async run(store) {
      const session = aSession();
      await add(store, session);
      await store.touch(session.idHash, session.expiresAt + hour, noon);
      same(await isThere(store, session, session.expiresAt - 1), true, "that it is there before is");
      same(await isThere(store, session, session.expiresAt), false, "that it is there at the limit is");
    },
  },
  {
    name: "touch, replace and release bring no session back that has ended",
    async run(store) {
      const session = aSession();
      await add(store, session);
      await store.lease(session.idHash, { version: 1, holder: "h", until: noon + minute }, noon);
      await store.end(session.idHash, noon);
      await store.touch(session.idHash, noon + 2 * hour, noon);
      const next = { sealed: "next", sid: session.sid };
      same(await store.replace(session.idHash, 1, next, noon), false, "replace answers");
      await store.release(session.idHash, "h");
      same(await store.read(session.idHash, noon), undefined, "read answers");
      same(await store.list(session, noon), [], "list answers");
    },
  },
  {
    name: "end ends one session, answers it once, and leaves the person's others",
    async run(store) {
      const session = aSession();
      const other = aSession({ subject: session.subject, sid: session.sid });
      await add(store, session, other);
      same(await store.end(session.idHash, noon), session, "end answers");
      same(await store.end(session.idHash, noon), undefined, "end answers again");
      same([await isThere(store, session), await isThere(store, other)], [false, true], "they are there");
    },
  },
  {
    name: "list answers a person's sessions at one provider, the latest first, without content and version",
    async run(store) {
      const { subject } = aSession();
      const early = aSession({ subject, createdAt: noon - 2 * minute });
      const middle = aSession({ subject, createdAt: noon - minute, sid: undefined });
      const late = aSession({ subject, createdAt: noon });
      const elsewhere = aSession({ subject, issuer: "https://other.example.org" });
      await add(store, middle, early, late, elsewhere, aSession());
      const summaries = [late, middle, early].map(({ sealed: _, version: __, ...summary }) => summary);
      same(await store.list(late, noon), summaries, "list answers");
    },
  },
];

const atTheLimit: readonly SessionStoreCase[] = limits.flatMap((limit) => {
  const end = noon + hour;
  const make = () => aSession({ expiresAt: end + hour, idleAt: end + hour, [limit]: end });
  const lease = { version: 1, holder: "h", until: end + hour };
  const next = { sealed: "next", sid: undefined };
  return [
    {
      name: `a session is there until the millisecond before its ${limit}`,
      async run(store) {
        const session = make();
        await add(store, session);
        const now = end - 1;
        same(await store.read(session.idHash, now), session, "read answers");
        same((await store.list(session, now)).length, 1, "list has");
        same(await store.lease(session.idHash, lease, now), true, "lease answers");
        same(await store.replace(session.idHash, 1, next, now), true, "replace answers");
        same(await store.end(session.idHash, now), { ...session, ...next, version: 2 }, "end answers");
      },
    },
    {
      name: `at its ${limit} a session is as if it were not there, and nothing brings it back`,
      async run(store) {
        const session = make();
        await add(store, session);
        same(await store.read(session.idHash, end), undefined, "read answers");
        same(await store.list(session, end), [], "list answers");
        same(await store.lease(session.idHash, lease, end), false, "lease answers");
        same(await store.replace(session.idHash, 1, next, end), false, "replace answers");
        await store.touch(session.idHash, end + 2 * hour, end);
        same(await store.read(session.idHash, end), undefined, "read answers after touch");
        same(await store.end(session.idHash, end), undefined, "end answers");
      },
    },
    {
      name: `endAll answers no session that has reached its ${limit}`,
      async run(store) {
        const session = make();
        await add(store, session);
        const how = { now: end, rememberUntil: end + hour };
        same(
          await store.endAll({ issuer: session.issuer, subject: session.subject }, how),
          [],
          "endAll answers",
        );
      },
    },
  ] satisfies SessionStoreCase[];
});

export const lifetimeCases: readonly SessionStoreCase[] = [...common, ...atTheLimit];
