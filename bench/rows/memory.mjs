// What the cache of verified tokens takes at its default bound.
import { count, micro } from "../lib/report.mjs";
import { runProgram } from "../lib/rounds.mjs";

export async function run({ progress }) {
  const rows = [];
  let kilobyte;
  for (const payloadBytes of [630, 840]) {
    progress(`memory: 16,384 tokens with a payload of ${payloadBytes} bytes`);
    const result = await runProgram("memory.mjs", [payloadBytes]);
    const { characters, tokens, heap, heapAfterTwice } = result;
    const megabytes = (bytes) => `${(bytes / 1_048_576).toFixed(1)} MB`;
    rows.push([
      `${count(characters)} characters`,
      count(tokens),
      megabytes(heap),
      `${micro(heap / tokens / 1024)} KB`,
      megabytes(heapAfterTwice),
    ]);
    kilobyte ??= { size: megabytes(heap), each: `${micro(heap / tokens / 1024)} KB`, characters };
  }
  return {
    title: "Memory of the cache",
    intro:
      "A verifier with the default cache (at most 16,384 tokens and 33,554,432 characters), filled with distinct ES256 tokens; " +
      "JavaScript heap after garbage collection, beyond what the verifier takes with one token. An entry is the token, its " +
      "claims as parsed, and the identity.",
    head: ["token", "held", "heap", "an entry", "heap after as many tokens again"],
    rows,
    summary: [
      {
        what: "memory of the cache at its default bound",
        measured: `${kilobyte.size} for 16,384 tokens of ${count(kilobyte.characters)} characters (${kilobyte.each} each)`,
        required: "stated",
        verdict: "stated",
      },
    ],
  };
}
