// Starts the greenhouse, and the weather service that it asks.
import { fileURLToPath } from "node:url";
import { setUp } from "example-setup";
import { formatEvent } from "sallyport";
import { buildApp } from "./app.ts";
import { buildWeather } from "./weather.ts";

const { host, port, url, options, provider, close } = await setUp("greenhouse").catch(sayAndStop);
const weather = options.audience === undefined ? undefined : buildWeather(options);
const app = buildApp(options, {
  files: fileURLToPath(new URL("../public", import.meta.url)),
  weather: weather && `${await weather.listen({ host, port: 0 })}/forecast`,
  deps: { audit: { name: "console", write: (events) => console.log(events.map(formatEvent).join("\n")) } },
});
await app.listen({ host, port });
console.log(`
Greenhouse, a single-page application and its API

  Open      ${url}/
  Provider  ${provider}

Each access is logged below. Ctrl-C stops it.
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await Promise.all([app.close(), weather?.close()]);
    await close();
    process.exit(0);
  });
}

/** A mistake in the environment is one sentence. */
function sayAndStop({ message }: Error): never {
  console.error(message);
  process.exit(1);
}
