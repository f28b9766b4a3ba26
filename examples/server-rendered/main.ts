// Starts the tool shed.
import { fileURLToPath } from "node:url";
import { setUp } from "example-setup";
import { formatEvent } from "sallyport";
import { buildApp } from "./app.ts";

const { host, port, url, options, provider, close } = await setUp("tool-shed").catch(sayAndStop);
const { app, auth } = buildApp(options, fileURLToPath(new URL("../public", import.meta.url)), {
  audit: { name: "console", write: (events) => console.log(events.map(formatEvent).join("\n")) },
});
const server = app.listen(port, host, () => {
  console.log(`
Tool shed, pages made on the server

  Open      ${url}/
  Provider  ${provider}

Each access is logged below. Ctrl-C stops it.
`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    server.close();
    await auth.close();
    await close();
    process.exit(0);
  });
}

/** A mistake in the environment is one sentence. */
function sayAndStop({ message }: Error): never {
  console.error(message);
  process.exit(1);
}
