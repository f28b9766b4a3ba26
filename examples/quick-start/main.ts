// `npm start`: an OpenID Provider and an API that trusts it, on this machine alone.
import { startDevIdp } from "@sallyport/dev-idp";
import type { FastifyInstance } from "fastify";
import { formatEvent } from "sallyport";
import { buildApp } from "./app.ts";

const host = "127.0.0.1";
const wanted = Number(process.env.PORT || 3000);
if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65535) {
  console.error("PORT takes a number from 0 to 65535");
  process.exit(1);
}

const idp = await startDevIdp().catch(sayAndStop);
const app = buildApp(
  { issuer: idp.issuer, audience: idp.audience, insecureAllowLoopback: true },
  {
    audit: { name: "console", write: (events) => console.log(events.map(formatEvent).join("\n")) },
  },
);
const url = await listen(app);
const token = await idp.token({ person: "alice" });

console.log(`
Sallyport quick start

  Click:  ${url}/            (sign in as Alice, Bob or Carol)
  Paste:  curl -i ${url}/me -H "Authorization: Bearer ${token}"

  API       ${url}   GET /public  /me  /admin  /feed
  Docs      ${url}/docs   (Authorize signs in at the provider)
  Provider  ${idp.issuer}   people: ${idp.people.map(({ username }) => username).join(", ")}

Each access is logged below. Ctrl-C stops both.
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await app.close();
    await idp.close();
    process.exit(0);
  });
}

/** What keeps the provider from starting is one sentence, such as that this is production. */
function sayAndStop({ message }: Error): never {
  console.error(message);
  process.exit(1);
}

/** Listens on the wanted port, or on a free one where it is taken. */
async function listen(server: FastifyInstance): Promise<string> {
  try {
    return await server.listen({ host, port: wanted });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    console.log(`Port ${wanted} is in use; taking another.`);
    return server.listen({ host, port: 0 });
  }
}
