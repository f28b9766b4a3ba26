// What a session costs a request: Fastify, Hono and Express under load, beside their own open route and the peers.
import { median, part } from "../lib/measure.mjs";
import { count, micro, ratio, verdict } from "../lib/report.mjs";
import { processors, runProgram, takeRounds } from "../lib/rounds.mjs";
import { named } from "../lib/versions.mjs";

const least = 0.8;
const sessions = 50;

/** Contestants as `lib/session-apps.mjs` names them. `block`: requests a block, so that it takes about 50 ms. */
const contestants = [
  { name: "fastify sallyport memory", by: "**sallyport**, memory", block: 2000, against: "open" },
  { name: "fastify sallyport cookie", by: "**sallyport**, sealed cookie", block: 2000 },
  { name: "hono sallyport memory", by: "**sallyport**, memory", block: 1500, against: "empty" },
  { name: "hono sallyport cookie", by: "**sallyport**, sealed cookie", block: 1500 },
  { name: "hono @hono/oidc-auth", by: "@hono/oidc-auth, signed cookie", block: 400, isPeer: true },
  { name: "express sallyport memory", by: "**sallyport**, memory", block: 500, against: "empty" },
  { name: "express sallyport cookie", by: "**sallyport**, sealed cookie", block: 500 },
  {
    name: "express express-openid-connect",
    by: "express-openid-connect, encrypted cookie",
    block: 200,
    isPeer: true,
  },
  {
    name: "express express-openid-connect memory",
    by: "express-openid-connect, a `Map` as its store",
    block: 200,
    isPeer: true,
  },
  {
    name: "express iron-session",
    by: "iron-session, sealed cookie without tokens",
    block: 200,
    isPeer: true,
  },
];
const packages = "@hono/oidc-auth express-openid-connect iron-session fastify hono @hono/node-server express";
const frameworkOf = ({ name }) => name.split(" ")[0];

export async function run({ quick, progress }) {
  const rounds = quick ? 1 : 5;
  const { load, server = "" } = processors;
  const each = contestants.map(({ name, block }) => {
    const args = [name, sessions, block, quick ? 6 : 10, server];
    return [name, () => runProgram("session-load.mjs", args, { processor: load })];
  });
  const { results, notes } = await takeRounds(Object.fromEntries(each), {
    rounds,
    progress,
    label: "sessions",
  });
  const at = ({ name }, route, kind) => median(results[name].map((one) => one.each[route][kind]));
  const of = ({ name }, yardstick, kind) => part(results[name], "protected", yardstick, kind);
  const peersOf = (one) =>
    contestants.filter((peer) => peer.isPeer && frameworkOf(peer) === frameworkOf(one));
  const greatest = ({ name }, value) => Math.max(...results[name].flatMap(({ asked }) => value(asked)));

  const required = (one) =>
    `≥ ${least} of ${one.against}${peersOf(one).length > 0 ? ", ahead of each peer" : ""}`;

  const rows = contestants.map((one) => [
    frameworkOf(one),
    one.by,
    count(results[one.name][0].cookieBytes),
    micro(at(one, "open", "cpu")),
    micro(at(one, "protected", "cpu")),
    count(Math.round(1e6 / at(one, "protected", "wall"))),
    ratio(of(one, "open")),
    ratio(of(one, "open", "wall")),
    ratio(of(one, "empty")),
    ratio(of(one, "headers")),
    one.against ? required(one) : "",
  ]);
  const judged = contestants
    .filter(({ against }) => against)
    .map((one) => {
      const { against } = one;
      const value = of(one, against);
      const peers = peersOf(one);
      const ahead = peers.every(
        (peer) => of(peer, against) < value && at(peer, "protected", "cpu") > at(one, "protected", "cpu"),
      );
      const headers = ratio(of(one, "headers"));
      const [best] = peers.toSorted((left, right) => of(right, against) - of(left, against));
      const behind = best ? `; ${best.by.split(",")[0]} ${ratio(of(best, against))}` : "";
      return {
        what: `${frameworkOf(one)}, with a session / ${against === "open" ? "open" : "empty middleware"}, memory`,
        measured: `${ratio(value)} (by the clock ${ratio(of(one, against, "wall"))}), ${headers} of two headers${behind}`,
        required: required(one),
        verdict: verdict(value >= least && ahead),
      };
    });

  const ours = contestants[0];
  const first = greatest(ours, ([one]) => [one]);
  const later = greatest(ours, ([, ...others]) => others);
  const signIns = contestants
    .filter(({ name }) => !name.includes("iron-session") && !name.endsWith("memory"))
    .map(
      (one) =>
        `${one.by.split(",")[0].replaceAll("*", "")} on ${frameworkOf(one)} ${greatest(one, ([, ...others]) => others)}`,
    );
  return {
    title: "A route with a session",
    intro:
      `${sessions} people, each signed in through the application's own sign-in at a provider of its own (@sallyport/dev-idp; ` +
      "iron-session knows no provider: a route of the application makes its session). The routes of a process receive the same " +
      "headers, cookies included, and answer with the same small JSON; load, turns and ratios are as in *A protected route*. " +
      "*Two headers* is a route whose middleware does no more than set `Vary: Cookie` and `Cache-Control: no-store`, which Sallyport " +
      "puts on every answer to a session. " +
      `Medians of ${rounds} processes. Sallyport's audit events go to a sink that counts them.`,
    head: [
      "framework",
      "sessions by",
      "bytes of cookies",
      "µs of processor time, open route",
      "with a session",
      "requests a second",
      "of open",
      "of open, by the clock",
      "of empty middleware",
      "of two headers",
      "required",
    ],
    rows,
    notes: [
      `${packages.split(" ").map(named).join(", ")}.`,
      "express-openid-connect and @hono/oidc-auth open their cookie anew with every request, and the former writes it anew as well " +
        "(`rolling`); Sallyport opens a cookie that it made, or that came twice before, by comparing it, and writes one where something changed.",
      `Requests to the provider by later sign-ins, at most: ${signIns.join(", ")}.`,
      ...notes,
    ],
    summary: [
      ...judged,
      {
        what: "a sign-in, requests to the provider",
        measured: `the first ${first} (metadata, keys, code), later ones ${later}`,
        required: "the least that the protocol allows: 3, then 1",
        verdict: verdict(first === 3 && later === 1),
      },
    ],
  };
}
