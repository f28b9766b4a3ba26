// From a request's cookie to who is signed in, without HTTP: by a store, and by a sealed cookie.
import { join } from "node:path";
import { median } from "../lib/measure.mjs";
import { count, micro, verdict } from "../lib/report.mjs";
import { runProgram, takeRounds } from "../lib/rounds.mjs";
import { named } from "../lib/versions.mjs";

/** Contestants as `programs/session-lookup.mjs` names them; `limit` in microseconds. */
const contestants = [
  { name: "memory", title: "**sallyport**, memory store", limit: 5 },
  { name: "sqlite", title: "**sallyport**, SQLite (libsql)", limit: 25 },
  { name: "cookie seen", title: "**sallyport**, sealed cookie, seen before", limit: 15 },
  { name: "cookie afresh", title: "**sallyport**, sealed cookie, not seen before", limit: 15 },
  { name: "iron", title: "iron-session" },
];

export async function run({ quick, progress, folder }) {
  const rounds = quick ? 1 : 5;
  let database = 0;
  const of = (name) => () => {
    database += 1;
    const file = join(folder, `lookup-${database}.db`);
    return runProgram("session-lookup.mjs", [name, quick ? 50 : 400, file], { processor: 1 });
  };
  const { results, notes } = await takeRounds(
    Object.fromEntries(contestants.map(({ name }) => [name, of(name)])),
    { rounds, progress, label: "session lookup" },
  );
  const at = (name, kind) => median(results[name].map(({ each }) => each[name][kind]));
  const plain = (title) => title.replaceAll("*", "");
  return {
    title: "Looking a session up",
    intro:
      "A guard of `sallyport/node` that takes a session, called with requests as Node's parser delivers them, each with a cookie just " +
      "decoded from bytes: the cookie is found, the session looked up, opened, held against its limits, judged, and the answer's " +
      "headers are set. Tokens and claims are of the size that Keycloak's have (RS256). iron-session opens a cookie that holds a name " +
      `and no tokens. One contestant a process, medians of ${rounds}.`,
    head: [
      "what",
      "bytes of cookies",
      "cookies in turn",
      "µs of processor time",
      "µs by the clock",
      "required",
    ],
    rows: contestants.map(({ name, title, limit }) => [
      title,
      count(results[name][0].characters),
      count(results[name][0].cookies),
      micro(at(name, "cpu")),
      micro(at(name, "wall")),
      limit ? `≤ ${limit} µs` : "",
    ]),
    notes: [
      `${["iron-session", "libsql"].map(named).join(", ")}.`,
      "A cookie that was made here, or came twice before, is compared as a whole with the one that was opened; so are the contents of a store's sessions, which are read " +
        "from it at every request all the same.",
      ...notes,
    ],
    summary: contestants
      .filter(({ limit }) => limit)
      .map(({ name, title, limit }) => ({
        what: `a session looked up and opened, ${plain(title).replace("sallyport, ", "")}`,
        measured: `${micro(at(name, "cpu"))} µs`,
        required: `≤ ${limit} µs`,
        verdict: verdict(at(name, "cpu") <= limit),
      })),
  };
}
