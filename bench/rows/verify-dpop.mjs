// Verifying tokens bound by DPoP, each with a proof of its own, against the two signature checks and the hashes it can't do without.
import { median } from "../lib/measure.mjs";
import { micro, ratio, verdict } from "../lib/report.mjs";
import { runProgram, takeRounds } from "../lib/rounds.mjs";

const algorithms = ["RS256", "ES256"];
const allowed = 1.2;

export async function run({ quick, progress }) {
  const rows = [];
  const summary = [];
  const notes = new Set();
  for (const algorithm of algorithms) {
    const round = () => runProgram("verify-dpop.mjs", [algorithm, quick ? 20 : 60], { processor: 1 });
    const { results, notes: disturbed } = await takeRounds(
      { dpop: round },
      { rounds: quick ? 2 : 7, progress, label: `DPoP, ${algorithm}` },
    );
    for (const note of disturbed) notes.add(`${algorithm}: ${note}`);
    const at = (name) => median(results.dpop.map(({ each }) => each[name].cpu));
    const by = (name, yardstick) =>
      median(results.dpop.map(({ each }) => each[name].cpu / each[yardstick].cpu));
    const fresh = by("new", "two signatures");
    const known = by("known", "one signature");
    rows.push(
      [algorithm, "two bare `crypto.verify` and two SHA-256", micro(at("two signatures")), "1", ""],
      [algorithm, "**sallyport**, token not seen before", micro(at("new")), ratio(fresh), `≤ ${allowed}`],
      [algorithm, "one bare `crypto.verify` and two SHA-256", micro(at("one signature")), "1", ""],
      [algorithm, "**sallyport**, token seen before", micro(at("known")), ratio(known), ""],
    );
    summary.push({
      what: `DPoP, token of ${algorithm} and proof of ES256 not seen before`,
      measured: `${ratio(fresh)} × two bare signature checks and the hashes`,
      required: `≤ ${allowed} ×`,
      verdict: verdict(fresh <= allowed),
    });
  }
  return {
    title: "A token bound by DPoP",
    intro:
      "400 tokens of 100 clients in turn, each request with a proof of its own (ES256), which is signed outside of the time that " +
      "is taken. Every check of RFC 9449 §4.3 is made, and every proof is remembered in the process's own store. The yardstick " +
      "checks the signatures over bytes made beforehand and makes the two hashes that the RFC asks for: `ath`, and the key of the " +
      "proof in the store. Ratios are taken within each process, the figures are medians of processor time.",
    head: ["algorithm of the token", "what", "µs of processor time", "ratio", "required"],
    rows,
    notes: ["A client's key is imported once; its later proofs find it by their header.", ...notes],
    summary,
  };
}
