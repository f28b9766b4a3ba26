// Node, Bun and Deno: runs the bundle and prints the result as one line of JSON.
import { files, runAll, shared } from "./tests.mjs";

console.log(JSON.stringify(await runAll(files, shared)));
// Servers that a test forgot must not keep the run waiting.
(globalThis.process ?? (await import("node:process"))).exit(0);
