#!/usr/bin/env node
// The command. It is not compiled, so that npm can link it before anything is built.
import { existsSync } from "node:fs";

const program = new URL("../dist/bin.js", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  process.stderr.write("sallyport is not built yet: run `npm run build` in the clone\n");
  process.exitCode = 2;
}
