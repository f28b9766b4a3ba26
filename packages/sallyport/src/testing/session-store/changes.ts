// New content for a session, and who may fetch it.
import { add, aSession, fresh, hour, isThere, minute, noon, type SessionStoreCase, same } from "./kit.ts";

const until = noon + minute;
const how = { now: noon, rememberUntil: noon + hour };

export const changeCases: readonly SessionStoreCase[] = [
  {
    name: "replace puts a new content in, counts the version up, and leaves the limits",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const { sid } = session;
      same(await store.replace(session.idHash, 1, { sealed: "second", sid }, noon), true, "replace answers");
      same(
        await store.read(session.idHash, noon),
        { ...session, sealed: "second", version: 2 },
        "read answers",
      );
      same(await store.replace(session.idHash, 2, { sealed: "third", sid }, noon), true, "replace answers");
      same(
        await store.read(session.idHash, noon),
        { ...session, sealed: "third", version: 3 },
        "read answers",
      );
    },
  },
  {
    name: "replace of another version than the present one changes nothing",
    async run(store) {
      const session = aSession({ version: 2 });
      await add(store, session);
      for (const version of [1, 3]) {
        const next = { sealed: "late", sid: undefined };
        same(
          await store.replace(session.idHash, version, next, noon),
          false,
          `replace of ${version} answers`,
        );
      }
      same(await store.read(session.idHash, noon), session, "read answers");
    },
  },
  {
    name: "end answers the content that was put in last",
    async run(store) {
      const session = aSession();
      await add(store, session);
      await store.replace(session.idHash, 1, { sealed: "second", sid: undefined }, noon);
      const last = { ...session, sealed: "second", sid: undefined, version: 2 };
      same(await store.end(session.idHash, noon), last, "end answers");
    },
  },
  {
    name: "a session whose sid has changed is found by the new one alone",
    async run(store) {
      const session = aSession();
      const { idHash, issuer, sid: former } = session;
      await add(store, session);
      const sid = fresh("sid");
      same(await store.replace(idHash, 1, { sealed: "second", sid }, noon), true, "replace answers");
      same(await store.endAll({ issuer, sid: former }, how), [], "endAll of the former sid answers");
      same(await isThere(store, session), true, "that it is there is");
      const ended = await store.endAll({ issuer, sid }, how);
      same(ended, [{ ...session, sid, sealed: "second", version: 2 }], "endAll of the new sid answers");
    },
  },
  {
    name: "a sid may come and go with the content",
    async run(store) {
      const session = aSession({ sid: undefined });
      const { idHash, issuer } = session;
      const sid = fresh("sid");
      await add(store, session);
      await store.replace(idHash, 1, { sealed: "second", sid }, noon);
      same((await store.read(idHash, noon))?.sid, sid, "the sid is");
      await store.replace(idHash, 2, { sealed: "third", sid: undefined }, noon);
      same((await store.read(idHash, noon))?.sid, undefined, "the sid is");
      same(await store.endAll({ issuer, sid }, how), [], "endAll of the sid answers");
      same((await store.list(session, noon)).length, 1, "list has");
    },
  },
  {
    name: "lease goes to one holder until its time, to the millisecond",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const ask = (holder: string, now: number) =>
        store.lease(session.idHash, { version: 1, holder, until: now + minute }, now);
      same(await ask("first", noon), true, "lease answers the first");
      same(await ask("second", noon), false, "lease answers the second");
      same(await ask("second", until - 1), false, "lease answers the second, a millisecond early");
      same(await ask("second", until), true, "lease answers the second in time");
      same(await ask("first", until), false, "lease answers the first, whose time is over");
    },
  },
  {
    name: "lease answers true to who has it, and prolongs it",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const ask = (holder: string, end: number, now: number) =>
        store.lease(session.idHash, { version: 1, holder, until: end }, now);
      same(await ask("first", until, noon), true, "lease answers");
      same(await ask("first", until + minute, noon), true, "lease answers its holder");
      same(await ask("second", until + hour, until), false, "lease answers another");
    },
  },
  {
    name: "lease of another version than the present one goes to nobody",
    async run(store) {
      const session = aSession({ version: 2 });
      await add(store, session);
      for (const version of [1, 3]) {
        same(
          await store.lease(session.idHash, { version, holder: "h", until }, noon),
          false,
          "lease answers",
        );
      }
      same(
        await store.lease(session.idHash, { version: 2, holder: "other", until }, noon),
        true,
        "lease answers",
      );
    },
  },
  {
    name: "lease is no part of what is read",
    async run(store) {
      const session = aSession();
      await add(store, session);
      await store.lease(session.idHash, { version: 1, holder: "h", until }, noon);
      same(await store.read(session.idHash, noon), session, "read answers");
    },
  },
  {
    name: "release frees a lease that this holder has, and no other's",
    async run(store) {
      const session = aSession();
      await add(store, session);
      const ask = (holder: string) => store.lease(session.idHash, { version: 1, holder, until }, noon);
      await ask("first");
      await store.release(session.idHash, "second");
      same(await ask("second"), false, "lease answers after another's release");
      await store.release(session.idHash, "first");
      same(await ask("second"), true, "lease answers after its holder's release");
    },
  },
  {
    name: "replace frees the lease, whoever has it",
    async run(store) {
      const session = aSession();
      await add(store, session);
      await store.lease(session.idHash, { version: 1, holder: "first", until }, noon);
      await store.replace(session.idHash, 1, { sealed: "second", sid: session.sid }, noon);
      const lease = { version: 2, holder: "second", until };
      same(await store.lease(session.idHash, lease, noon), true, "lease answers");
    },
  },
  {
    name: "replace that is refused leaves the lease where it is",
    async run(store) {
      const session = aSession();
      await add(store, session);
      await store.lease(session.idHash, { version: 1, holder: "first", until }, noon);
      await store.replace(session.idHash, 5, { sealed: "late", sid: session.sid }, noon);
      same(
        await store.lease(session.idHash, { version: 1, holder: "second", until }, noon),
        false,
        "lease answers",
      );
    },
  },
];
