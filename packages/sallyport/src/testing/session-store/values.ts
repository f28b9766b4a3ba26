// Unusual words: kept as they are, or refused; never changed, and never taken for another.
import type { SessionStore, StoredSession } from "../../session/index.ts";
import { add, aSession, fresh, hour, isThere, noon, type SessionStoreCase, same } from "./kit.ts";

const how = { now: noon, rememberUntil: noon + hour };

const unusual: readonly (readonly [string, string])[] = [
  ["quotes", `'; DROP TABLE sessions; -- "double" \`backticks\` \\'`],
  ["what SQL, Redis and JavaScript match with", "%_*?[a-z]{tag}:$1\\0"],
  ["line ends and control characters", "a\r\nb\tc\u0001\u007f"],
  ["letters of several scripts and an emoji", "Zoë Ünal 王小明 مثال 👩🏽‍💻"],
  ["names of Object's", "__proto__"],
  ["JSON", '["https://idp.example.org","x"]'],
  ["a kilobyte and more", "ü".repeat(2000)],
];

/** What some databases can't hold: they may refuse it, and must not change it. */
const refusable: readonly (readonly [string, string])[] = [
  ["a NUL", "a\0b"],
  ["half a surrogate pair", "a\ud800b"],
];

/** Pairs that a careless comparison takes for one. */
const twins: readonly (readonly [string, string, string])[] = [
  ["capitals", "alice", "Alice"],
  ["a space at the end", "alice", "alice "],
  ["composed and decomposed letters", "zo\u00eb", "zoe\u0308"],
  ["what follows a NUL", "alice\0a", "alice\0b"],
  ["a NUL at the end", "alice", "alice\0"],
  ["halves of surrogate pairs", "alice\ud800", "alice\ud801"],
  ["half a surrogate pair and its replacement", "alice\ud800", "alice\ufffd"],
  ["numbers", "1", "1.0"],
  ["zeros in front", "1", "01"],
  ["nothing, in words", "null", "undefined"],
];

/** Whether a store holds it. One that refuses it has to say so. */
async function holds(store: SessionStore, session: StoredSession): Promise<boolean> {
  try {
    await add(store, session);
    return true;
  } catch {
    return false;
  }
}

async function checkKept(store: SessionStore, session: StoredSession): Promise<void> {
  const { idHash, issuer, subject, sid } = session;
  same(await store.read(idHash, noon), session, "read answers");
  same((await store.list({ issuer, subject }, noon)).length, 1, "list has");
  same(await store.endAll({ issuer, subject, sid }, how), [session], "endAll answers");
  same(await isThere(store, session), false, "that it is there is");
  const again = { ...session, idHash: fresh("id") };
  same(await store.create(again, { since: noon, now: noon }), false, "create answers after the logout");
}

export const valueCases: readonly SessionStoreCase[] = [
  ...[...unusual, ...refusable].map(
    ([words, text]): SessionStoreCase => ({
      name: `${words} in issuer, subject, sid, content, holder and word`,
      async run(store) {
        const mayRefuse = refusable.some(([, refused]) => refused === text);
        const unique = fresh(text);
        const session = aSession({ issuer: unique, subject: unique, sid: unique, sealed: text });
        const held = await holds(store, session);
        if (!held && !mayRefuse) throw new Error("create refused it");
        if (held) await checkKept(store, session);
        if (mayRefuse) return;
        const leased = aSession();
        await add(store, leased);
        const lease = { version: 1, holder: text, until: noon + hour };
        same(await store.lease(leased.idHash, lease, noon), true, "lease answers");
        await store.release(leased.idHash, `${text}.`);
        same(await store.lease(leased.idHash, { ...lease, holder: "other" }, noon), false, "lease answers");
        await store.release(leased.idHash, text);
        same(await store.lease(leased.idHash, { ...lease, holder: "other" }, noon), true, "lease answers");
        same(await store.once(unique, noon + hour, noon), true, "once answers");
        same(await store.once(unique, noon + hour, noon), false, "once answers");
      },
    }),
  ),
  ...twins.map(
    ([words, one, other]): SessionStoreCase => ({
      name: `two people, two sids and two words are told apart by ${words}`,
      async run(store) {
        const mark = fresh("");
        for (const name of ["issuer", "subject", "sid"] as const) {
          const [first, second] = [one, other].map((text) => aSession({ [name]: `${mark}${text}` }));
          if (!first || !second || !(await holds(store, first)) || !(await holds(store, second))) continue;
          const { issuer, subject, sid } = first;
          same(
            await store.endAll(name === "sid" ? { issuer, sid } : { issuer, subject }, how),
            [first],
            "endAll answers",
          );
          same(await store.read(second.idHash, noon), second, "read answers of the other");
        }
        const said = await Promise.all(
          [one, other].map((text) => store.once(`${mark}${text}`, noon + hour, noon).catch(() => true)),
        );
        same(said, [true, true], "once answers");
      },
    }),
  ),
  {
    name: "an issuer and a subject are told from others that make the same text together",
    async run(store) {
      const mark = fresh("");
      const one = aSession({ issuer: `${mark}a:`, subject: "b", sid: "c" });
      const other = aSession({ issuer: `${mark}a`, subject: ":b", sid: ":c" });
      await add(store, one, other);
      same(await store.endAll({ issuer: one.issuer, subject: one.subject }, how), [one], "endAll answers");
      same(await store.endAll({ issuer: other.issuer, sid: other.sid }, how), [other], "endAll answers");
    },
  },
  {
    name: "a subject is not taken for a sid of the same text, nor for no sid",
    async run(store) {
      const text = fresh("text");
      const bySubject = aSession({ subject: text, sid: undefined });
      const bySid = aSession({ sid: text });
      await add(store, bySubject, bySid);
      const { issuer } = bySid;
      same(await store.endAll({ issuer, sid: text }, how), [bySid], "endAll answers");
      same(await isThere(store, bySubject), true, "that it is there is");
      same(await store.endAll({ issuer, subject: text }, how), [bySubject], "endAll answers");
    },
  },
  {
    name: "content of 10 KB and of 100 KB is kept to the letter",
    async run(store) {
      for (const kilobytes of [10, 100]) {
        const session = aSession({ sealed: "0123456789abcde/".repeat(kilobytes * 64) });
        await add(store, session);
        same(await store.read(session.idHash, noon), session, "read answers");
        const sealed = `${session.sealed}.`;
        await store.replace(session.idHash, 1, { sealed, sid: session.sid }, noon);
        same((await store.read(session.idHash, noon))?.sealed === sealed, true, "that it was replaced is");
      }
    },
  },
  {
    name: "content that nobody can open is handed out as it is",
    async run(store) {
      const session = aSession({ sealed: "{not sealed at all" });
      await add(store, session);
      same(await store.read(session.idHash, noon), session, "read answers");
      same(
        await store.endAll({ issuer: session.issuer, sid: session.sid }, how),
        [session],
        "endAll answers",
      );
    },
  },
];
