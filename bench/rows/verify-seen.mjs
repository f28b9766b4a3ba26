// Verifying tokens seen before: 10,000 of them, about a kilobyte each, in random order, each call with a fresh string.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "../lib/measure.mjs";
import { micro, ratio, verdict } from "../lib/report.mjs";
import { runProgram, takeRounds } from "../lib/rounds.mjs";
import { makeKey, makeTokens } from "../lib/tokens.mjs";

export async function run({ quick, progress, folder }) {
  progress("seen before: signing 10,000 tokens");
  const file = join(folder, "seen.txt");
  const key = makeKey("RS256");
  const tokens = makeTokens(key, 10_000, { payloadBytes: 438 });
  writeFileSync(file, `${[JSON.stringify(key.jwk), ...tokens.map(String)].join("\n")}\n`);

  const of = (contestant) => () =>
    runProgram("verify-seen.mjs", [file, contestant, quick ? 300 : 1200], { processor: 1 });
  const names = ["sallyportSync", "sallyportAwaited", "opaqueSync", "fastJwt", "plainMap"];
  const { results, notes } = await takeRounds(Object.fromEntries(names.map((name) => [name, of(name)])), {
    rounds: quick ? 2 : 7,
    progress,
    label: "seen before",
  });
  const cpu = (name) => median(results[name].map(({ each }) => each[name].cpu));
  const wall = (name) => median(results[name].map(({ each }) => each[name].wall));
  const rows = [
    ["**sallyport**, `verifySync`", "sallyportSync", "≤ 0.7 µs; ≤ 0.25 of fast-jwt"],
    ["**sallyport**, `await verify`", "sallyportAwaited", "≤ 1 µs"],
    ["**sallyport**, an opaque token that the provider called active", "opaqueSync", "≤ 1.5 of a JWT's"],
    ["fast-jwt with its cache (synchronous)", "fastJwt", ""],
    ["a `Map` asked by the whole token, no check at all", "plainMap", ""],
  ].map(([what, name, required]) => [
    what,
    micro(cpu(name)),
    micro(wall(name)),
    ratio(cpu(name) / cpu("fastJwt")),
    required,
  ]);
  const sync = cpu("sallyportSync");
  const awaited = cpu("sallyportAwaited");
  const opaque = cpu("opaqueSync") / sync;
  const times = cpu("fastJwt") / sync;
  return {
    title: "A token seen before",
    intro:
      "10,000 distinct tokens of 1,023 characters (RS256), each verified once; then in random order, each call with a " +
      "string just decoded from bytes (`latin1`, flat, its hash not computed), as an HTTP parser delivers it; making the string " +
      "is not counted. A hit compares the whole token and checks expiry, not-before, the key's presence and age. fast-jwt's " +
      "cache holds as many entries (16,384; its default of 1,000 would evict). One contestant a process, medians.",
    head: ["what", "µs of processor time", "µs by the clock", "part of fast-jwt's", "required"],
    rows,
    notes,
    summary: [
      {
        what: "verify, seen before, synchronous",
        measured: `${micro(sync)} µs`,
        required: "≤ 0.7 µs",
        verdict: verdict(sync <= 0.7),
      },
      {
        what: "verify, seen before, awaited",
        measured: `${micro(awaited)} µs`,
        required: "≤ 1 µs",
        verdict: verdict(awaited <= 1),
      },
      {
        what: "an opaque token, seen before, against a JWT",
        measured: `${ratio(opaque)} ×`,
        required: "≤ 1.5 ×",
        verdict: verdict(opaque <= 1.5),
      },
      {
        what: "verify, seen before, against fast-jwt with its cache",
        measured: `${times.toFixed(1)} × faster`,
        required: "4 × faster",
        verdict: verdict(times >= 4),
      },
    ],
  };
}
