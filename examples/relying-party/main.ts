// Starts the relying party.
import { buildApp } from "./app.ts";
import { readSettings } from "./settings.ts";

const log = (details: object, message: string) => console.error(JSON.stringify({ message, ...details }));
try {
  const settings = readSettings(process.env);
  const app = buildApp(settings, { logger: { info: log, warn: log, error: log } });
  await app.listen({ host: "127.0.0.1", port: settings.port });
  console.log(`Listening on ${settings.options.publicUrl}, port ${settings.port}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => app.close());
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}
