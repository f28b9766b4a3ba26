// Deno's own server.
import { createApplication } from "./web-application.mjs";

const { Deno } = /** @type {any} */ (globalThis);
const onListen = ({ port }) => console.log(`listening on ${port}`);
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, createApplication(Deno.env.get("ISSUER")));
