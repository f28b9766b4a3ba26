// One process: how long an import takes. Prints JSON.
const start = performance.now();
await import(process.argv[2]);
process.stdout.write(JSON.stringify({ milliseconds: performance.now() - start }));
