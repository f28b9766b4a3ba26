// Verifying a token not seen before, against the laxest verification there could be, and against the peers.
import { median } from "../lib/measure.mjs";
import { micro, ratio, verdict } from "../lib/report.mjs";
import { runProgram, takeRounds } from "../lib/rounds.mjs";

const algorithms = ["RS256", "PS256", "ES256", "EdDSA"];
const allowed = 1.05;

export async function run({ quick, progress }) {
  const rounds = quick ? 2 : 7;
  const rows = [];
  const summary = [];
  const notes = new Set();
  for (const algorithm of algorithms) {
    // A block of 100 tokens is 2 ms of RS256 and 7 ms of EdDSA.
    const blocks = { RS256: 100, PS256: 100, ES256: 50, EdDSA: 40 }[algorithm];
    const of = (group) => () => runProgram("verify-new.mjs", [algorithm, group, blocks], { processor: 1 });
    const own = await takeRounds(
      { sync: of("sync"), awaited: of("awaited") },
      { rounds, progress, label: `not seen before, ${algorithm}` },
    );
    const peers = await takeRounds(
      { peers: of("peers") },
      { rounds: quick ? 1 : 3, progress, label: `not seen before, ${algorithm}` },
    );
    for (const note of [...own.notes, ...peers.notes]) notes.add(`${algorithm}: ${note}`);
    const { sync, awaited } = own.results;
    const all = [...sync, ...awaited, ...peers.results.peers];
    const by = (results, name, yardstick) =>
      median(results.map(({ each }) => each[name].cpu / each[yardstick].cpu));
    const at = (results, name) => median(results.map(({ each }) => each[name].cpu));
    const fast = by(peers.results.peers, "fast-jwt", "laxest");
    const row = (what, results, name, required = "") => {
      const value = by(results, name, "laxest");
      rows.push([algorithm, what, micro(at(results, name)), ratio(value), required]);
      return value;
    };
    row("bare `crypto.verify`", all, "bare");
    row("laxest possible", all, "laxest", "1");
    const values = {
      sync: row("**sallyport**, `verifySync`", sync, "sallyport", `≤ ${allowed}, < fast-jwt`),
      awaited: row("**sallyport**, `await verify`", awaited, "sallyport", `≤ ${allowed}, < fast-jwt`),
    };
    const inKind = by(awaited, "sallyport", "laxest, awaited");
    rows.push([algorithm, "the same by the laxest in an async function, awaited", "", ratio(inKind), ""]);
    for (const peer of ["fast-jwt", "jsonwebtoken", "aws-jwt-verify", "jose"]) {
      if (peers.results.peers[0].each[peer]) row(peer, peers.results.peers, peer);
    }
    for (const [form, value] of Object.entries(values)) {
      summary.push({
        what: `verify, not seen before, ${algorithm}, ${form}`,
        measured: `${ratio(value)} × the laxest; fast-jwt ${ratio(fast)} ×`,
        required: `≤ ${allowed} ×, and below fast-jwt`,
        verdict: verdict(value <= allowed && value < fast),
      });
    }
  }
  return {
    title: "A token not seen before",
    intro:
      "RFC 9068 access tokens of 1,559 characters (RS256, PS256) and 1,303 (ES256, EdDSA) with a payload of 840 bytes; " +
      "400 of them in turn, each call with a fresh string. Sallyport has its cache switched off, its keys from a " +
      "(served in memory) `jwks_uri`, and makes every check it always makes. *Laxest possible*: three segments decoded, " +
      "two parsed, `crypto.verify`, and nothing checked. Every process holds the two yardsticks and its contestants, " +
      "which take turns in blocks of 100; the ratio is taken within each process, the figures are medians of " +
      `${rounds} processes.`,
    head: ["algorithm", "what", "µs of processor time", "ratio to the laxest", "required"],
    rows,
    notes: [
      "jsonwebtoken does not know EdDSA; aws-jwt-verify does not know PS256.",
      "The yardsticks use a key as `generateKeyPairSync` makes it, which `crypto.verify` handles a little faster than one imported from a JWK.",
      ...notes,
    ],
    summary,
  };
}
