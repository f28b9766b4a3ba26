// Bun's own server.
import { createApplication } from "./web-application.mjs";

const { Bun, process } = /** @type {any} */ (globalThis);
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: createApplication(process.env.ISSUER) });
console.log(`listening on ${server.port}`);
