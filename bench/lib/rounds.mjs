// Rounds: each a fresh process, taken in turn with those of the other contestants; disturbed ones are dropped and counted.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const programs = join(import.meta.dirname, "../programs");
const canPin = process.platform === "linux" && availableParallelism() > 1;

/** The processors of a server and of its load; nothing where processes can't be kept to one. */
export const processors = canPin ? { load: 0, server: 1 } : {};

/** How a program is started, on a processor of its own if one is given. */
export function command(program, args, processor) {
  const node = [process.execPath, "--expose-gc", join(programs, program), ...args];
  // Of a program that was started with no processor for its server, the argument is there and empty.
  return processor === undefined || processor === "" ? node : ["taskset", "-c", String(processor), ...node];
}

/** Runs one of `programs/` to its end and reads the JSON it prints. */
export function runProgram(program, args = [], { processor, env = {} } = {}) {
  const [file, ...rest] = command(program, args.map(String), canPin ? processor : undefined);
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`${program} ${args.join(" ")} ended with code ${code}`));
    });
  });
}

/** Less than this part of the time on the processor: something else had it. */
const leastKept = 0.9;

/**
 * Runs every contestant once a round. A round's result is dropped where its `kept` says that the machine was busy
 * elsewhere; where too few would be left, all count, and the notes say so.
 *
 * @param contestants name → function that runs one round and returns its result
 * @returns name → results; and what to say about dropped rounds
 */
export async function takeRounds(contestants, { rounds, progress, label }) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      progress(`${label}: round ${round} of ${rounds}, ${name}`);
      results[name].push(await run());
    }
  }
  let dropped = 0;
  let noisy = 0;
  for (const [name, all] of Object.entries(results)) {
    const calm = all.filter(({ kept = 1 }) => kept >= leastKept);
    if (calm.length * 2 > all.length) {
      dropped += all.length - calm.length;
      results[name] = calm;
    } else noisy += 1;
  }
  const total = rounds * Object.keys(contestants).length;
  const notes = [];
  if (dropped > 0) notes.push(`${dropped} of ${total} rounds were disturbed from outside and left out.`);
  if (noisy > 0) notes.push(`${noisy} contestants were disturbed in most rounds; all of their rounds count.`);
  return { results, notes };
}
