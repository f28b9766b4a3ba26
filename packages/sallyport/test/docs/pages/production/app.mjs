import Fastify from "fastify";
import pg from "pg";
import { sallyport } from "sallyport/fastify";
import { createPostgresSessionStore } from "sallyport/stores/postgres";

const app = Fastify({ logger: true });
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 2000 });
pool.on("error", (error) => app.log.error(error.message));

const sessionStore = createPostgresSessionStore({ pool });
const auth = sallyport(undefined, { logger: app.log, sessionStore }); // the rest from the environment
app.register(auth.plugin());
app.register(auth.router());
app.addHook("onClose", () => pool.end());

app.get("/orders", auth.required(), (request) => ({ of: auth.identity(request).subject }));

await app.listen({ port: Number(process.env.PORT), host: process.env.HOST ?? "localhost" });
process.once("SIGTERM", () => app.close());
